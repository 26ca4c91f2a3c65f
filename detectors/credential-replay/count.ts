import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { eventIds, instant, wentThrough } from '../evidence.ts';
import { systemOf, useFinding } from '../uses.ts';

/** A token that worked more often than it may (`maxUses`; V35). */
export function judgeUses(token: TokenView, policy: Policy): Finding | undefined {
  const { maxUses } = token;
  if (maxUses === undefined || token.uses.length <= maxUses) return undefined;
  const counted = presentationsOf(token);
  const surplus = counted[maxUses];
  const [first] = counted;
  if (surplus === undefined || first === undefined) return undefined;
  return {
    ...useFinding({ action: surplus, token, policy }, 'used-more-than-allowed', {
      pages: true,
      says: maxUses === 1 ? 'with a token for one use' : `with a token for ${maxUses} uses`,
      evidence: {
        allowed: maxUses,
        used: counted.length,
        system: systemOf(surplus) ?? null,
        firstAt: instant(first.atMs),
        firstSystem: systemOf(first) ?? null,
      },
    }),
    eventIds: eventIds(
      surplus.eventIds,
      token.eventIds,
      counted.slice(0, maxUses).flatMap((action) => action.eventIds),
    ),
    shownBy: surplus.id,
  };
}

/**
 * The calls with which it was certainly presented anew, by time. A tool call and the API call behind it may be one
 * presentation told twice, so the two are not added up, unless their HTTP requests tell them apart. What a system says
 * of its own changes presents nothing.
 */
function presentationsOf(token: TokenView): readonly ActionView[] {
  const worked = token.uses.filter((action) => action.kind !== 'change' && wentThrough(action));
  const tools = worked.filter(({ kind }) => kind === 'tool');
  const apis = worked.filter(({ kind }) => kind === 'api');
  const requests = distinctRequests(worked);
  return [tools, apis, requests].reduce((most, list) => (list.length > most.length ? list : most));
}

function distinctRequests(actions: readonly ActionView[]): readonly ActionView[] {
  const seen = new Set<string>();
  return actions.filter(({ httpRequestIds }) => {
    const isNew = httpRequestIds.length > 0 && !httpRequestIds.some((id) => seen.has(id));
    for (const id of httpRequestIds) seen.add(id);
    return isNew;
  });
}
