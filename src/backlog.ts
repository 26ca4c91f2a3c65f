import type { WatermarkTracker } from './correlate/watermark.ts';
import type { KafkaIntake } from './intake.ts';

/** Lag is read from the broker this often: what was delivered meanwhile may still be counted in it. */
const LOOK_MS = 10_000;
/** Stands for the partitions while they are not known. */
const UNKNOWN = 'kafka';

interface Look {
  readonly atMs: number;
  readonly delivered: number;
}

/**
 * Tells the watermark which partitions hold more than they have delivered: what waits in Kafka has not arrived, and
 * after an outage of ours or of the broker's, time must not run ahead of it.
 *
 * A busy topic is never read to its very end. A partition is at its end as long as it lags by no more than was
 * delivered since the last look or the one before; so no clock in the topic has a say in it.
 */
export function createBacklog(
  tracker: Pick<WatermarkTracker, 'setBehind'>,
): (kafka: Pick<KafkaIntake, 'status' | 'delivered'>, nowMs: number) => void {
  let looks = new Map<string, readonly [Look, Look]>();

  /** Messages of the partition delivered in the last ten to twenty seconds. */
  function recent(name: string, delivered: number, nowMs: number): { count: number; looks: [Look, Look] } {
    const now = { atMs: nowMs, delivered };
    // Before the first look nothing is known to have been read.
    const [former, last] = looks.get(name) ?? [now, now];
    const next: [Look, Look] = nowMs - last.atMs >= LOOK_MS ? [last, now] : [former, last];
    return { count: delivered - next[0].delivered, looks: next };
  }

  return (kafka, nowMs) => {
    const { state, partitions } = kafka.status();
    const known = state === 'running' && partitions.length > 0;
    tracker.setBehind(UNKNOWN, !known, nowMs);
    if (!known) return;
    const seen = new Map<string, readonly [Look, Look]>();
    for (const { topic, partition, lag } of partitions) {
      const name = `${topic}/${partition}`;
      const { count, looks: kept } = recent(name, kafka.delivered(name), nowMs);
      seen.set(name, kept);
      tracker.setBehind(name, lag > count, nowMs);
    }
    // Given to another process: it is theirs to wait for.
    for (const name of looks.keys()) if (!seen.has(name)) tracker.setBehind(name, false, nowMs);
    looks = seen;
  };
}
