import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { ChainwardenError } from '../domain/errors.ts';
import { BODY_BYTES_MAX } from '../domain/limits.ts';
import { createGuard, type Guard } from './auth/access.ts';
import { createKeyring, type Keyring } from './auth/keyring.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { ServeDeps } from './deps.ts';
import { openApiOptions } from './openapi.ts';
import { answer, handleErrors, sendProblem } from './problem.ts';
import { TOKEN_REF_CHARS_MAX } from './query.ts';
import { accessMetadataRoute, accessRoutes } from './routes/access.ts';
import { alertRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { blastRadiusRoute } from './routes/blast-radius.ts';
import { chainRoutes } from './routes/chains.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { denyListRoute } from './routes/deny-list.ts';
import { detectorRoutes } from './routes/detectors.ts';
import { eventRoutes } from './routes/events.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { healthRoutes } from './routes/health.ts';
import { huntRoutes } from './routes/hunts.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { jwksRoute } from './routes/jwks.ts';
import { keyRoutes } from './routes/keys.ts';
import { listRoutes } from './routes/lists.ts';
import { modeRoutes } from './routes/modes.ts';
import { metricsRoute, openRoutes } from './routes/operations.ts';
import { overviewRoutes } from './routes/overview.ts';
import { planRoutes } from './routes/plans.ts';
import { policyRoutes } from './routes/policy.ts';
import { principalRoutes } from './routes/principals.ts';
import { requirementRoutes } from './routes/requirements.ts';
import { responseRoutes } from './routes/responses.ts';
import { searchRoute } from './routes/search.ts';
import { securityEventRoutes } from './routes/ssf.ts';
import { streamRoutes } from './routes/stream.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { createStreams, type Streams } from './stream.ts';

/** Said aloud rather than left to defaults, milliseconds. Each waits for the one inside it. */
const timeouts = {
  /** A client that dribbles its headers holds a socket no longer. */
  headers: 10_000,
  /** The whole request: a megabyte at 40 kB/s. */
  request: 25_000,
  /** A socket on which nothing moves. */
  connection: 30_000,
  /** Idle keep-alive: longer than the 60 s after which common load balancers drop theirs. */
  keepAlive: 65_000,
};

/** The HTTP API. The caller listens and closes; nothing here opens a port. */
export async function createServer(deps: ServeDeps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: timeouts.connection,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    http: { headersTimeout: timeouts.headers },
    // Addresses are those of the sockets; a header that anyone can write decides nothing.
    trustProxy: false,
    routerOptions: { maxParamLength: TOKEN_REF_CHARS_MAX },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answer(error, request, reply),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('apiKey', null);
  handleErrors(app);
  app.setNotFoundHandler((_, reply) => sendProblem(reply, 'NOT_FOUND', 'there is nothing at this address'));
  observeRequests(app, deps);

  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } },
  });
  await app.register(rateLimit, { global: false });
  await app.register(swagger, openApiOptions(deps.version));

  const keyring = createKeyring(deps.store, deps.clock);
  const guard = createGuard(app, deps, keyring);
  const streams = createStreams(deps.news, deps.config.streamBeatMs);
  app.addHook('preClose', async () => streams.close());
  await app.register(openRoutes(deps));
  await app.register(metricsRoute(deps, guard));
  await app.register(versionOne(deps, { guard, keyring, streams }), { prefix: '/v1' });
  await app.register(accessMetadataRoute());
  await app.register(jwksRoute(deps));
  await app.register(accessRoutes(deps, guard), { prefix: '/access/v1' });
  await app.register(securityEventRoutes(deps), { prefix: '/ssf/v1' });
  if (deps.pages !== undefined) await app.register(deps.pages({ ...keyring, streams }));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.ready();
  return app;
}

interface Common {
  readonly guard: Guard;
  readonly keyring: Keyring;
  readonly streams: Streams;
}

function versionOne(deps: ServeDeps, { guard, keyring, streams }: Common) {
  return async (v1: FastifyInstance): Promise<void> => {
    // Only here: an orchestrator's probes and the metrics must answer most of all when the loop is slow.
    await v1.register(underPressure, {
      maxEventLoopDelay: deps.config.loopDelayMsMax,
      pressureHandler: () => {
        throw new ChainwardenError('OVERLOADED', 'the service is overloaded; try again');
      },
    });
    guard(v1);
    await v1.register(eventRoutes(deps));
    await v1.register(chainRoutes(deps));
    await v1.register(tokenRoutes(deps));
    await v1.register(blastRadiusRoute(deps));
    await v1.register(principalRoutes(deps));
    await v1.register(huntRoutes(deps));
    await v1.register(searchRoute(deps));
    await v1.register(alertRoutes(deps));
    await v1.register(incidentRoutes(deps));
    await v1.register(listRoutes(deps));
    await v1.register(planRoutes(deps));
    await v1.register(responseRoutes(deps));
    await v1.register(deliveryRoutes(deps));
    await v1.register(detectorRoutes(deps));
    await v1.register(modeRoutes(deps));
    await v1.register(coverageRoutes(deps));
    await v1.register(policyRoutes(deps));
    await v1.register(denyListRoute(deps));
    await v1.register(auditRoutes(deps));
    await v1.register(evidenceRoutes(deps));
    await v1.register(healthRoutes(deps));
    await v1.register(requirementRoutes(deps));
    await v1.register(keyRoutes(deps, keyring));
    await v1.register(overviewRoutes(deps));
    await v1.register(streamRoutes(streams, keyring, deps.sessions));
  };
}

/** One line and one measurement per request. Routes, not addresses: those hold identifiers. */
function observeRequests(app: FastifyInstance, deps: ServeDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const status = reply.statusCode;
    deps.metrics.http.duration.observe({ method, route, status: String(status) }, reply.elapsedTime / 1000);
    const durationMs = Math.round(reply.elapsedTime);
    const keyId = request.apiKey?.id;
    const isQuiet = request.apiKey === null || request.routeOptions.config.quiet === true;
    const level = isQuiet && status < 400 ? 'debug' : 'info';
    request.log[level]({ method, route, status, durationMs, keyId }, 'request answered');
  });
}
