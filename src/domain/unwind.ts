import type { Alert, AlertWithLife } from './alert.ts';
import type { Action, Hop } from './chain.ts';
import { changes, effectOf } from './effect.ts';
import type { Effect } from './event/index.ts';
import { CLOCK_SKEW_MS } from './limits.ts';
import type { Policy } from './policy.ts';

/** Where authority broke: everything below it has been in doubt since then. */
export interface Break {
  readonly hop: Hop | undefined;
  /** Undefined: since ever. */
  readonly sinceMs: number | undefined;
  readonly alertId: string | undefined;
}

/** A change that was made with authority in doubt. */
export interface DoubtfulWrite {
  readonly action: Action;
  /** Under the policy of the day, where the event did not say. */
  readonly effect: Exclude<Effect, 'read' | 'unknown'>;
  /** Alerts that make it doubtful, the nearest hop first. */
  readonly alertIds: readonly string[];
}

export interface Unwinding {
  readonly breaks: readonly Break[];
  /** Newest first: the order in which they are to be taken back. */
  readonly writes: readonly DoubtfulWrite[];
}

export interface UnwindInput {
  readonly hops: readonly Hop[];
  readonly actions: readonly Action[];
  readonly alerts: readonly AlertWithLife[];
  readonly policy: Policy;
  /** Key of the hop to go back to, instead of those that alerts stand at. */
  readonly from: string | undefined;
}

/**
 * Every write that was not denied, at or below a hop where authority broke and since then. Of two clocks that disagree
 * within the skew the one is believed that lists the write: to look once too often is cheap.
 */
export function unwind({ hops, actions, alerts, policy, from }: UnwindInput): Unwinding {
  const byKey = new Map(hops.map((hop) => [hop.key, hop]));
  const standing = alerts
    .filter(isStanding)
    .sort((a, b) => a.firstAtMs - b.firstAtMs || (a.id < b.id ? -1 : 1));
  const alertBreaks = standing.map((alert) => breakOf(alert, byKey));
  const breaks = from === undefined ? alertBreaks : chosen(byKey.get(from));
  const writes = actions.flatMap((action): DoubtfulWrite[] => {
    const effect = changing(action, policy);
    if (effect === undefined) return [];
    const above = pathOf(action.hopKey, byKey);
    if (!breaks.some((one) => covers(one, action, above))) return [];
    return [
      {
        action,
        effect,
        alertIds: nearest(
          alertBreaks.filter((one) => covers(one, action, above)),
          above,
        ),
      },
    ];
  });
  return { breaks, writes: writes.sort(newestFirst) };
}

function isStanding({ kind, settled, state }: AlertWithLife): boolean {
  return kind === 'alert' && settled && state !== 'withdrawn' && state !== 'merged';
}

/** An alert about a hop that is not in the chain, or about none, puts the whole chain in doubt. */
function breakOf({ id, hop, firstAtMs }: Alert, byKey: ReadonlyMap<string, Hop>): Break {
  return { hop: byKey.get(hop), sinceMs: firstAtMs, alertId: id };
}

function chosen(hop: Hop | undefined): readonly Break[] {
  return hop === undefined ? [] : [{ hop, sinceMs: hop.issuedMs, alertId: undefined }];
}

function covers({ hop, sinceMs }: Break, action: Action, above: readonly string[]): boolean {
  if (sinceMs !== undefined && action.atMs < sinceMs - CLOCK_SKEW_MS) return false;
  return hop === undefined || above.includes(hop.key);
}

/** The hop of an action and those above it, nearest first. */
function pathOf(key: string, byKey: ReadonlyMap<string, Hop>): readonly string[] {
  const path = new Set<string>();
  for (let at: string | undefined = key; at !== undefined && !path.has(at); at = byKey.get(at)?.parentKey) {
    path.add(at);
  }
  return [...path];
}

function nearest(breaks: readonly Break[], above: readonly string[]): readonly string[] {
  const distance = ({ hop }: Break) => (hop === undefined ? above.length : above.indexOf(hop.key));
  const sorted = breaks.toSorted((a, b) => distance(a) - distance(b));
  return sorted.flatMap(({ alertId }) => alertId ?? []);
}

function changing(action: Action, policy: Policy): DoubtfulWrite['effect'] | undefined {
  if (action.outcome === 'denied') return undefined;
  const effect = effectOf(action.effect, needsOf(action), action.action, policy);
  return changes(effect) ? effect : undefined;
}

function needsOf({ kind, action, system }: Action): string | undefined {
  if (kind === 'change') return undefined;
  return kind === 'tool' ? `tool:${action}` : `${system ?? ''}:${action}`;
}

function newestFirst(a: DoubtfulWrite, b: DoubtfulWrite): number {
  return b.action.atMs - a.action.atMs || (a.action.id < b.action.id ? 1 : -1);
}
