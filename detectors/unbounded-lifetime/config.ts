import * as z from 'zod';
import type { TokenView } from '../../src/domain/chain.ts';
import { matchesAny } from '../../src/domain/policy.ts';
import { isMachine } from '../parties.ts';

const kinds = z.array(z.string().min(1).max(512)).max(64);
const DAY_SECONDS = 86_400;

export const LifetimeConfig = z.strictObject({
  /** Patterns over kinds of credential that live until somebody deletes them. */
  standingKinds: kinds.default([
    'access_key',
    'api_key',
    'static',
    'personal_access_token',
    'password',
    'ssh_key',
    'client_secret',
  ]),
  /** Patterns over kinds that only their issuer accepts, where it may end them at any time. */
  renewingKinds: kinds.default(['refresh_token', '*:refresh_token']),
  /** How long the others, and those, may live in delegated hands where policy has no row for them. */
  maxSeconds: z.int().min(1).default(DAY_SECONDS),
  renewingMaxSeconds: z
    .int()
    .min(1)
    .default(90 * DAY_SECONDS),
});
export type LifetimeConfig = z.infer<typeof LifetimeConfig>;

export function isOf(tokenKind: string | undefined, patterns: readonly string[]): boolean {
  return tokenKind !== undefined && matchesAny(patterns, tokenKind);
}

/** A machine holds it for somebody: it was made from another token, or names its actor (RFC 8693 section 4.1). */
export function isDelegated({ actor, subject, parent, act }: TokenView): boolean {
  return isMachine(actor ?? subject) && (parent !== undefined || act !== undefined);
}
