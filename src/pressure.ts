import type { Detection } from './detection.ts';
import type { Health, Metrics } from './observe/index.ts';

/** A publisher that was turned away longer ago than this is no longer news. */
const REFUSED_NEWS_MS = 10_000;

export interface PressureParts {
  readonly detection: Pick<Detection, 'eventLog' | 'pipeline' | 'responder'>;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** Which part holds up which at this moment: as numbers, and as sentences of /readyz. */
export function showPressure({ detection, metrics, health }: PressureParts, nowMs: number): void {
  const { eventLog, pipeline, responder } = detection;
  const seconds = (sinceMs: number | undefined) => (sinceMs === undefined ? 0 : (nowMs - sinceMs) / 1000);
  const log = eventLog.pressure;
  metrics.log.queueEvents.set(log.queuedEvents);
  metrics.log.queueChars.set(log.queuedChars);
  metrics.log.stuck.set(seconds(log.stuckSinceMs));
  metrics.log.paused.set(seconds(log.pausedSinceMs));
  const { records, chars, stuckMs } = pipeline.pressure;
  metrics.detection.backlogRecords.set(records);
  metrics.detection.backlogChars.set(chars);
  metrics.detection.stuck.set(stuckMs / 1000);
  for (const lane of responder.lanes) {
    const { endpoint } = lane;
    metrics.delivery.lane.set({ endpoint, state: 'waiting' }, lane.waiting);
    metrics.delivery.lane.set({ endpoint, state: 'in_flight' }, lane.inFlight);
    metrics.delivery.overflowed.set({ endpoint }, Number(lane.overflowed));
    metrics.delivery.gone.set({ endpoint }, Number(lane.gone));
    metrics.delivery.failing.set({ endpoint }, seconds(lane.failingSinceMs));
    metrics.delivery.paused.set({ endpoint }, Math.max(0, lane.pausedUntilMs - nowMs) / 1000);
  }

  const say = (name: string, reason: string | undefined) =>
    health.set(name, reason === undefined ? 'ok' : 'degraded', reason);
  const isRefusing = log.refusedMs !== undefined && nowMs - log.refusedMs < REFUSED_NEWS_MS;
  const whyWaiting = [
    log.stuckSinceMs !== undefined && 'the store does not take events, which wait in memory',
    seconds(log.pausedSinceMs) > 1 && 'events wait until detection has caught up',
    isRefusing && 'publishers are turned away',
  ].filter((why) => why !== false);
  say('intake', whyWaiting.length > 0 ? whyWaiting.join('; ') : undefined);
  say('detection', stuckMs === 0 ? undefined : 'the store does not take what was found');
  const ill = responder.lanes.filter(({ gone, overflowed, failingSinceMs, pausedUntilMs }) => {
    return gone || overflowed || failingSinceMs !== undefined || pausedUntilMs > nowMs;
  });
  const of = `${ill.length} of ${responder.lanes.length} receivers`;
  say('delivery', ill.length === 0 ? undefined : `messages to ${of} wait`);
}
