import { createBacklog } from './backlog.ts';
import type { WatermarkTracker } from './correlate/watermark.ts';
import type { Detection } from './detection.ts';
import type { KafkaIntake } from './intake.ts';
import type { Health, Metrics } from './observe/index.ts';
import { showPressure } from './pressure.ts';

const BEAT_MS = 1_000;
/** While nothing waits for the time, a watermark this often is enough to let settled chains go. */
const IDLE_STEP_MS = 60_000;
/** A beat that comes later than this was kept from it by something that kept publishers away as well. */
const OUTAGE_MS = 10_000;

export interface HeartbeatParts {
  readonly detection: Detection;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly kafka: KafkaIntake | undefined;
  readonly clock: () => number;
}

/** Once a second: time moves, and what only a look can tell is counted. */
export function startHeartbeat(parts: HeartbeatParts): { stop(): Promise<void> } {
  const { detection, metrics, kafka, clock } = parts;
  const grown = createGrowth();
  const { tracker, eventLog } = detection;
  const backlog = createBacklog(tracker);
  let lastMs = detection.engine.watermarkMs;
  let lookedMs = clock();
  /** A watermark that the log has not taken yet. Until it has, time stands still: no event gets in either. */
  let owedMs: number | undefined;
  let writing = false;

  function look(nowMs: number): void {
    if (kafka !== undefined) backlog(kafka, nowMs);
    if (nowMs - lookedMs > OUTAGE_MS) tracker.outage(lookedMs, nowMs);
    lookedMs = nowMs;
    const watermarkMs = tracker.at(nowMs);
    if (watermarkMs > lastMs + (detection.engine.waiting ? 0 : IDLE_STEP_MS)) owedMs = watermarkMs;
    metrics.engine.watermarkLag.set((nowMs - watermarkMs) / 1000);
    showHolder(tracker, metrics, (nowMs - watermarkMs) / 1000);
  }

  /** The watermark becomes a log record when it moved. One that a full log refuses is offered again. */
  function moveTime(): void {
    if (writing) return;
    if (owedMs === undefined) look(clock());
    if (owedMs === undefined) return;
    const watermarkMs = owedMs;
    writing = true;
    eventLog.control({ kind: 'watermark', watermarkMs }).then(
      () => {
        lastMs = watermarkMs;
        owedMs = undefined;
        writing = false;
      },
      () => {
        writing = false;
      },
    );
  }

  function count(): void {
    const { stats } = detection.engine;
    metrics.intake.duplicates.inc(grown('duplicates', stats.duplicates));
    metrics.intake.late.inc(grown('late', stats.lateEvents));
    metrics.engine.liveChains.set(stats.liveChains);
    metrics.engine.liveTokens.set(stats.liveTokens);
    metrics.engine.uncorrelated.set(stats.uncorrelated);
    metrics.engine.conflicts.set(stats.conflicts);
    metrics.engine.liveEvents.set(stats.liveEvents);
    metrics.engine.evictedChains.set(stats.evictedChains);
    metrics.engine.parkedChains.set(stats.parkedChains);
    metrics.engine.recalledEvents.inc(grown('recalled', stats.recalledEvents));
    metrics.engine.recallsCut.inc(grown('recallsCut', stats.recallsCut));
    metrics.log.lastSeq.set(detection.eventLog.lastSeq);
    for (const { id } of detection.watch.detectors) {
      metrics.detectors.off.set({ detector: id }, detection.watch.switches.state(id)?.on === false ? 1 : 0);
    }
    for (const { detector, evaluations, ms } of detection.watch.spent) {
      metrics.detectors.evaluations.inc({ detector }, grown(`evaluations of ${detector}`, evaluations));
      metrics.detectors.seconds.inc({ detector }, grown(`seconds of ${detector}`, ms / 1000));
    }
    metrics.responses.unconfirmed.set(detection.responder.unconfirmed);
    const outbox = detection.responder.stats;
    metrics.delivery.attempts.inc(grown('attempts', outbox.attempts));
    metrics.delivery.delivered.inc(grown('delivered', outbox.delivered));
    metrics.delivery.dead.inc(grown('dead', outbox.dead));
    metrics.delivery.pending.set(outbox.waiting + outbox.inFlight);
    if (kafka === undefined) return;
    const { commits, restarts, rebalances, retries, partitions } = kafka.status();
    metrics.kafka.commits.inc(grown('commits', commits));
    metrics.kafka.rebalances.inc(grown('rebalances', rebalances));
    metrics.kafka.refused.inc(grown('retries', retries));
    metrics.kafka.restarts.inc(grown('restarts', restarts));
    for (const { topic, partition, lag } of partitions) {
      metrics.kafka.lag.set({ topic, partition: String(partition) }, lag);
    }
  }

  const timer = setInterval(() => {
    moveTime();
    count();
    showPressure(parts, clock());
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

/** Which source holds time back, and why: one series at a time, whatever sources are called. */
function showHolder(tracker: WatermarkTracker, metrics: Metrics, lagSeconds: number): void {
  const { watermarkHolder, watermarkPartitions } = metrics.engine;
  watermarkHolder.reset();
  const { holder, partitions } = tracker;
  if (holder !== undefined) watermarkHolder.set({ ...holder }, lagSeconds);
  for (const [state, count] of Object.entries(partitions)) watermarkPartitions.set({ state }, count);
}
