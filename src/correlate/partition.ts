/** A source that has delivered everything it has and then nothing for this long no longer counts. */
const IDLE_MS = 10_000;
/** What one source can hold time back by, and how long one that makes no progress is waited for. */
export const HOLD_MS = 10 * 60_000;
/** A clock that is merely wrong wavers by less than this; a publisher that catches up gains more. */
const GAIN_MS = 10_000;

/**
 * Where one source stands, as far as time is concerned.
 *
 * - `live`: it delivers, and what it delivers is about now.
 * - `behind`: it holds more than it has delivered, as its offsets say: slow, never idle.
 * - `catching-up`: after an outage of ours it delivers the past, faster than time passes.
 * - `idle`: it is at its end, and silent.
 * - `skewed`: its clock is behind by more than `HOLD_MS` and stays there.
 * - `late`: what it says lies behind the watermark already, so to wait for it would help nobody.
 * - `stuck`: it is behind and gets nowhere.
 */
export const partitionStates = ['live', 'behind', 'catching-up', 'idle', 'skewed', 'late', 'stuck'] as const;
export type PartitionState = (typeof partitionStates)[number];

/** One source whose events come in an order of their own. */
export interface Partition {
  /** Smallest event time in the running half of the window, and in the half before. */
  lowMs: number;
  formerLowMs: number;
  turnedMs: number;
  /** Smallest event time of the window when it last held any. */
  frontierMs: number | undefined;
  heardMs: number;
  behind: boolean;
  /** Clock when it last gained: on itself while behind, on the clock otherwise. */
  gainedMs: number;
  /** What it has to beat for the next gain: a frontier while behind, a distance to the clock otherwise. */
  bestMs: number;
  bestLagMs: number;
}

export function createPartition(nowMs: number): Partition {
  return {
    lowMs: Number.POSITIVE_INFINITY,
    formerLowMs: Number.POSITIVE_INFINITY,
    turnedMs: nowMs,
    frontierMs: undefined,
    heardMs: nowMs,
    behind: false,
    gainedMs: nowMs,
    bestMs: Number.NEGATIVE_INFINITY,
    bestLagMs: Number.POSITIVE_INFINITY,
  };
}

/**
 * The frontier is the smallest event time of the last moments, not the greatest: a publisher that replays what it could
 * not deliver and goes on with what happens now is as far as its replay, and one message from the future moves nothing.
 */
export function hear(partition: Partition, eventMs: number, nowMs: number, halfMs: number): void {
  turn(partition, nowMs, halfMs);
  partition.lowMs = Math.min(partition.lowMs, eventMs);
  partition.heardMs = nowMs;
}

function turn(partition: Partition, nowMs: number, halfMs: number): void {
  const lowMs = Math.min(partition.lowMs, partition.formerLowMs);
  if (lowMs !== Number.POSITIVE_INFINITY) partition.frontierMs = lowMs;
  const passedMs = nowMs - partition.turnedMs;
  if (passedMs < halfMs) return;
  partition.formerLowMs = passedMs < 2 * halfMs ? partition.lowMs : Number.POSITIVE_INFINITY;
  partition.lowMs = Number.POSITIVE_INFINITY;
  partition.turnedMs = nowMs;
}

/** Our own clock was set back: nothing may lie ahead of it, or it would be waited for as long. */
export function setBack(partition: Partition, nowMs: number): void {
  partition.heardMs = Math.min(partition.heardMs, nowMs);
  partition.gainedMs = Math.min(partition.gainedMs, nowMs);
  partition.turnedMs = Math.min(partition.turnedMs, nowMs);
  partition.frontierMs = Math.min(partition.frontierMs ?? nowMs, nowMs);
}

export interface PartitionTime {
  readonly nowMs: number;
  /** The watermark so far. */
  readonly reachedMs: number;
  /** True after an outage of ours, until everybody has caught up. */
  readonly recovering: boolean;
  readonly halfMs: number;
}

/** Decides whether time waits for a partition, and notes what it gained. */
export function stateOf(partition: Partition, time: PartitionTime): PartitionState {
  const { nowMs, reachedMs } = time;
  turn(partition, nowMs, time.halfMs);
  const { frontierMs } = partition;
  if (partition.behind) {
    if (frontierMs !== undefined && frontierMs > partition.bestMs) {
      partition.bestMs = frontierMs;
      partition.gainedMs = nowMs;
    }
    if (nowMs - partition.gainedMs > HOLD_MS) return 'stuck';
    return frontierMs === undefined || frontierMs >= reachedMs ? 'behind' : 'late';
  }
  const idle = nowMs - partition.heardMs > IDLE_MS;
  if (frontierMs === undefined) return 'idle';
  if (frontierMs < reachedMs) return idle ? 'idle' : 'late';
  const lagMs = nowMs - frontierMs;
  if (lagMs <= HOLD_MS) {
    partition.bestLagMs = Number.POSITIVE_INFINITY;
    return idle ? 'idle' : 'live';
  }
  if (lagMs < partition.bestLagMs - GAIN_MS) {
    partition.bestLagMs = lagMs;
    partition.gainedMs = nowMs;
  }
  // Silence is no sign of having caught up: only time without a gain is.
  if (time.recovering && nowMs - partition.gainedMs <= HOLD_MS) return 'catching-up';
  return idle ? 'idle' : 'skewed';
}

/** Time waits for it: the watermark is the minimum over these. */
export function counts(state: PartitionState): boolean {
  return state === 'live' || state === 'behind' || state === 'catching-up';
}
