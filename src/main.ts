import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { detectors } from '../detectors/registry.ts';
import { alertBody, createAlertBook } from './alert/index.ts';
import type { Config } from './config.ts';
import { createWatermarkTracker, type WatermarkTracker } from './correlate/watermark.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { EventSink, Store } from './domain/ports.ts';
import { createEngine } from './engine.ts';
import { type Admission, type Admit, createAdmit } from './ingest/admit.ts';
import { decodeBinary } from './ingest/codec.ts';
import { type KafkaIntake, startKafkaIntake } from './intake.ts';
import { createEmbeddedLog, type EmbeddedLog } from './log/embedded.ts';
import { createHealth, createLogger, createMetrics, type Metrics } from './observe/index.ts';
import { version } from './package.ts';
import { createPipeline, DETECT_POSITION } from './pipeline.ts';
import {
  createGuard,
  createResponder,
  createWebhookTransport,
  resolveEndpoints,
  systemTimer,
} from './respond/index.ts';
import { createApiKey, createServer, defaultServeConfig } from './serve/index.ts';
import { openStore } from './store/index.ts';

export interface Service {
  readonly address: string;
  /** The text of the admin key, on the start that made it. */
  readonly adminKey: string | undefined;
  readonly admit: Admit;
  readonly sink: EventSink;
  readonly tenant: string;
  /** Resolves when the service ends by itself: something it cannot go on without is gone. */
  readonly failed: Promise<ChainwardenError>;
  /** Finishes what is under way and closes everything, in the order in which it depends on one another. */
  stop(): Promise<void>;
}

const clock = (): number => Date.now();
const sleep = async (ms: number): Promise<void> => {
  await delay(ms);
};
const TICK_MS = 1_000;
const IDLE_STEP_MS = 60_000;

/** Puts the parts together and starts them. The only place that knows every one of them. */
export async function startService(config: Config): Promise<Service> {
  const opened: Closer[] = [];
  try {
    return await assemble(config, opened);
  } catch (error) {
    // What was opened keeps the process alive and the data folder locked.
    await closeAll(opened).catch(() => undefined);
    throw error;
  }
}

type Closer = () => Promise<void>;

/** Last opened, first closed. */
async function closeAll(opened: readonly Closer[]): Promise<void> {
  for (const close of opened.toReversed()) await close();
}

async function assemble(config: Config, opened: Closer[]): Promise<Service> {
  // Before anything is opened or made: what is wrong here can be said at once.
  const endpoints = resolveEndpoints(config.outbound.endpoints, process.env);
  const log = createLogger({ level: config.logLevel });
  const metrics = createMetrics({ process: true });
  const health = createHealth(clock);
  const { clickhouse } = config;
  if (clickhouse.url === undefined) mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const store = await openStore({
    ...(clickhouse.url === undefined ? { path: `${config.data}/store` } : { url: clickhouse.url }),
    user: clickhouse.user,
    password: clickhouse.password,
    database: clickhouse.database,
    fsync: config.fsync,
    log,
  });
  opened.push(() => store.close());
  health.probe('store', 'the store does not answer', () => store.ping());

  let fail: (error: ChainwardenError) => void = () => undefined;
  const failed = new Promise<ChainwardenError>((resolve) => {
    fail = resolve;
  });
  const detection = await startDetection(config, { store, endpoints, log, metrics, fail });
  const { eventLog, tracker } = detection;
  opened.push(detection.stop);
  const onAdmission = countAdmissions(metrics, tracker.observe);
  const admit = createAdmit();

  const server = await createServer({
    store,
    sink: heard(eventLog, tracker, 'http'),
    admit,
    decodeBinary,
    detectors,
    metrics,
    health,
    log,
    clock,
    version,
    config: { ...defaultServeConfig, openMetrics: config.openMetrics },
  });
  opened.push(() => server.close());
  const address = await listen(server, config);
  // Only now: a key that is made by a start that fails is one that nobody ever sees.
  const adminKey = await firstKey(store, config.tenant);
  const kafka = startKafkaIntake(config, { sink: eventLog, admit, onAdmission, log, clock, onFatal: fail });
  if (kafka !== undefined) opened.push(() => kafka.stop());
  const ticking = tick(detection, metrics, kafka);
  opened.push(async () => clearInterval(ticking));

  return {
    address,
    adminKey,
    admit(input, context) {
      const admission = admit(input, context);
      onAdmission(context.position.source, admission);
      return admission;
    },
    sink: eventLog,
    tenant: config.tenant,
    failed,
    stop: () => closeAll(opened),
  };
}

/** A sink whose events move the watermark. What is only validated, or refused by the log, does not. */
function heard(sink: EventSink, { observe }: Pick<WatermarkTracker, 'observe'>, source: string): EventSink {
  return {
    async append(events, letters) {
      await sink.append(events, letters);
      for (const { timeMs } of events) observe(source, timeMs, clock());
    },
  };
}

/** The first start makes an admin key; its text is shown once and kept nowhere. */
async function firstKey(store: Store, tenant: string): Promise<string | undefined> {
  if ((await store.apiKeys()).length > 0) return undefined;
  const { key, text } = createApiKey({
    name: 'first admin',
    role: 'admin',
    tenant,
    issuers: '*',
    nowMs: clock(),
  });
  await store.writeApiKey(key);
  return text;
}

interface Detection {
  readonly eventLog: EmbeddedLog;
  readonly tracker: WatermarkTracker;
  readonly engine: ReturnType<typeof createEngine>;
  stop(): Promise<void>;
}

async function startDetection(
  config: Config,
  parts: {
    store: Store;
    endpoints: ReturnType<typeof resolveEndpoints>;
    log: Logger;
    metrics: Metrics;
    fail: (error: ChainwardenError) => void;
  },
): Promise<Detection> {
  const { store, endpoints, log, metrics, fail } = parts;
  const engine = createEngine({ detectors, policy: config.policy, detectorConfig: config.detectors });
  const alerts = createAlertBook();
  const guard = createGuard({ allow: config.outbound.allow });
  const transport = createWebhookTransport({ guard, clock });
  const responder = createResponder({
    store,
    transport,
    endpoints,
    config: config.outbound.response,
    clock,
    timer: systemTimer,
    random: Math.random,
    log,
    body: alertBody,
  });
  const handledSeq = await store.readPosition(DETECT_POSITION);
  const pipeline = createPipeline({
    engine,
    alerts,
    store,
    respond: (changes) => responder.handle(changes, { handledSeq }),
    handledSeq,
    sleep,
    onFatal: (error) => fail(new ChainwardenError('INTERNAL', 'the pipeline stopped', { cause: error })),
    observer: {
      applied(records, durationMs) {
        metrics.engine.records.inc(records);
        metrics.engine.applyDuration.observe(durationMs / 1000);
      },
      found(findings) {
        for (const { detector, state } of findings) metrics.engine.findings.inc({ detector, state });
      },
      retried: (error) => log.warn({ err: error }, 'store write retried'),
    },
  });
  const lastSeq = await store.lastSeq();
  for await (const records of store.readLog(0)) await pipeline.replay(records);
  await responder.start();
  log.info({ lastSeq, handledSeq, ...engine.stats }, 'log replayed');

  const eventLog = createEmbeddedLog({
    store,
    lastSeq,
    clock,
    sleep,
    onRecords: pipeline.offer,
    onWrite(events, durationMs) {
      metrics.log.batchEvents.observe(events);
      metrics.log.appendDuration.observe(durationMs / 1000);
    },
    onRetry: (error) => log.warn({ err: error }, 'log write retried'),
  });
  return {
    eventLog,
    engine,
    tracker: createWatermarkTracker(config.policy.clocks.latenessSeconds * 1000),
    async stop() {
      await eventLog.close();
      await pipeline.drained();
      await pipeline.stop();
      await responder.stop();
      await transport.close();
    },
  };
}

function countAdmissions(
  metrics: Metrics,
  observe: (partition: string, eventMs: number, nowMs: number) => void,
): (source: string, admission: Admission) => void {
  return (source, admission) => {
    const name = source.split('/')[0] ?? source;
    if (admission.kind === 'refused') {
      metrics.intake.refused.inc({ source: name, code: admission.letter.code });
      return;
    }
    metrics.intake.accepted.inc({ source: name });
    observe(source, admission.event.timeMs, clock());
  };
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use',
  EACCES: 'it may not be used',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

async function listen(server: FastifyInstance, config: Config): Promise<string> {
  try {
    return await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = reasons[code] ?? `the system reports ${code}`;
    throw new ChainwardenError(
      'CONFIG_INVALID',
      `cannot listen on ${config.host}:${config.port}: ${reason}`,
      { cause: error },
    );
  }
}

/** Once a second: the watermark becomes a log record when it moved, and gauges are read. */
function tick(detection: Detection, metrics: Metrics, kafka: KafkaIntake | undefined): NodeJS.Timeout {
  let lastMs = detection.engine.watermarkMs;
  const timer = setInterval(() => {
    if (kafka !== undefined) holdFor(kafka.status(), detection.tracker);
    const watermarkMs = detection.tracker.at(clock());
    const { stats } = detection.engine;
    metrics.engine.liveChains.set(stats.liveChains);
    metrics.engine.liveTokens.set(stats.liveTokens);
    metrics.engine.uncorrelated.set(stats.uncorrelated);
    metrics.engine.conflicts.set(stats.conflicts);
    metrics.engine.evictedChains.set(stats.evictedChains);
    metrics.engine.watermarkLag.set((clock() - watermarkMs) / 1000);
    metrics.log.queueEvents.set(detection.eventLog.queuedEvents);
    metrics.log.lastSeq.set(detection.eventLog.lastSeq);
    for (const { topic, partition, lag } of kafka?.status().partitions ?? []) {
      metrics.kafka.lag.set({ topic, partition: String(partition) }, lag);
    }
    // Nothing waits for the time: once a minute is enough, to let settled chains go.
    const stepMs = detection.engine.waiting ? 0 : IDLE_STEP_MS;
    if (watermarkMs <= lastMs + stepMs) return;
    lastMs = watermarkMs;
    void detection.eventLog.control({ kind: 'watermark', watermarkMs }).catch(() => undefined);
  }, TICK_MS);
  return timer;
}

/**
 * What waits in Kafka has not arrived yet: after an outage of ours or of the broker's, time must not run ahead of the
 * backlog. The tracker itself bounds how long it can be held.
 */
function holdFor({ state, partitions }: ReturnType<KafkaIntake['status']>, tracker: WatermarkTracker): void {
  const hold = (name: string, isHeld: boolean): void => {
    if (isHeld) tracker.observe(name, 0, clock());
    tracker.pause(name, isHeld);
  };
  hold('kafka', state !== 'running' || partitions.length === 0);
  for (const { topic, partition, lag } of partitions) hold(`${topic}/${partition}`, lag > 0);
}
