import type { WatermarkTracker } from './correlate/watermark.ts';
import type { Detection } from './detection.ts';
import type { KafkaIntake } from './intake.ts';
import type { Metrics } from './observe/index.ts';

const BEAT_MS = 1_000;
/** While nothing waits for the time, a watermark this often is enough to let settled chains go. */
const IDLE_STEP_MS = 60_000;

export interface HeartbeatParts {
  readonly detection: Detection;
  readonly metrics: Metrics;
  readonly kafka: KafkaIntake | undefined;
  readonly clock: () => number;
}

/** Once a second: the watermark becomes a log record when it moved, and what only a look can tell is counted. */
export function startHeartbeat(parts: HeartbeatParts): { stop(): Promise<void> } {
  const { detection, metrics, kafka, clock } = parts;
  const grown = createGrowth();
  let lastMs = detection.engine.watermarkMs;

  function moveTime(): void {
    if (kafka !== undefined) holdFor(kafka.status(), detection.tracker, clock());
    const watermarkMs = detection.tracker.at(clock());
    metrics.engine.watermarkLag.set((clock() - watermarkMs) / 1000);
    if (watermarkMs <= lastMs + (detection.engine.waiting ? 0 : IDLE_STEP_MS)) return;
    lastMs = watermarkMs;
    // A log that is full or closing takes the next one.
    void detection.eventLog.control({ kind: 'watermark', watermarkMs }).catch(() => undefined);
  }

  function count(): void {
    const { stats } = detection.engine;
    metrics.intake.duplicates.inc(grown('duplicates', stats.duplicates));
    metrics.intake.late.inc(grown('late', stats.lateEvents));
    metrics.engine.liveChains.set(stats.liveChains);
    metrics.engine.liveTokens.set(stats.liveTokens);
    metrics.engine.uncorrelated.set(stats.uncorrelated);
    metrics.engine.conflicts.set(stats.conflicts);
    metrics.engine.evictedChains.set(stats.evictedChains);
    metrics.log.queueEvents.set(detection.eventLog.queuedEvents);
    metrics.log.lastSeq.set(detection.eventLog.lastSeq);
    const outbox = detection.responder.stats;
    metrics.delivery.attempts.inc(grown('attempts', outbox.attempts));
    metrics.delivery.delivered.inc(grown('delivered', outbox.delivered));
    metrics.delivery.dead.inc(grown('dead', outbox.dead));
    metrics.delivery.pending.set(outbox.waiting + outbox.inFlight);
    if (kafka === undefined) return;
    const { commits, restarts, partitions } = kafka.status();
    metrics.kafka.commits.inc(grown('commits', commits));
    metrics.kafka.restarts.inc(grown('restarts', restarts));
    for (const { topic, partition, lag } of partitions) {
      metrics.kafka.lag.set({ topic, partition: String(partition) }, lag);
    }
  }

  const timer = setInterval(() => {
    moveTime();
    count();
  }, BEAT_MS);
  return {
    async stop() {
      clearInterval(timer);
    },
  };
}

/** Parts count from their own start; a counter takes what has been added since the last look. */
function createGrowth(): (name: string, total: number) => number {
  const seen = new Map<string, number>();
  return (name, total) => {
    const added = Math.max(0, total - (seen.get(name) ?? 0));
    seen.set(name, total);
    return added;
  };
}

/**
 * What waits in Kafka has not arrived yet: after an outage of ours or of the broker's, time must not run ahead of the
 * backlog. The tracker itself bounds how long it can be held.
 */
function holdFor(
  { state, partitions }: ReturnType<KafkaIntake['status']>,
  tracker: WatermarkTracker,
  nowMs: number,
): void {
  const hold = (name: string, isHeld: boolean): void => {
    if (isHeld) tracker.observe(name, 0, nowMs);
    tracker.pause(name, isHeld);
  };
  hold('kafka', state !== 'running' || partitions.length === 0);
  for (const { topic, partition, lag } of partitions) hold(`${topic}/${partition}`, lag > 0);
}
