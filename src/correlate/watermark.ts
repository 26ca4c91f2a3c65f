import {
  counts,
  createPartition,
  HOLD_MS,
  hear,
  type Partition,
  type PartitionState,
  partitionStates,
  setBack,
  stateOf,
} from './partition.ts';

/** Partitions told apart: topics' partitions and publishers' keys. Further ones share one. */
const PARTITIONS_MAX = 1_000;
const SHARED = 'others';
/** Half of the window in which a partition's smallest event time counts: next to the lateness, nothing. */
const HALF_WINDOW_MS_MAX = 5_000;
const WINDOWS_PER_LATENESS = 60;
/** After an outage what was kept comes in bursts, as often as whoever kept it tries again. */
const HALF_WINDOW_RECOVERING_MS = 60_000;

export interface WatermarkTracker {
  /** An event of the partition is in the log. */
  observe(partition: string, eventMs: number, nowMs: number): void;
  /** Whether the partition holds more than it has delivered: it is slow then, and not idle. */
  setBehind(partition: string, behind: boolean, nowMs: number): void;
  /** Nothing could be taken in between the two: whoever tried comes back, with what it has kept since. */
  outage(fromMs: number, nowMs: number): void;
  /** Event time at or before which everything has arrived, as far as anyone can tell. Never goes back. */
  at(nowMs: number): number;
  /** Policy changed how long stragglers are waited for. Time that was reached stays reached. */
  setLateness(latenessMs: number): void;
  /** What `at` answered last; undefined before there was any time. */
  readonly reachedMs: number | undefined;
  /** What time waits for, as of the last call of `at`. */
  readonly holder: WatermarkHolder | undefined;
  /** Partitions by state, as of the last call of `at`. */
  readonly partitions: Readonly<Record<PartitionState, number>>;
}

export interface WatermarkHolder {
  /** The partition, or '' for the grace after an outage. */
  readonly partition: string;
  readonly why: 'outage' | PartitionState;
}

/**
 * The watermark of one shard: the minimum over its source partitions, delayed by the allowed lateness.
 *
 * No clock but ours is believed. Event times are clamped to it, and what is already behind the watermark is not waited
 * for. While all is well a partition holds time back by `HOLD_MS` at most. A backlog, which offsets prove or which
 * follows an outage of ours, holds it by its own event times for as long as it gains.
 *
 * `startMs` is the last watermark in the log: time goes on from there, and what passed since counts as an outage.
 */
export function createWatermarkTracker(
  initialLatenessMs: number,
  options: { readonly startMs?: number } = {},
): WatermarkTracker {
  let latenessMs = initialLatenessMs;
  const partitions = new Map<string, Partition>();
  let reachedMs = options.startMs ?? Number.NEGATIVE_INFINITY;
  let lookedMs: number | undefined;
  let graceMs = Number.NEGATIVE_INFINITY;
  let recovering = false;
  let holder: WatermarkHolder | undefined;
  let tally = none();

  function ensure(name: string, nowMs: number): Partition {
    const known = partitions.get(name);
    if (known !== undefined) return known;
    if (partitions.size >= PARTITIONS_MAX && name !== SHARED) return ensure(SHARED, nowMs);
    const partition = createPartition(nowMs);
    partitions.set(name, partition);
    return partition;
  }

  /** Who was refused for some time and backs off tries again within as long, ten minutes at most. */
  function outage(fromMs: number, nowMs: number): void {
    if (fromMs >= nowMs) return;
    graceMs = nowMs + Math.min(nowMs - fromMs, HOLD_MS);
    recovering = true;
  }

  function look(nowMs: number): void {
    if (lookedMs === undefined && Number.isFinite(reachedMs)) outage(reachedMs + latenessMs, nowMs);
    if (lookedMs !== undefined && nowMs < lookedMs) {
      graceMs = Math.min(graceMs, nowMs + HOLD_MS);
      for (const partition of partitions.values()) setBack(partition, nowMs);
    }
    lookedMs = nowMs;
  }

  function halfMs(): number {
    if (recovering) return HALF_WINDOW_RECOVERING_MS;
    return Math.min(HALF_WINDOW_MS_MAX, latenessMs / WINDOWS_PER_LATENESS);
  }

  /** The smallest frontier that counts, and whose it is. */
  function slowest(nowMs: number): number {
    const time = { nowMs, reachedMs, recovering, halfMs: halfMs() };
    let minMs = nowMs;
    let waiting = false;
    tally = none();
    holder = undefined;
    for (const [name, partition] of partitions) {
      const why = stateOf(partition, time);
      tally[why] += 1;
      waiting ||= why === 'behind' || why === 'catching-up';
      if (!counts(why)) {
        if (nowMs - partition.heardMs > 2 * HOLD_MS && !partition.behind) partitions.delete(name);
        continue;
      }
      // Behind, and it has yet to deliver: time stands still.
      const atMs = partition.frontierMs ?? Number.NEGATIVE_INFINITY;
      if (atMs >= minMs) continue;
      minMs = atMs;
      holder = { partition: name, why };
    }
    if (nowMs >= graceMs) recovering &&= waiting;
    return minMs;
  }

  return {
    observe(name, eventMs, nowMs) {
      // Written so that it also holds for what is no number.
      if (!(eventMs >= reachedMs)) return;
      hear(ensure(name, nowMs), Math.min(eventMs, nowMs), nowMs, halfMs());
    },
    setBehind(name, behind, nowMs) {
      if (!behind && !partitions.has(name)) return;
      const partition = ensure(name, nowMs);
      if (partition.behind === behind) return;
      partition.behind = behind;
      partition.heardMs = nowMs;
      partition.gainedMs = nowMs;
      partition.bestMs = Number.NEGATIVE_INFINITY;
    },
    outage,
    setLateness(ms) {
      latenessMs = ms;
    },
    at(nowMs) {
      look(nowMs);
      const minMs = slowest(nowMs);
      if (nowMs < graceMs) holder = { partition: '', why: 'outage' };
      else reachedMs = Math.max(reachedMs, minMs - latenessMs);
      return reachedMs;
    },
    get reachedMs() {
      return Number.isFinite(reachedMs) ? reachedMs : undefined;
    },
    get holder() {
      return holder;
    },
    get partitions() {
      return tally;
    },
  };
}

function none(): Record<PartitionState, number> {
  return Object.fromEntries(partitionStates.map((state) => [state, 0])) as Record<PartitionState, number>;
}
