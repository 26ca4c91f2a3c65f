import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { eventIds, holderOf, sample, tokenSubject } from '../evidence.ts';
import { isKind, isRefreshOf } from '../kinds.ts';

/** A replay that was noticed and refused: two hold what one should (RFC 9700 section 4.14). */
export function judgeRefusals(token: TokenView): Finding | undefined {
  const refused = token.rejections.filter(({ reason }) => reason === 'reuse');
  const [first] = refused;
  if (first === undefined) return undefined;
  return {
    subject: tokenSubject(token),
    fact: factOf(token),
    kind: 'signal',
    severity: 'medium',
    title: `A used token of ${holderOf(token)} was presented again and refused`,
    atMs: first.atMs,
    evidence: {
      tokenKind: token.tokenKind ?? null,
      refusals: refused.length,
      refusedBy: sample([...new Set(refused.map(({ by }) => by))]),
    },
    eventIds: eventIds(
      refused.map(({ eventId }) => eventId),
      token.eventIds,
    ),
    revoke: token.ref,
  };
}

function factOf(token: TokenView): string {
  if (isKind(token, 'refresh') || token.children.some(isRefreshOf)) return 'refresh-reused';
  return token.childCount > 0 ? 'redeemed-twice' : 'used-more-than-allowed';
}
