import { principalLabel } from '../../domain/principal.ts';
import type { LineageToken } from '../../domain/reach.ts';
import type { Survivor } from '../../domain/response.ts';
import type { Fall } from './fall.ts';
import type { FamilySteps } from './families.ts';
import type { LineageGraph } from './graph.ts';
import { isSignIn } from './parties.ts';
import { isLive, labelOf, lastExpiry } from './steps.ts';

/** Enough to see what stays; one row more says how many there are. */
const SURVIVORS_MAX = 200;

interface Around {
  readonly graph: LineageGraph;
  readonly fall: Fall;
  readonly left: FamilySteps['left'];
  readonly isSafe: (token: LineageToken) => boolean;
  readonly nowMs: number;
}

/** What lives on: what is above, nearest first, then what no step ends, then what other parents vouch for. */
export function survivorsOf({ graph, fall, left, isSafe, nowMs }: Around): readonly Survivor[] {
  const found = new Map<string, Survivor>();
  const add = (token: LineageToken, reason: string) => {
    if (!isLive(token, nowMs) || found.has(token.key)) return;
    found.set(token.key, { key: token.key, label: labelOf(token), untilMs: token.expiresMs, reason });
  };
  for (const token of fall.over) add(token, whyAbove(token, fall));
  for (const { family, reason } of left) {
    const { target, members } = family;
    const live = members.filter((token) => isLive(token, nowMs));
    const label = `refresh family ${target.family}`;
    found.set(target.key, { key: target.key, label, untilMs: lastExpiry(live), reason });
  }
  for (const { token, vouched } of fall.reach.spared) {
    if (isSafe(token)) add(token, 'policy protects its holder, or whom it speaks for');
    else if (vouched) add(token, 'it was also made from something that stands');
    else add(token, 'all that it hangs on stays');
  }
  const ending = [...fall.origins.map(({ token }) => token.key), ...fall.reach.reached.keys()];
  const taken = new Set(ending);
  for (const key of ending) {
    for (const { token, level } of graph.hintsOf(key)) {
      if (!taken.has(token.key)) add(token, `a link of level ${level} leads to it, which only informs`);
    }
  }
  return bounded([...found.values()]);
}

function whyAbove(token: LineageToken, { origins, compromise }: Fall): string {
  if (isSignIn(token))
    return `${principalLabel(token.holder)} signed in with it: only what was made from it ends`;
  const [source] = origins;
  const isSame = compromise !== undefined && isSameHolder(token, source?.token);
  return isSame
    ? `it is above the violation, and of the same holder: ${compromise.reason}`
    : 'it is above the violation: only what was made from it ends';
}

function isSameHolder(a: LineageToken, b: LineageToken | undefined): boolean {
  return a.holder !== undefined && a.holder.id === b?.holder?.id && a.holder.iss === b.holder.iss;
}

function bounded(all: readonly Survivor[]): readonly Survivor[] {
  if (all.length <= SURVIVORS_MAX) return all;
  const more = `${all.length - SURVIVORS_MAX} more`;
  const rest: Survivor = { key: '', label: more, untilMs: undefined, reason: 'too many to list' };
  return [...all.slice(0, SURVIVORS_MAX), rest];
}
