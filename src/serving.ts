import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { consolePages } from '../dashboards/console/index.ts';
import { concepts, elsewhere, partly, uncovered } from '../detectors/concepts.ts';
import type { Config } from './config.ts';
import type { WatermarkTracker } from './correlate/watermark.ts';
import { armDetectors, createArming } from './detect/arming.ts';
import type { Detection } from './detection.ts';
import type { Admit } from './domain/admission.ts';
import type { Oversight } from './domain/coverage.ts';
import type { Detector } from './domain/detector.ts';
import type { NewsSink, NewsSource } from './domain/news.ts';
import type { EventSink, Store } from './domain/ports.ts';
import { answerSteps, type openDenyList } from './gateways.ts';
import { openIdentityProvider } from './identity-provider.ts';
import { decodeBinary } from './ingest/codec.ts';
import { tellingOfPeople } from './news-of.ts';
import type { Health, Metrics } from './observe/index.ts';
import { createOversight } from './oversight/index.ts';
import { version } from './package.ts';
import type { Policies } from './policies.ts';
import type { openProof } from './proof.ts';
import { openSecurityEvents } from './security-events.ts';
import {
  createServer,
  type DetectorSwitches,
  defaultServeConfig,
  type ServeDeps,
  type Sessions,
} from './serve/index.ts';

/** Between two looks for connections whose last request has been answered since. */
const IDLE_SWEEP_MS = 50;

export interface Served {
  readonly store: Store;
  readonly detectors: readonly Detector[];
  readonly denyList: Awaited<ReturnType<typeof openDenyList>>;
  readonly policies: Policies;
  readonly proof: ReturnType<typeof openProof>;
  readonly modes: ServeDeps['modes'];
  readonly detection: Detection;
  readonly sessions: Sessions;
  readonly news: NewsSink & NewsSource;
  readonly admit: Admit;
  readonly vitals: ServeDeps['vitals'];
  readonly metrics: Metrics;
  readonly health: Health;
  readonly log: Logger;
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The HTTP API over everything that there is; what it opens beside itself closes with it. */
export async function openServer(
  config: Config,
  parts: Served,
  opened: (() => Promise<void>)[],
): Promise<FastifyInstance> {
  const {
    store,
    detectors,
    denyList,
    policies,
    proof,
    modes,
    detection,
    sessions,
    news,
    admit,
    vitals,
    metrics,
    health,
    log,
    clock,
    sleep,
  } = parts;
  const { eventLog, tracker } = detection;
  const told = { admit, sink: eventLog, audit: proof.audit, metrics, clock };
  const securityEvents = openSecurityEvents(config, told);
  opened.push(securityEvents.close);

  const provider = openIdentityProvider(config, process.env);
  opened.push(provider.close);
  const server = await createServer({
    store: tellingOfPeople(store, news),
    sink: heard(eventLog, tracker, clock),
    admit,
    decodeBinary,
    detectors,
    switches: detection.watch.switches,
    oversight: overseeing(config, { store, detectors, policies, switches: detection.watch.switches, clock }),
    policies,
    steps: answerSteps(config.evaluation, { engine: detection.engine, denyList, store, metrics, log, sleep }),
    denyList,
    delivery: detection.responder,
    desk: detection.responder.desk,
    securityEvents,
    modes,
    backtests: detection.backtests,
    onClosed: () => void detection.closings.look(),
    jwks: detection.jwks,
    ...proof,
    concepts: known,
    operations: store,
    vitals,
    news,
    pulse: store,
    metrics,
    health,
    log,
    clock,
    version,
    config: { ...defaultServeConfig, openMetrics: config.openMetrics },
    sessions,
    pages: (access) =>
      consolePages({ sessions, access, clock, version, isSecure: isSecure(config), oidc: provider.oidc }),
  });
  opened.push(() => closeServer(server));
  return server;
}

function isSecure({ console: { publicUrl } }: Config): boolean {
  return publicUrl?.startsWith('https:') === true;
}

const known = Object.entries(concepts).map(([id, asks]) => ({
  id,
  asks,
  elsewhere: elsewhere[id],
  uncovered: uncovered[id],
  partly: partly[id],
}));

interface Overseen {
  readonly store: Store;
  readonly detectors: readonly Detector[];
  readonly policies: Policies;
  readonly switches: DetectorSwitches;
  readonly clock: () => number;
}

function overseeing(config: Config, { store, detectors, policies, switches, clock }: Overseen): Oversight {
  const arming = createArming(armDetectors(detectors, config.detectors), config.detectors);
  return createOversight({
    store,
    detectors,
    policy: () => policies.status.policy,
    isOn: (detector) => switches.state(detector)?.on ?? true,
    settings: (id, policy) => ({ mode: arming.mode(id, policy), config: arming.config(id, policy) }),
    clock,
  });
}

/** A sink whose events move the watermark. What is only validated, or refused by the log, does not. */
function heard(
  sink: EventSink,
  { observe }: Pick<WatermarkTracker, 'observe'>,
  clock: () => number,
): EventSink {
  return {
    async append(events, letters, signal) {
      await sink.append(events, letters, signal);
      for (const { timeMs, origin } of events) observe(`http/${origin.publisher}`, timeMs, clock());
    },
  };
}

/**
 * Closing ends connections that are idle then. One with a request under way stays open after its answer, as long as a
 * publisher keeps it: longer than anybody who stops the service waits.
 */
async function closeServer(server: FastifyInstance): Promise<void> {
  const sweep = setInterval(() => server.server.closeIdleConnections(), IDLE_SWEEP_MS);
  await server.close().finally(() => clearInterval(sweep));
}
