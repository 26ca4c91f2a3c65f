import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, holderOf, instant, tokenSubject } from '../evidence.ts';
import { isRefreshOf } from '../kinds.ts';
import { spanOf } from '../uses.ts';
import { boundsOf, type OutlivesConfig } from './bounds.ts';

/** A token that lives longer than the nearest one above it of which the expiry is known (R24). */
export function judgeMint(token: TokenView, policy: Policy, config: OutlivesConfig): readonly Finding[] {
  const { expMs, iatMs, parent } = token;
  // What has no end at all is another matter.
  if (typeof expMs !== 'number' || parent === undefined) return [];
  const bound = boundsOf(token, policy, config).find((ancestor) => ancestor.token.expMs !== undefined);
  const boundMs = bound?.token.expMs ?? undefined;
  if (bound === undefined || boundMs === undefined) return [];
  const { skewMs } = clocksOf(policy);
  const outlives = (endMs: number | null) => endMs === null || endMs > boundMs + skewMs;
  // Whoever mints from an expired token breaks more than this.
  if (!outlives(expMs) || (iatMs !== undefined && iatMs > boundMs + skewMs)) return [];
  const isRefreshed = isRefreshOf(token);
  // Of the tokens of a family only the first that went too far is news.
  if (isRefreshed && parent.expMs !== undefined && outlives(parent.expMs)) return [];
  const label = refLabel(bound.token.ref);
  const life =
    expMs === null ? 'that never expires, unlike' : `that lives ${spanOf(expMs - boundMs)} longer than`;
  return [
    {
      subject: tokenSubject(token),
      fact: isRefreshed ? 'refresh-extends-root' : 'outlives-parent',
      kind: 'signal',
      severity: 'low',
      title: isRefreshed
        ? `A refresh gave ${holderOf(token)} a token ${life} ${label}, from which its family comes`
        : `${holderOf(token)} got a token ${life} ${label}, from which it comes`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: {
        ancestor: label,
        expiresAt: instant(expMs),
        ancestorExpiresAt: instant(boundMs),
        longerBySeconds: (expMs - boundMs) / 1000,
        tokenKind: token.tokenKind ?? null,
        grant: token.grant ?? null,
        linkLevel: bound.level,
      },
      eventIds: eventIds(token.eventIds, bound.token.eventIds),
      revoke: token.ref,
      linkLevel: bound.level,
    },
  ];
}
