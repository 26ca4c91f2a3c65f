import type { ActionView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Ancestor } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, instant } from '../evidence.ts';
import { spanOf, type Use, useFinding } from '../uses.ts';
import { boundsOf, type OutlivesConfig } from './bounds.ts';

const none: readonly Finding[] = [];

/**
 * A use inside the token's own life and outside that of a token above it: the effective window of a chain is where the
 * windows of all that it was derived from overlap.
 */
export function judgeUse(action: ActionView, policy: Policy, config: OutlivesConfig): readonly Finding[] {
  const { token, atMs } = action;
  if (token?.parent === undefined) return none;
  const { skewMs } = clocksOf(policy);
  const isOver = (endMs: number | null | undefined) => typeof endMs === 'number' && atMs >= endMs + skewMs;
  const isAhead = (beginMs: number | undefined) => beginMs !== undefined && atMs < beginMs - skewMs;
  // What breaks the token's own bounds is another matter.
  if (isOver(token.expMs) || isAhead(token.nbfMs)) return none;
  const bounds = boundsOf(token, policy, config);
  const use = { action, token, policy };
  const ended = bounds.filter((bound) => isOver(bound.token.expMs));
  if (ended.length > 0) return [afterEnd(use, ended)];
  const ahead = bounds.filter((bound) => isAhead(bound.token.nbfMs));
  return ahead.length > 0 ? [beforeBegin(use, ahead)] : none;
}

function afterEnd(use: Use, ended: readonly Ancestor[]): Finding {
  const endOf = ({ token }: Ancestor) => token.expMs ?? Number.POSITIVE_INFINITY;
  const bound = ended.reduce((first, one) => (endOf(one) < endOf(first) ? one : first));
  const lateMs = use.action.atMs - endOf(bound);
  return outside(use, bound, `had expired ${spanOf(lateMs)} before`, {
    expiredAt: instant(endOf(bound)),
    lateBySeconds: lateMs / 1000,
  });
}

function beforeBegin(use: Use, ahead: readonly Ancestor[]): Finding {
  const beginOf = ({ token }: Ancestor) => token.nbfMs ?? 0;
  const bound = ahead.reduce((last, one) => (beginOf(one) > beginOf(last) ? one : last));
  return outside(use, bound, `is not valid before ${instant(beginOf(bound))}`, {
    notBefore: instant(beginOf(bound)),
    earlyBySeconds: (beginOf(bound) - use.action.atMs) / 1000,
  });
}

function outside(
  use: Use,
  bound: Ancestor,
  says: string,
  evidence: { readonly [key: string]: string | number },
): Finding {
  const label = refLabel(bound.token.ref);
  return {
    ...useFinding(use, 'outside-effective-window', {
      // No standard makes life conjunctive; an organisation may.
      pages: use.policy.lifetimes.conjunctive,
      says: `with a token derived from ${label}, which ${says}`,
      evidence: { ancestor: label, ...evidence, linkLevel: bound.level },
      because: bound.token.eventIds,
    }),
    linkLevel: bound.level,
  };
}
