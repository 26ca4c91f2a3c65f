import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { detectors as shipped } from '../detectors/registry.ts';
import { openModes } from './autonomy.ts';
import type { Config } from './config.ts';
import { startDetection } from './detection.ts';
import type { ApiKey, Role } from './domain/access.ts';
import type { Admission, Admit } from './domain/admission.ts';
import type { Detector } from './domain/detector.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { EventSink, Store } from './domain/ports.ts';
import { openDenyList } from './gateways.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createAdmit } from './ingest/admit.ts';
import { startKafkaIntake } from './intake.ts';
import { createHealth, createLogger, createMetrics, type Metrics } from './observe/index.ts';
import { openPolicies } from './policies.ts';
import { openProof } from './proof.ts';
import { resolveEndpoints } from './respond/index.ts';
import { createApiKey, createNews, createSessions } from './serve/index.ts';
import { openServer } from './serving.ts';
import { openStore } from './store/index.ts';
import { observeStore } from './store-observer.ts';
import { readVitals } from './vitals.ts';

export interface Service {
  readonly address: string;
  /** The text of the admin key, on the start that made it. */
  readonly adminKey: string | undefined;
  /** Makes a further key and returns its text, which is kept nowhere. */
  makeKey(name: string, role: Role): Promise<string>;
  /** Where the bearer of a key that this process made signs in with one click, for a quarter of an hour. */
  signInLink(keyText: string): string | undefined;
  readonly admit: Admit;
  readonly sink: EventSink;
  readonly tenant: string;
  /** Takes the policy file as it is now, without waiting until it has stood still. */
  reloadPolicy(): Promise<void>;
  /** Resolves when the service ends by itself: something it cannot go on without is gone. */
  readonly failed: Promise<ChainwardenError>;
  /** Finishes what is under way and closes everything, in the order in which it depends on one another. */
  stop(): Promise<void>;
}

const clock = (): number => Date.now();
const sleep = async (ms: number): Promise<void> => {
  await delay(ms);
};

/** Puts the parts together and starts them. The only place that knows every one of them. */
export async function startService(
  config: Config,
  detectors: readonly Detector[] = shipped,
): Promise<Service> {
  const opened: Closer[] = [];
  try {
    return await assemble(config, detectors, opened);
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

async function assemble(config: Config, detectors: readonly Detector[], opened: Closer[]): Promise<Service> {
  // Before anything is opened or made: what is wrong here can be said at once.
  const endpoints = resolveEndpoints(config.outbound.endpoints, process.env);
  const log = createLogger({ level: config.logLevel });
  const metrics = createMetrics({ process: true });
  const news = createNews();
  const health = createHealth(clock, undefined, (id, state) =>
    news.tell([{ topic: 'health', tenant: undefined, id, state }]),
  );
  const store = await openConfigured(config, log, metrics);
  opened.push(() => store.close());
  health.probe('store', 'the store does not answer', () => store.ping());
  const policies = await openPolicies(config, { store, detectors, log, metrics, health, news, clock });

  const proof = openProof(config.data, { store, policies, log, clock });

  let fail: (error: ChainwardenError) => void = () => undefined;
  const failed = new Promise<ChainwardenError>((resolve) => {
    fail = resolve;
  });
  const denyList = await openDenyList(store, clock);
  const modes = await openModes(config, { store, audit: proof.audit, log, clock });
  const common = { detectors, store, denyList, policies, news, log, metrics, clock, sleep };
  const { audit } = proof;
  const parts = { ...common, endpoints, audit, modeOf: modes.modeOf, fail };
  const detection = await startDetection(config, parts);
  const { eventLog, tracker } = detection;
  opened.push(detection.stop, policies.stop);
  const onAdmission = countAdmissions(metrics, tracker.observe);
  const admit = detection.watch.admit(createAdmit());

  const sessions = createSessions(clock);
  const keys = createKeys(store, config.tenant);
  const known = { ...common, proof, modes, sessions, health };
  let kafka: ReturnType<typeof startKafkaIntake>;
  const vitals = () => readVitals({ detection, kafka, metrics });
  const server = await openServer(config, { ...known, detection, admit, vitals }, opened);
  const address = await listen(server, config);
  // Only now: a key that is made by a start that fails is one that nobody ever sees.
  const adminKey = await keys.first();
  kafka = startKafkaIntake(config, { sink: eventLog, admit, onAdmission, log, clock, onFatal: fail });
  if (kafka !== undefined) opened.push(kafka.stop);
  opened.push(startHeartbeat({ detection, metrics, health, kafka, clock }).stop);

  return {
    address,
    adminKey,
    makeKey: keys.make,
    signInLink(text) {
      const key = keys.made.get(text);
      const base = config.console.publicUrl ?? address;
      return key && new URL(`/login?invitation=${sessions.invite(key)}`, base).href;
    },
    admit(input, context) {
      const admission = admit(input, context);
      onAdmission(context.position.source, admission);
      return admission;
    },
    sink: eventLog,
    tenant: config.tenant,
    reloadPolicy: policies.reload,
    failed,
    async stop() {
      // Nothing that waits for a store that is away gets anywhere: whoever sent it is told at once.
      if (eventLog.pressure.stuckSinceMs !== undefined) await eventLog.close();
      await closeAll(opened);
    },
  };
}

function openConfigured({ data, clickhouse, fsync }: Config, log: Logger, metrics: Metrics): Promise<Store> {
  // Beside the embedded store, the watchdog's journal lives there.
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const { url, user, password, database } = clickhouse;
  return openStore({
    ...(url === undefined ? { path: `${data}/store` } : { url }),
    user,
    password,
    database,
    fsync,
    log,
    observer: observeStore(metrics),
  });
}

/** A key's text is shown once and kept nowhere but in this process's memory. */
function createKeys(store: Store, tenant: string) {
  const made = new Map<string, ApiKey>();

  async function make(name: string, role: Role): Promise<string> {
    const { key, text } = createApiKey({ name, role, tenant, issuers: '*', nowMs: clock() });
    await store.writeApiKey(key);
    made.set(text, key);
    return text;
  }

  /** The first start makes an admin key. */
  async function first(): Promise<string | undefined> {
    return (await store.apiKeys()).length > 0 ? undefined : make('first admin', 'admin');
  }

  return { made, make, first };
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

async function listen(server: Awaited<ReturnType<typeof openServer>>, config: Config): Promise<string> {
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
