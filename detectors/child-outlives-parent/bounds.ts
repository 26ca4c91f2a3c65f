import * as z from 'zod';
import type { TokenView } from '../../src/domain/chain.ts';
import { type Ancestor, ancestorsOf } from '../../src/domain/lineage.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { isRefreshOf } from '../kinds.ts';

export const OutlivesConfig = z.strictObject({
  /** Kinds that are spent when they are redeemed, and live only until then. */
  spentKinds: z
    .array(z.string().min(1).max(512))
    .max(64)
    .default([
      '*authorization_code',
      '*device_code',
      '*id_token',
      '*id-jag',
      '*jwt_grant',
      '*assertion*',
      '*token-type:saml1',
      '*token-type:saml2',
    ]),
});
export type OutlivesConfig = z.infer<typeof OutlivesConfig>;

/**
 * The ancestors whose life bounds a token's, nearest first: those that it was derived from. A refresh replaces, and
 * bounds nothing; a code is spent; what may outlive its source (a transaction token) has a life of its own.
 */
export function boundsOf(token: TokenView, policy: Policy, config: OutlivesConfig): readonly Ancestor[] {
  if (token.parent === undefined) return [];
  const bounds: Ancestor[] = [];
  let below = token;
  for (const ancestor of ancestorsOf(token)) {
    if (isOf(below, policy.lifetimes.mayOutlive)) break;
    if (!isRefreshOf(below) && !isOf(ancestor.token, config.spentKinds)) bounds.push(ancestor);
    below = ancestor.token;
  }
  return bounds;
}

function isOf({ tokenKind }: TokenView, kinds: readonly string[]): boolean {
  return tokenKind !== undefined && matchesAny(kinds, tokenKind);
}
