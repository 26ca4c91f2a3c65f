import { isDeepStrictEqual } from 'node:util';
import type { Alert } from '../domain/alert.ts';

export interface DiffScope {
  /** Alerts that became true at or after `fromMs` and before `toMs`, event time. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Place in the log up to which the service had handled everything when the replay began. */
  readonly handledSeq: number;
  /** End of the batch that the service began last, read after its alerts: its rows may be there in part. */
  readonly begunSeq: number;
  /** Versions of the detectors that replayed, by id. */
  readonly versions: ReadonlyMap<string, number>;
}

/** What is compared. Everything else of an alert follows from its facts or is told for people. */
const comparedMembers = ['severity', 'kind', 'facts', 'settled'] as const;
type Compared = (typeof comparedMembers)[number];

interface Sides<T> {
  readonly live: T;
  readonly replay: T;
}

export interface Difference {
  /** `missing`: live said it and the replay does not; `new`: the other way round. */
  readonly diff: 'missing' | 'new' | 'changed';
  /** True when either side is deterministic, settled and no signal: those have to be equal. */
  readonly counts: boolean;
  readonly changes: Readonly<Partial<Record<Compared, Sides<unknown>>>>;
  /** Set when another version of the detector spoke live; the replay's is null when there is no such detector. */
  readonly detectorVersion: Sides<number | null> | undefined;
  /** As the replay says it, or as live said it when the replay does not. */
  readonly alert: Alert;
}

/** Alerts of one detector that are compared, and what became of the comparison. */
export interface DiffTally {
  readonly detector: string;
  readonly counts: boolean;
  live: number;
  replay: number;
  equal: number;
  missing: number;
  new: number;
  changed: number;
}

export interface ReplayDiff {
  /** By time, then id. */
  readonly differences: readonly Difference[];
  /** By detector, those that count first. */
  readonly tallies: readonly DiffTally[];
  /** Provisional on both sides, or said by one alone and provisional there: not compared. */
  readonly provisional: number;
  /** Changed by records that the service had not handled yet: not compared. */
  readonly pending: number;
}

/** Compares what live said with what a replay says. Alerts that were withdrawn or merged are as if never said. */
export function compareAlerts(
  live: ReadonlyMap<string, Alert>,
  replayed: ReadonlyMap<string, Alert>,
  scope: DiffScope,
): ReplayDiff {
  const differences: Difference[] = [];
  const tallies = new Map<string, DiffTally>();
  let provisional = 0;
  let pending = 0;

  for (const id of new Set([...live.keys(), ...replayed.keys()])) {
    const said = { live: live.get(id), replay: replayed.get(id) };
    const was = standing(said.live);
    const is = standing(said.replay);
    if (!isWithin(was, scope) && !isWithin(is, scope)) continue;
    if (isPending(said.live, said.replay, scope)) pending += 1;
    else if (was?.settled !== true && is?.settled !== true) provisional += 1;
    else compare(was, is);
  }

  function compare(was: Alert | undefined, is: Alert | undefined): void {
    const difference = differenceOf(was, is, scope.versions);
    const tally = tallyOf(is ?? was, acts(was) || acts(is));
    if (was !== undefined) tally.live += 1;
    if (is !== undefined) tally.replay += 1;
    if (difference === undefined) tally.equal += 1;
    else {
      tally[difference.diff] += 1;
      differences.push(difference);
    }
  }

  function tallyOf(alert: Alert | undefined, counts: boolean): DiffTally {
    const detector = alert?.detector ?? '';
    const key = `${counts ? 0 : 1} ${detector}`;
    const known = tallies.get(key);
    if (known !== undefined) return known;
    const fresh = { detector, counts, live: 0, replay: 0, equal: 0, missing: 0, new: 0, changed: 0 };
    tallies.set(key, fresh);
    return fresh;
  }

  differences.sort(
    ({ alert: a }, { alert: b }) => a.firstAtMs - b.firstAtMs || Number(a.id > b.id) - Number(a.id < b.id),
  );
  const rows = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally);
  return { differences, tallies: rows, provisional, pending };
}

/** Differences that must not be. */
export function countingDifferences({ differences }: ReplayDiff): number {
  return differences.filter(({ counts }) => counts).length;
}

/** Whether an alert became true in the range. By its beginning, so that it belongs to one of two ranges that meet. */
export function isWithin(
  alert: Alert | undefined,
  { fromMs, toMs }: Pick<DiffScope, 'fromMs' | 'toMs'>,
): boolean {
  return alert !== undefined && alert.firstAtMs >= fromMs && alert.firstAtMs < toMs;
}

function standing(alert: Alert | undefined): Alert | undefined {
  return alert?.withdrawn === true || alert?.mergedInto !== undefined ? undefined : alert;
}

/** Live has still to say it, or has said it since. A version that live cannot have written yet is no excuse. */
function isPending(live: Alert | undefined, replay: Alert | undefined, scope: DiffScope): boolean {
  const { handledSeq, begunSeq } = scope;
  if (replay !== undefined && replay.version > handledSeq) return true;
  return live !== undefined && live.version > handledSeq && live.version <= begunSeq;
}

function differenceOf(
  was: Alert | undefined,
  is: Alert | undefined,
  versions: ReadonlyMap<string, number>,
): Difference | undefined {
  const alert = is ?? was;
  if (alert === undefined) return undefined;
  const changes: Partial<Record<Compared, Sides<unknown>>> = {};
  if (was !== undefined && is !== undefined) {
    for (const member of comparedMembers) {
      if (isDeepStrictEqual(was[member], is[member])) continue;
      changes[member] = { live: was[member], replay: is[member] };
    }
    if (Object.keys(changes).length === 0) return undefined;
  }
  const replayVersion = versions.get(alert.detector) ?? null;
  return {
    diff: is === undefined ? 'missing' : was === undefined ? 'new' : 'changed',
    counts: acts(was) || acts(is),
    changes,
    detectorVersion:
      was === undefined || was.detectorVersion === replayVersion
        ? undefined
        : { live: was.detectorVersion, replay: replayVersion },
    alert,
  };
}

/** What may page and revoke, and therefore has to come out again. */
function acts(alert: Alert | undefined): boolean {
  return alert?.basis === 'deterministic' && alert.kind === 'alert' && alert.settled;
}
