import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { ProducerShape, presentProducer, presentRefusals, RefusalsShape } from '../present/operations.ts';
import { HealthShape, presentHealth } from '../present/vitals.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const read = { config: { access: 'read' } } as const;
const HOUR_MS = 3_600_000;
/** Gaps are told by the minute: of a week. */
const HOURS_MAX = 7 * 24;

const healthSchema = {
  operationId: 'getHealth',
  summary: 'How this process is doing: checks, lag and who holds it, queues, Kafka, detectors',
  tags: ['operations'],
  querystring: noQuery,
  response: { 200: HealthShape, ...problems() },
};

const intakeSchema = {
  operationId: 'getIntake',
  summary: 'Who was heard and who fell silent, whose clock is wrong, and what was refused',
  tags: ['operations'],
  querystring: z.strictObject({
    hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(24).describe('How far back, by arrival'),
  }),
  response: {
    200: z
      .object({
        from: z.string(),
        producers: z.array(ProducerShape).describe('Busiest first, then keys that were not heard'),
        refusals: z.array(RefusalsShape).describe('Dead letters by code and publisher, most frequent first'),
      })
      .meta({ id: 'Intake', description: "What came in of the tenant's publishers" }),
    ...problems(),
  },
};

/** How the process and those who feed it are doing. */
export function healthRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  const { store, operations, health, vitals, clock, version } = deps;

  /** Names of the tenant's keys; a store that is away knows none. */
  async function publishersOf(tenant: string, isNeeded: boolean): Promise<ReadonlySet<string>> {
    if (!isNeeded) return new Set();
    const keys = await store.apiKeys().catch(() => []);
    return new Set(keys.filter((key) => key.tenant === tenant).map(({ name }) => name));
  }

  return async (app) => {
    app.get('/health', { ...read, schema: healthSchema }, async (request) => {
      const [report, now] = await Promise.all([health.report(), vitals()]);
      const { partition = '' } = now.time.holder ?? {};
      const isPublisher = partition.startsWith('http/');
      const theirs = await publishersOf(caller(request).tenant, isPublisher);
      const isTheirs = (name: string) =>
        name !== '' && (!isPublisher || theirs.has(name.slice('http/'.length)));
      return presentHealth({ version, nowMs: clock(), report, vitals: now, isTheirs });
    });

    app.get('/intake', { ...read, schema: intakeSchema }, async (request) => {
      const { tenant } = caller(request);
      const nowMs = clock();
      const since = { tenant, sinceMs: nowMs - request.query.hours * HOUR_MS };
      const [heard, refused, keys] = await Promise.all([
        operations.producers(since),
        operations.refusals(since),
        store.apiKeys(),
      ]);
      const names = new Set(heard.map(({ publisher }) => publisher));
      const unheard = keys.filter(
        (key) => key.tenant === tenant && key.role === 'publisher' && !key.disabled && !names.has(key.name),
      );
      return {
        from: new Date(since.sinceMs).toISOString(),
        producers: [
          ...heard.map((activity) => presentProducer(activity, nowMs)),
          ...unheard.map(({ name }) => ({ publisher: name, state: 'never' as const, events: 0 })),
        ],
        refusals: refused.map(presentRefusals),
      };
    });
  };
}
