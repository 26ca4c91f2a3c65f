import type { TokenView } from '../chain.ts';
import type { ScopeAlgebra } from './algebra.ts';

/**
 * What an exchange asked for beyond its parent's authority and did not get: no violation, the issuer refused it, but
 * a sign that somebody probes. What it got is judged as what the token holds.
 */
export function refusedExcess(
  token: Pick<TokenView, 'requestedScope' | 'parent' | 'issuer' | 'aud' | 'grant' | 'scope'>,
  algebra: ScopeAlgebra,
): readonly string[] {
  const { requestedScope, parent, issuer, aud, grant } = token;
  if (requestedScope === undefined || parent === undefined || token.scope === undefined) return [];
  const asked = algebra.authorityOf({ issuer, aud, grant, scope: requestedScope });
  const allowed = { any: [algebra.authorityOf(parent), algebra.authorityOf(token)] };
  return algebra.compare(allowed, asked).excess;
}
