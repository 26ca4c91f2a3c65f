/** A source whose clock is behind by more than this holds nobody back for longer. */
const HOLD_MS_MAX = 10 * 60_000;
/** A source that has delivered everything it has and then nothing for this long no longer counts. */
const IDLE_MS = 10_000;

interface Partition {
  /** Latest event time seen, never ahead of the clock. */
  maxMs: number;
  heardMs: number;
  /** True while the source holds more than it may deliver (back-pressure): it is slow, not idle. */
  paused: boolean;
}

export interface WatermarkTracker {
  observe(partition: string, eventMs: number, nowMs: number): void;
  pause(partition: string, paused: boolean): void;
  /** Event time at or before which everything has arrived, as far as anyone can tell. Never goes back. */
  at(nowMs: number): number;
}

/**
 * The watermark of one shard: the minimum over its source partitions, delayed by the allowed lateness. Event times
 * are clamped to the clock, so a publisher that lives in the future cannot make everybody else late, and one that
 * lives in the past cannot stop time.
 */
export function createWatermarkTracker(latenessMs: number): WatermarkTracker {
  const partitions = new Map<string, Partition>();
  let reachedMs = Number.NEGATIVE_INFINITY;

  return {
    observe(name, eventMs, nowMs) {
      const clampedMs = Math.min(Math.max(eventMs, nowMs - HOLD_MS_MAX), nowMs);
      const known = partitions.get(name);
      if (known === undefined) partitions.set(name, { maxMs: clampedMs, heardMs: nowMs, paused: false });
      else {
        known.maxMs = Math.max(known.maxMs, clampedMs);
        known.heardMs = nowMs;
      }
    },
    pause(name, paused) {
      const known = partitions.get(name);
      if (known !== undefined) known.paused = paused;
    },
    at(nowMs) {
      let minMs = nowMs;
      for (const { maxMs, heardMs, paused } of partitions.values()) {
        if (!paused && nowMs - heardMs > IDLE_MS) continue;
        minMs = Math.min(minMs, Math.max(maxMs, nowMs - HOLD_MS_MAX));
      }
      reachedMs = Math.max(reachedMs, minMs - latenessMs);
      return reachedMs;
    },
  };
}
