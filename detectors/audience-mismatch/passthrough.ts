import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { type Addressing, addressing, audienceOf } from '../audience.ts';
import { eventIds, sample, wentThrough } from '../evidence.ts';
import { areTwoRequests, systemOf, useFinding } from '../uses.ts';

const none: readonly Finding[] = [];

interface Presentation extends Addressing {
  readonly action: ActionView;
  readonly system: string;
  readonly requests: readonly string[];
}

/**
 * A token that a system it is for took, and that a later request carried on to one it is not for (MCP authorization:
 * passthrough, V41).
 */
export function judgePassage(token: TokenView, policy: Policy): readonly Finding[] {
  const aud = token.uses.length < 2 ? undefined : audienceOf(token);
  if (aud === undefined) return none;
  const presented = presentations(token, aud, policy);
  const inward = presented.filter(({ addressed }) => addressed === 'yes');
  if (inward.length === 0) return none;
  // An audience that names one system by its name would name the other one as well.
  const speaksNames = inward.some(({ system }) => aud.includes(system));
  for (const onward of presented) {
    if (onward.addressed === 'yes' || (onward.addressed === 'unknown' && !speaksNames)) continue;
    const through = inward.find(
      ({ action, requests }) =>
        action.atMs <= onward.action.atMs && areTwoRequests(requests, onward.requests),
    );
    if (through !== undefined) return [passage(token, aud, onward, through, policy)];
  }
  return none;
}

function passage(
  token: TokenView,
  aud: readonly string[],
  onward: Presentation,
  through: Presentation,
  policy: Policy,
): Finding {
  const { action, system, requests, addressed, accepted } = onward;
  return {
    ...useFinding({ action, token, policy }, 'passed-through', {
      pages: addressed === 'no',
      says: `at ${system} with a token that ${through.system} was given for itself`,
      evidence: {
        system,
        audience: sample(aud),
        accepted: sample(accepted),
        through: through.system,
        httpRequestIds: sample(requests),
      },
    }),
    eventIds: eventIds(action.eventIds, through.action.eventIds, token.eventIds),
    shownBy: action.id,
  };
}

/** Uses that went through and say which requests they were, by time; none where all went to one system. */
function presentations(token: TokenView, aud: readonly string[], policy: Policy): readonly Presentation[] {
  const [first] = token.uses;
  const only = first === undefined ? undefined : systemOf(first);
  if (token.uses.every((action) => systemOf(action) === only)) return [];
  const known = new Map<string, Addressing>();
  return token.uses.flatMap((action) => {
    const system = systemOf(action);
    const requests = action.httpRequestIds;
    if (system === undefined || requests.length === 0 || !wentThrough(action)) return [];
    const of = known.get(system) ?? addressing(aud, system, policy);
    known.set(system, of);
    return [{ action, system, requests, ...of }];
  });
}
