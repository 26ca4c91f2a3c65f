import type { ChainView, DecisionView } from '../../src/domain/chain.ts';
import { clocksOf, instant } from '../evidence.ts';
import { beyond } from './beyond.ts';
import { concerns, namesAction } from './concerns.ts';
import type { Breach, Seen, ValidationRow } from './types.ts';

/** Decisions by the name of their action, each list by time; of two at one time the refusal is the later. */
export function decisionsBy({ decisions }: ChainView): ReadonlyMap<string, readonly DecisionView[]> {
  const byName = new Map<string, DecisionView[]>();
  for (const decision of decisions.toSorted(byTime)) {
    const known = byName.get(decision.action.name);
    if (known === undefined) byName.set(decision.action.name, [decision]);
    else known.push(decision);
  }
  return byName;
}

/**
 * The last decision before the action has to allow it; where policy asks for one, it has to be there, recent, and to
 * cover what was done. Without a row only a decision against it counts, and only one that speaks of the same target.
 */
export function judgeDecision(
  seen: Seen,
  decisions: ReadonlyMap<string, readonly DecisionView[]>,
  rows: readonly ValidationRow[],
): Breach | undefined {
  const asked = rows.filter(({ by }) => by === 'decision');
  const named = namesAction(seen.action).flatMap((name) => {
    const list = decisions.get(name);
    return list === undefined ? [] : [list];
  });
  if (asked.length === 0 && named.length === 0) return undefined;
  const same = lastBefore(named, seen, (one) => concerns(one, seen) === 'same');
  if (same?.allowed === false) return against(same);
  if (asked.length === 0) return undefined;
  const withinMs = Math.min(...asked.map(({ withinSeconds }) => withinSeconds)) * 1000;
  const sinceMs = seen.action.atMs - withinMs - clocksOf(seen.policy).skewMs;
  const good = named
    .flatMap((list) => list.filter((one) => one.allowed && one.atMs >= sinceMs && isInTime(one, seen)))
    .filter((decision) => concerns(decision, seen) !== 'other')
    .toSorted(byTime);
  if (good.length > 0) return broader(seen, good);
  const last = lastBefore(named, seen, (one) => concerns(one, seen) !== 'other');
  if (last?.allowed === false) return against(last);
  return undecided(seen, last ?? firstOf(named, seen), withinMs);
}

/** The clocks of whoever decides and whoever acts may differ; a refusal afterwards is none of what was done before. */
function isInTime({ atMs, allowed }: DecisionView, { action, policy }: Seen): boolean {
  return atMs <= action.atMs + (allowed ? clocksOf(policy).skewMs : 0);
}

function lastBefore(
  named: readonly (readonly DecisionView[])[],
  seen: Seen,
  isAbout: (decision: DecisionView) => boolean,
): DecisionView | undefined {
  const lasts = named.map((list) => list.findLast((one) => isInTime(one, seen) && isAbout(one)));
  return lasts
    .filter((one) => one !== undefined)
    .toSorted(byTime)
    .at(-1);
}

/** One that came too late says more than none. */
function firstOf(named: readonly (readonly DecisionView[])[], seen: Seen): DecisionView | undefined {
  const firsts = named.map((list) => list.find((one) => concerns(one, seen) !== 'other'));
  return firsts.filter((one) => one !== undefined).toSorted(byTime)[0];
}

/** Of two at one time the refusal counts. */
function byTime(a: DecisionView, b: DecisionView): number {
  return a.atMs - b.atMs || Number(b.allowed) - Number(a.allowed);
}

function against(last: DecisionView): Breach {
  return {
    fact: 'decided-against',
    says: 'against the last decision about it',
    evidence: decisionEvidence(last),
    because: [last.eventId],
  };
}

function undecided({ action }: Seen, nearest: DecisionView | undefined, withinMs: number): Breach {
  const seconds = withinMs / 1000;
  return {
    fact: 'no-decision',
    says:
      nearest === undefined
        ? 'about which nothing had been decided'
        : `which had been decided ${nearest.atMs > action.atMs ? 'only afterwards' : 'too long before'}`,
    evidence: { withinSeconds: seconds, ...(nearest === undefined ? {} : decisionEvidence(nearest)) },
    because: nearest === undefined ? [] : [nearest.eventId],
  };
}

/** One decision that covers everything is enough. */
function broader(seen: Seen, good: readonly DecisionView[]): Breach | undefined {
  const excesses = good.map((decision) => beyond(decision, seen.action.details));
  if (excesses.some((excess) => excess === undefined)) return undefined;
  const [decision, excess] = [good[good.length - 1], excesses[excesses.length - 1]];
  if (decision === undefined || excess === undefined) return undefined;
  const { member, decided, done } = excess;
  return {
    fact: 'broader-than-decided',
    says: `with ${member} beyond what was decided`,
    evidence: { ...decisionEvidence(decision), member, decided, done },
    because: [decision.eventId],
  };
}

function decisionEvidence({ atMs, subject, action, resource, policy }: DecisionView) {
  return {
    decidedAt: instant(atMs),
    decisionSubject: subject.id,
    decisionAction: action.name,
    decisionResource: `${resource.type}/${resource.id}`,
    decidedBy: policy?.id ?? null,
  };
}
