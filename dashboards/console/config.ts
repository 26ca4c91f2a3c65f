import * as z from 'zod';
import { ID_CHARS_MAX, LIST_MAX } from '../../src/domain/limits.ts';
import { SecretSource } from '../../src/domain/secret-source.ts';

const claim = z.string().min(1).max(ID_CHARS_MAX);
const values = z.array(claim).max(LIST_MAX).default([]);

/** An OpenID provider by which people sign in, and what its word is worth here. */
export const OidcConfig = z
  .strictObject({
    /** As its discovery document names it; plain http only with `allowPrivate`. */
    issuer: z.url({ protocol: /^https?$/ }),
    clientId: claim,
    /** Absent for a public client: PKCE alone then proves who asked. */
    clientSecret: SecretSource.optional(),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
      .max(32)
      .default(['openid', 'profile']),
    /** Whose people they are; the service's own tenant where neither is given. */
    tenant: z.string().min(1).max(128).optional(),
    /** Or the claim of the ID token that says so. */
    tenantClaim: claim.optional(),
    /** The claim whose values give roles. */
    roleClaim: claim.default('groups'),
    /** Values of that claim for each role; of several the highest. Who has none of them is not let in. */
    roles: z.strictObject({ analyst: values, responder: values, admin: values }),
    /** What people are called here, and in the audit. */
    nameClaim: claim.default('name'),
    /** A provider on loopback and private addresses; never link-local or metadata services. */
    allowPrivate: z.boolean().default(false),
  })
  .refine(({ scopes }) => scopes.includes('openid'), { path: ['scopes'], message: 'must contain openid' })
  .refine(({ tenant, tenantClaim }) => tenant === undefined || tenantClaim === undefined, {
    path: ['tenant'],
    message: 'either tenant or tenantClaim',
  })
  .refine(({ issuer, allowPrivate }) => allowPrivate || issuer.startsWith('https:'), {
    path: ['issuer'],
    message: 'plain http is for private addresses',
  })
  .refine(({ roles }) => Object.values(roles).some((all) => all.length > 0), {
    path: ['roles'],
    message: 'nobody would be let in',
  });
export type OidcConfig = z.infer<typeof OidcConfig>;

export const ConsoleConfig = z
  .strictObject({
    /** Where browsers reach the console, when that is not where it listens: behind a proxy that speaks https. */
    publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** People sign in by an identity provider as well. */
    oidc: OidcConfig.optional(),
  })
  .refine(({ publicUrl, oidc }) => oidc === undefined || publicUrl !== undefined, {
    path: ['publicUrl'],
    message: 'is needed for oidc: the provider sends browsers back to it',
  });
export type ConsoleConfig = z.infer<typeof ConsoleConfig>;
