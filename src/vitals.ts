import type { Detection } from './detection.ts';
import type { Vitals } from './domain/vitals.ts';
import type { KafkaIntake } from './intake.ts';
import type { Metrics } from './observe/index.ts';

export interface VitalsParts {
  readonly detection: Pick<Detection, 'tracker' | 'eventLog' | 'pipeline' | 'engine' | 'watch'>;
  readonly kafka: Pick<KafkaIntake, 'status'> | undefined;
  readonly metrics: Pick<Metrics, 'detectors'>;
}

/** What the parts of the process say of themselves; asks neither the store nor the brokers. */
export async function readVitals({ detection, kafka, metrics }: VitalsParts): Promise<Vitals> {
  const { tracker, eventLog, pipeline, engine, watch } = detection;
  const { queuedEvents, queuedChars, stuckSinceMs, pausedSinceMs } = eventLog.pressure;
  const { records, chars, stuckMs } = pipeline.pressure;
  const { liveChains, liveTokens, parkedChains, evictedChains, uncorrelated } = engine.stats;
  const { values } = await metrics.detectors.faults.get();
  const faults = new Map(values.map(({ labels, value }) => [labels.detector, value]));
  return {
    time: { watermarkMs: tracker.reachedMs, holder: tracker.holder, sources: tracker.partitions },
    log: { queuedEvents, queuedChars, stuckSinceMs, pausedSinceMs },
    detection: {
      backlogRecords: records,
      backlogChars: chars,
      stuckMs,
      liveChains,
      liveTokens,
      parkedChains,
      evictedChains,
      uncorrelated,
    },
    kafka: kafka?.status(),
    detectors: watch.spent.map((spent) => ({ ...spent, faults: faults.get(spent.detector) ?? 0 })),
  };
}
