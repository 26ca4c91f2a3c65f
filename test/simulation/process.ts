import { isDeepStrictEqual } from 'node:util';
import { detectors } from '../../detectors/registry.ts';
import { createAlertBook, noticeBody } from '../../src/alert/index.ts';
import { createWatermarkTracker } from '../../src/correlate/watermark.ts';
import type { Admit } from '../../src/domain/admission.ts';
import type { DeadLetter } from '../../src/domain/dead-letter.ts';
import { ChainwardenError } from '../../src/domain/errors.ts';
import type { AdmittedEvent } from '../../src/domain/event/index.ts';
import { INTAKE_WAIT_MS_MAX } from '../../src/domain/limits.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { EngineStats } from '../../src/domain/record.ts';
import { createEngine } from '../../src/engine.ts';
import type { Random } from '../../src/evaluate/random.ts';
import { createEmbeddedLog } from '../../src/log/embedded.ts';
import { createPipeline, readProgress, restoreEngine } from '../../src/pipeline.ts';
import { OutboundConfig } from '../../src/respond/config.ts';
import type { Connector } from '../../src/respond/connectors/index.ts';
import { createResponder } from '../../src/respond/responder.ts';
import type { Channel, Subscription } from '../../src/respond/types.ts';
import { atOnce } from '../../src/slices.ts';
import type { Life } from './life.ts';
import type { Intake } from './publisher.ts';
import type { SimulatedStore } from './store.ts';

/** The service under test, put together as `src/detection.ts` does, without HTTP, metrics and the system's clock. */
export interface SimulatedProcess {
  readonly intake: Intake;
  /** One beat of the heart: the watermark becomes a log record when it moved. */
  beat(): void;
  readonly waiting: boolean;
  readonly stats: EngineStats;
}

export interface ProcessParts {
  readonly store: SimulatedStore;
  readonly life: Life;
  readonly nowMs: () => number;
  readonly random: Random;
  readonly channel: (name: string) => Channel;
  readonly admit: Admit;
  readonly policy: Policy;
  readonly limits: EngineLimits;
  /** So few that every life begins at another checkpoint. */
  readonly checkpointRecords: number;
  readonly fail: (error: unknown) => void;
}

/** So small that chains leave memory and come back all the time. */
export interface EngineLimits {
  readonly liveChainsMax: number;
  readonly liveEventsMax: number;
  readonly chainIdleMs: number;
}

/** While nothing waits for the time, the watermark is told this often. */
const IDLE_STEP_MS = 60_000;

const subscription = (name: string, events: readonly string[]): Subscription => ({
  name,
  events,
  minSeverity: 'info',
  detectors: ['*'],
  tenants: ['*'],
  owners: ['*'],
  disabled: false,
});

/** Told of alerts, and asked to revoke. */
export const PAGER = 'pager';
export const REVOKER = 'revoker';

/** Ends whatever it is asked to end. */
function revoker(channel: Channel): Connector {
  const declaration = {
    name: REVOKER,
    kind: 'webhook',
    ends: 'All.',
    leaves: 'Nothing.',
    confirms: 'none',
    undoes: true,
  } as const;
  return { ...channel, declaration, handles: () => true };
}

export async function startProcess(parts: ProcessParts): Promise<SimulatedProcess> {
  const { store, life, nowMs: clock, policy } = parts;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void life.after(ms, resolve));
  const responder = createResponder({
    store,
    channels: [parts.channel(PAGER)],
    connectors: [revoker(parts.channel(REVOKER))],
    subscriptions: [subscription(PAGER, ['alert.*', 'incident.*'])],
    config: { ...OutboundConfig.parse({}).response, mode: 'auto', dryRun: false },
    policy: () => policy,
    clock,
    timer: (run, ms) => life.after(ms, run),
    random: parts.random.next,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    body: noticeBody,
    // So few that lanes overflow and have to look into the store again.
    entriesMax: 3,
    concurrency: 2,
  });
  const engine = createEngine({ detectors, ...parts.limits, recallable: true });
  const progress = await readProgress(store);
  const { handledSeq } = progress;
  const pipeline = createPipeline({
    engine,
    alerts: createAlertBook(),
    store,
    respond: (changes, hops, rows) => responder.handle(changes, { handledSeq, hops, rows }),
    ...progress,
    checkpointRecords: parts.checkpointRecords,
    // Virtual time stands still while the engine works.
    slices: async (work) => ({ value: atOnce(work), workedMs: 0 }),
    sleep,
    onFatal: parts.fail,
  });
  const lastSeq = await store.lastSeq();
  await restoreEngine(engine, store, progress);
  await pipeline.replay(store.readLog(progress.checkpointSeq));
  await responder.start();
  const eventLog = createEmbeddedLog({ store, lastSeq, clock, sleep, onRecords: pipeline.offer });
  if (!isDeepStrictEqual(engine.policy, policy)) await eventLog.control({ kind: 'policy', policy });
  const tracker = createWatermarkTracker(policy.clocks.latenessSeconds * 1000, {
    startMs: engine.watermarkMs,
  });
  let toldMs = engine.watermarkMs;
  let isTelling = false;

  return {
    async intake(publisher, messages) {
      const events: AdmittedEvent[] = [];
      const letters: DeadLetter[] = [];
      for (const { raw, number } of messages) {
        const position = { source: publisher.name, partition: 0, offset: number };
        const nowMs = clock();
        const admission = parts.admit(
          { raw },
          { publisher, adapter: 'cloudevents', position, nowMs, history: false },
        );
        if (admission.kind === 'admitted') events.push(admission.event);
        else letters.push(admission.letter);
      }
      const patience = new AbortController();
      life.after(INTAKE_WAIT_MS_MAX, () => patience.abort(new ChainwardenError('OVERLOADED', 'waited')));
      await eventLog.append(events, letters, patience.signal);
      for (const { timeMs } of events) tracker.observe(publisher.name, timeMs, clock());
    },
    beat() {
      // Until the log has the last one, time stands still: no event gets in either.
      if (isTelling) return;
      const watermarkMs = tracker.at(clock());
      if (watermarkMs <= toldMs + (engine.waiting ? 0 : IDLE_STEP_MS)) return;
      isTelling = true;
      eventLog.control({ kind: 'watermark', watermarkMs }).then(
        () => {
          toldMs = watermarkMs;
          isTelling = false;
        },
        () => {
          isTelling = false;
        },
      );
    },
    get waiting() {
      return engine.waiting;
    },
    get stats() {
      return engine.stats;
    },
  };
}
