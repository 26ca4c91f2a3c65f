import type { RootVerdict } from '../domain/chain.ts';
import { matchesPattern, type Policy } from '../domain/policy.ts';
import type { ChainCell } from './chain-cell.ts';
import type { Feeds } from './feeds.ts';

/**
 * What a chain's topmost credential turned out to be. Absence is judged only against an issuer that policy
 * expects to log everything and whose feed was alive; elsewhere a missing parent is a gap in what we were told.
 */
export function verdictOf(cell: ChainCell, feeds: Feeds, policy: Policy, watermarkMs: number): RootVerdict {
  const token = cell.rootToken;
  if (token === undefined || token.standing) return 'root';
  if (token.issued) return token.state.late ? 'late' : 'root';
  const graceMs = policy.clocks.latenessSeconds * 1000;
  const since = token.iatMs ?? token.firstSeenMs;
  const expected =
    token.issuer !== undefined && policy.expects.issuers.some((p) => matchesPattern(p, token.issuer ?? ''));
  if (
    expected &&
    token.firstSeenMs + graceMs <= watermarkMs &&
    feeds.aliveAround(token.issuer ?? '', since, graceMs, policy.expects.silenceSeconds * 1000)
  ) {
    return 'unissued';
  }
  return token.childCount > 0 ? 'gap' : 'root';
}
