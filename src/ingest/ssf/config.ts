import * as z from 'zod';
import { ID_CHARS_MAX, LIST_MAX } from '../../domain/limits.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _');
const claim = z.string().min(1).max(ID_CHARS_MAX);

const Keys = z.record(z.string(), z.unknown()).refine((value) => {
  const { keys } = value;
  return Array.isArray(keys) && keys.length > 0 && keys.every(isPublicKey);
}, 'a JSON Web Key Set of public keys');

const Transmitter = z
  .strictObject({
    name,
    /** `iss` of its tokens. */
    issuer: claim,
    /** What its tokens may name as `aud`, exactly. */
    audience: z.union([claim, z.array(claim).min(1).max(LIST_MAX)]),
    /** Where its keys are. */
    jwksUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** Or the keys themselves. */
    jwks: Keys.optional(),
    /** Keys on loopback and private addresses; never link-local or metadata services. */
    allowPrivate: z.boolean().default(false),
    /** What it tells is of this tenant; the service's own where it is not given. */
    tenant: z.string().min(1).max(128).optional(),
    /** Issuers of whose tokens and principals it may tell; its own name where none is given. */
    issuers: z.array(claim).min(1).max(LIST_MAX).optional(),
    /** The events of this tenant name principals without their issuer. */
    bareSubjects: z.boolean().default(false),
  })
  .refine(
    ({ jwksUrl, jwks }) => (jwksUrl === undefined) !== (jwks === undefined),
    'exactly one of jwksUrl and jwks',
  );
export type Transmitter = z.infer<typeof Transmitter>;

/** From whom security events are taken (OpenID Shared Signals Framework 1.0, push delivery). */
export const SsfConfig = z.strictObject({
  transmitters: z
    .array(Transmitter)
    .max(LIST_MAX)
    .default([])
    .refine(
      (all) => new Set(all.map((one) => one.name)).size === all.length,
      'two transmitters have one name',
    ),
});
export type SsfConfig = z.infer<typeof SsfConfig>;

/** A shared secret would let whoever can read the configuration speak as the transmitter. */
function isPublicKey(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || !('kty' in key)) return false;
  return key.kty !== 'oct' && !('d' in key);
}
