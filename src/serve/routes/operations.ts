import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { healthStates } from '../../observe/index.ts';
import type { Guard } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { Instant, instant } from '../present/common.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const Readiness = z
  .object({
    ready: z.boolean(),
    checks: z.array(
      z.object({ name: z.string(), state: z.enum(healthStates), reason: z.string(), since: Instant }),
    ),
  })
  .meta({ id: 'Readiness', description: 'Named checks; one that fails takes the process out of rotation' });

const tags = ['operations'];

/** What orchestrators and people ask first; needs no key and tells nothing of any tenant. */
export function openRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    // The console answers here, when there is one.
    if (deps.pages === undefined)
      app.get(
        '/',
        {
          schema: {
            operationId: 'getRoot',
            summary: 'Where to go from here',
            tags,
            querystring: noQuery,
            response: { 200: z.object({ name: z.string(), version: z.string(), openapi: z.string() }) },
          },
        },
        async () => ({ name: 'chainwarden', version: deps.version, openapi: '/openapi.json' }),
      );

    app.get(
      '/healthz',
      {
        schema: {
          operationId: 'getLiveness',
          summary: 'The process lives',
          tags,
          response: { 200: z.object({ alive: z.literal(true) }) },
        },
      },
      async () => ({ alive: true as const }),
    );

    app.get(
      '/readyz',
      {
        schema: {
          operationId: 'getReadiness',
          summary: 'The process can serve, or which check says it cannot',
          tags,
          response: { 200: Readiness, 503: Readiness },
        },
      },
      async (_, reply) => {
        const { ready, checks } = await deps.health.report();
        const shown = checks.map(({ sinceMs, ...check }) => ({ ...check, since: instant(sinceMs) }));
        return reply.code(ready ? 200 : 503).send({ ready, checks: shown });
      },
    );
  };
}

/** Prometheus text. With any valid key, or open when the configuration says so. */
export function metricsRoute(deps: ServeDeps, guard: Guard): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    if (!deps.config.openMetrics) guard(app);
    app.get(
      '/metrics',
      {
        config: { access: 'any-key' },
        schema: {
          operationId: 'getMetrics',
          summary: 'Counters and gauges in the Prometheus text format',
          tags,
          response: {
            200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
            ...problems(),
          },
        },
      },
      async (_, reply) => {
        const text = await deps.metrics.render();
        return reply.type(deps.metrics.contentType).serializer(String).send(text);
      },
    );
  };
}
