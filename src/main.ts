import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { detectors } from '../detectors/registry.ts';
import { alertBody, createAlertBook } from './alert/index.ts';
import type { Config } from './config.ts';
import { createWatermarkTracker } from './correlate/watermark.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { EventSink, Store } from './domain/ports.ts';
import { createEngine } from './engine.ts';
import { type Admission, type Admit, createAdmit } from './ingest/admit.ts';
import { decodeBinary } from './ingest/codec.ts';
import { createKafkaSource, type KafkaConnection, type KafkaSource } from './ingest/kafka/index.ts';
import { createTopicIntake } from './intake.ts';
import { createEmbeddedLog, type EmbeddedLog } from './log/embedded.ts';
import { createHealth, createLogger, createMetrics, type Metrics } from './observe/index.ts';
import { createPipeline, DETECT_POSITION, type Pipeline } from './pipeline.ts';
import {
  createGuard,
  createResponder,
  createWebhookTransport,
  resolveEndpoints,
  systemTimer,
} from './respond/index.ts';
import { createApiKey, createServer, defaultServeConfig } from './serve/index.ts';
import { openStore } from './store/index.ts';
import { version } from './version.ts';

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
  health.probe('store', 'the store does not answer', () => store.ping());
  const adminKey = await firstKey(store, config.tenant);

  let fail: (error: ChainwardenError) => void = () => undefined;
  const failed = new Promise<ChainwardenError>((resolve) => {
    fail = resolve;
  });
  const detection = await startDetection(config, store, log, metrics, fail);
  const { eventLog, tracker } = detection;
  const onAdmission = countAdmissions(metrics, tracker.observe);
  const admit = createAdmit();
  const counted: Admit = (input, context) => {
    const admission = admit(input, context);
    onAdmission(context.position.source, admission);
    return admission;
  };

  const kafka = startKafka(config, { sink: eventLog, admit, onAdmission, log, fail });
  const server = await createServer({
    store,
    sink: eventLog,
    admit: counted,
    decodeBinary,
    detectors,
    metrics,
    health,
    log,
    clock,
    version,
    config: { ...defaultServeConfig, openMetrics: config.openMetrics },
  });
  const address = await listen(server, config);
  const ticking = tick(detection, metrics, kafka);

  return {
    address,
    adminKey,
    admit: counted,
    sink: eventLog,
    tenant: config.tenant,
    failed,
    async stop() {
      clearInterval(ticking);
      await server.close();
      await kafka?.stop();
      await eventLog.close();
      await detection.pipeline.drained();
      await detection.stop();
      await store.close();
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
  readonly pipeline: Pipeline;
  readonly tracker: ReturnType<typeof createWatermarkTracker>;
  readonly engine: ReturnType<typeof createEngine>;
  stop(): Promise<void>;
}

async function startDetection(
  config: Config,
  store: Store,
  log: Logger,
  metrics: Metrics,
  fail: (error: ChainwardenError) => void,
): Promise<Detection> {
  const engine = createEngine({ detectors, policy: config.policy, detectorConfig: config.detectors });
  const alerts = createAlertBook();
  const guard = createGuard({ allow: config.outbound.allow });
  const transport = createWebhookTransport({ guard, clock });
  const responder = createResponder({
    store,
    transport,
    endpoints: resolveEndpoints(config.outbound.endpoints, process.env),
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
    pipeline,
    engine,
    tracker: createWatermarkTracker(config.policy.clocks.latenessSeconds * 1000),
    async stop() {
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

function startKafka(
  config: Config,
  parts: {
    sink: EventSink;
    admit: Admit;
    onAdmission: (source: string, admission: Admission) => void;
    log: Logger;
    fail: (error: ChainwardenError) => void;
  },
): KafkaSource | undefined {
  const { kafka } = config;
  if (kafka.brokers.length === 0) return undefined;
  const connection: KafkaConnection = {
    brokers: kafka.brokers,
    clientId: 'chainwarden',
    log: parts.log,
    ...(kafka.tls ? { tls: {} } : {}),
    ...(kafka.sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: kafka.sasl.mechanism,
            username: kafka.sasl.username,
            password: readFileSync(kafka.sasl.passwordFile, 'utf8').trim(),
          },
        }),
  };
  const source = createKafkaSource({
    ...connection,
    groupId: kafka.groupId,
    topics: [kafka.topics.tokens, kafka.topics.toolCalls, kafka.topics.apiCalls],
    newTopic: { partitions: kafka.partitions, replicationFactor: kafka.replicationFactor },
    onBatch: createTopicIntake({
      sink: parts.sink,
      admit: parts.admit,
      clock,
      publisher: { name: 'kafka', tenant: config.tenant, issuers: kafka.issuers },
      onAdmission: parts.onAdmission,
    }),
    onFatal: parts.fail,
  });
  source.start();
  return source;
}

async function listen(server: FastifyInstance, config: Config): Promise<string> {
  try {
    return await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    throw new ChainwardenError('CONFIG_INVALID', `cannot listen on ${config.host}:${config.port}`, {
      cause: error,
    });
  }
}

/** Once a second: the watermark becomes a log record when it moved, and gauges are read. */
function tick(detection: Detection, metrics: Metrics, kafka: KafkaSource | undefined): NodeJS.Timeout {
  let lastMs = detection.engine.watermarkMs;
  const timer = setInterval(() => {
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
