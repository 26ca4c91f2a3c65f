import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createAlertBook } from './alert/index.ts';
import type { Config } from './config.ts';
import { createWatermarkTracker, type WatermarkTracker } from './correlate/watermark.ts';
import type { Backtests } from './domain/backtest.ts';
import type { Detector } from './domain/detector.ts';
import { ChainwardenError } from './domain/errors.ts';
import {
  LIVE_ALERT_BYTES,
  LIVE_ALERTS_MAX,
  LIVE_CHAIN_BYTES,
  LIVE_CHAINS_MAX,
  LIVE_EVENT_BYTES,
  STOP_GRACE_MS,
} from './domain/limits.ts';
import type { Policy } from './domain/policy.ts';
import type { Engine } from './domain/record.ts';
import { createEngine } from './engine.ts';
import { createAdmit } from './ingest/admit.ts';
import { createEmbeddedLog, type EmbeddedLog } from './log/embedded.ts';
import { newsOfChanges, newsOfHops } from './news-of.ts';
import type { Metrics } from './observe/index.ts';
import { createRecorder } from './own-records.ts';
import {
  createPipeline,
  type Pipeline,
  type PipelineObserver,
  readProgress,
  restoreEngine,
} from './pipeline.ts';
import type { Policies } from './policies.ts';
import type { Closings, Connectors, Responder } from './respond/index.ts';
import { openResponding, type RespondingParts } from './responding.ts';
import { createSlices } from './slices.ts';
import { startWatch, type Watch } from './watch/index.ts';

/** From the log to chains, alerts and whatever leaves because of them. */
export interface Detection {
  readonly eventLog: EmbeddedLog;
  readonly tracker: WatermarkTracker;
  readonly engine: Engine;
  readonly pipeline: Pick<Pipeline, 'pressure'>;
  readonly responder: Responder;
  readonly watch: Watch;
  readonly backtests: Backtests;
  readonly closings: Closings;
  readonly jwks: Connectors['jwks'];
  /** Finishes what was accepted, then closes. */
  stop(): Promise<void>;
}

export interface DetectionParts extends RespondingParts {
  readonly detectors: readonly Detector[];
  readonly sleep: (ms: number) => Promise<void>;
  readonly fail: (error: ChainwardenError) => void;
}

/** Rebuilds memory from the log and goes on where an earlier process stood. */
export async function startDetection(config: Config, parts: DetectionParts): Promise<Detection> {
  const { store, log, clock, sleep } = parts;
  const responding = openResponding(config, parts);
  const { responder } = responding;
  // First of all: what ended an earlier process is off before the log is replayed.
  const watch = await openWatch(config, parts);
  const { alertsMax, ...bounds } = boundsWithin(config.memoryMb);
  const engine = createEngine({
    detectors: watch.detectors,
    detectorConfig: config.detectors,
    switches: watch.logged,
    events: watch.events,
    ...bounds,
    recallable: true,
  });
  const progress = await readProgress(store);
  const { handledSeq } = progress;
  const pipeline = createPipeline({
    engine,
    alerts: createAlertBook({ alertsMax }),
    store,
    respond(changes, hops, rows) {
      const told = [...newsOfChanges(changes, handledSeq), ...newsOfHops(hops)];
      // Whoever looks because of it has to see it. Rows that fail are the pipeline's to see to.
      if (told.length > 0)
        rows.then(
          () => parts.news.tell(told),
          () => undefined,
        );
      return responder.handle(changes, { handledSeq, hops, rows });
    },
    ...progress,
    slices: createSlices({ now: () => performance.now(), turn: () => turn() }),
    sleep,
    onFatal: (error) =>
      parts.fail(new ChainwardenError('INTERNAL', 'the pipeline stopped', { cause: error })),
    observer: observe(parts.metrics, log),
  });
  const { lastSeq } = watch;
  await restoreEngine(engine, store, progress);
  await pipeline.replay(store.readLog(progress.checkpointSeq));
  log.info({ lastSeq, ...progress, ...engine.stats }, 'log replayed');

  const eventLog = createEmbeddedLog({
    store,
    lastSeq,
    clock,
    sleep,
    onRecords: pipeline.offer,
    onWrite(events, durationMs) {
      parts.metrics.log.batchEvents.observe(events);
      parts.metrics.log.appendDuration.observe(durationMs / 1000);
    },
    onRetry: (error) => log.warn({ err: error }, 'log write retried'),
  });
  watch.switches.open(eventLog.control);
  const own = createRecorder({ admit: watch.admit(createAdmit()), sink: eventLog, clock });
  const closings = await responding.begin(own);
  const tracker = await followPolicies(parts.policies, engine, eventLog);
  return {
    eventLog,
    jwks: responding.jwks,
    engine,
    pipeline,
    responder,
    watch,
    tracker,
    closings,
    backtests: responding.backtests,
    async stop() {
      await eventLog.close();
      // What the log has and detection has not is the next process's: a store that is away holds up no end.
      const inTime = (work: Promise<void>) => Promise.race([work, sleep(STOP_GRACE_MS)]);
      if (pipeline.pressure.stuckMs === 0) await inTime(pipeline.drained());
      const left = pipeline.pressure.records;
      if (left > 0) log.warn({ left }, 'records of the log are left to the next start');
      await inTime(pipeline.stop());
      await responding.stop();
      await watch.stop();
    },
  };
}

/** A policy changes findings, so its change has a place in the log: a replay applies each to its own time. */
async function followPolicies(
  policies: Policies,
  { policy: inForce, watermarkMs }: Engine,
  eventLog: EmbeddedLog,
): Promise<WatermarkTracker> {
  const latenessMs = ({ clocks }: Policy): number => clocks.latenessSeconds * 1000;
  const tracker = createWatermarkTracker(latenessMs(policies.status.policy), { startMs: watermarkMs });
  await policies.begin({
    inForce,
    async put(policy, document) {
      await eventLog.control({ kind: 'policy', policy, document });
      tracker.setLateness(latenessMs(policy));
    },
  });
  return tracker;
}

/** A watch beside every evaluation, with what ended earlier processes turned off in the log. */
async function openWatch(config: Config, parts: DetectionParts): Promise<Watch> {
  const { detectors, store, clock, log, metrics } = parts;
  return startWatch({
    detectors,
    store,
    lastSeq: await store.lastSeq(),
    journal: join(config.data, 'watchdog.jsonl'),
    clock,
    log,
    onFault: (detector) => metrics.detectors.faults.inc({ detector }),
    onPassedOver: () => metrics.intake.refused.inc({ source: 'log', code: 'EVENT_POISONOUS' }),
  });
}

interface Bounds {
  readonly liveEventsMax: number;
  readonly liveChainsMax: number;
  readonly alertsMax: number;
}

/** Chains get four tenths of what the process may take and alerts one; the rest is for everything else. */
function boundsWithin(memoryMb: number): Bounds {
  const tenth = (memoryMb * 1024 * 1024) / 10;
  return {
    liveEventsMax: Math.floor((4 * tenth) / LIVE_EVENT_BYTES),
    liveChainsMax: Math.min(LIVE_CHAINS_MAX, Math.floor((4 * tenth) / LIVE_CHAIN_BYTES)),
    alertsMax: Math.min(LIVE_ALERTS_MAX, Math.floor(tenth / LIVE_ALERT_BYTES)),
  };
}

function observe(metrics: Metrics, log: Logger): PipelineObserver {
  return {
    applied(records, durationMs) {
      metrics.engine.records.inc(records);
      metrics.engine.applyDuration.observe(durationMs / 1000);
    },
    recalled: (lookups) => metrics.engine.lookups.inc(lookups),
    found(findings) {
      for (const { detector, state } of findings) metrics.engine.findings.inc({ detector, state });
    },
    announced(notices) {
      for (const notice of notices) {
        if (notice.type === 'alert.raised') {
          const { detector, severity } = notice.about;
          metrics.alerts.raised.inc({ detector, severity });
        }
        if (notice.type === 'alert.withdrawn')
          metrics.alerts.withdrawn.inc({ detector: notice.about.detector });
      }
    },
    excepted(excepted) {
      for (const labels of excepted) metrics.alerts.excepted.inc(labels);
    },
    retried: (error) => log.warn({ err: error }, 'store write retried'),
  };
}
