import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { OverviewShape, presentOverview } from '../present/overview.ts';
import { problems } from '../problem.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS_MAX = 7 * 24;
/** About a hundred points: as many as a curve shows apart. */
const POINTS = 96;

const schema = {
  operationId: 'getOverview',
  summary:
    'What stands and what happened lately, in numbers: incidents, alerts by detector, events over time',
  tags: ['operations'],
  querystring: z.strictObject({
    hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(24).describe('How far back'),
  }),
  response: { 200: OverviewShape, ...problems() },
};

/** Counts for whoever looks for the first time in an hour. */
export function overviewRoutes({ store, pulse, clock }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/overview', { config: { access: 'read' }, schema }, async (request) => {
      const { tenant } = caller(request);
      const nowMs = clock();
      const spanMs = request.query.hours * HOUR_MS;
      const stepMs = Math.max(MINUTE_MS, Math.ceil(spanMs / POINTS / MINUTE_MS) * MINUTE_MS);
      const sinceMs = Math.floor((nowMs - spanMs) / stepMs) * stepMs;
      const [counted, stored] = await Promise.all([
        pulse.pulse({ tenant, sinceMs, stepMs, nowMs }),
        store.counts(tenant),
      ]);
      return presentOverview({ pulse: counted, stored, fromMs: sinceMs, toMs: nowMs, stepMs });
    });
  };
}
