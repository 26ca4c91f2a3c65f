import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { severities } from '../../domain/finding.ts';
import { handlingStates, type IncidentHandling, incidentStates } from '../../domain/incident.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { AlertShape, presentAlert } from '../present/alert.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { IncidentShape, presentIncident } from '../present/incident.ts';
import { problems } from '../problem.ts';
import { id, noQuery, paging } from '../query.ts';

const access = { config: { access: 'read' } } as const;

const listSchema = {
  operationId: 'listIncidents',
  summary: 'Incidents, newest activity or highest severity first; what merged only when asked for',
  tags: ['alerts'],
  querystring: z.strictObject({
    ...paging,
    state: z.enum(incidentStates).optional(),
    minSeverity: z.enum(severities).optional(),
    detector: id.optional().describe('Of one of its alerts'),
    chain: id.optional(),
    handling: z
      .enum([...handlingStates, 'unclosed'])
      .optional()
      .describe('How far people are with it; unclosed: open or acknowledged'),
    order: z.enum(['activity', 'severity']).optional().describe('A cursor goes on in the order of its page'),
  }),
  response: { 200: pageOf(IncidentShape).describe('One page'), ...problems() },
};

const IncidentDetail = z
  .object({
    incident: IncidentShape,
    alerts: z.array(AlertShape).describe('Its alerts, signals and provisional ones included, newest first'),
  })
  .meta({ id: 'IncidentDetail', description: 'An incident with its alerts' });

const oneSchema = {
  operationId: 'getIncident',
  summary: 'One incident with its alerts; of one that merged, the one that carries on',
  tags: ['alerts'],
  params: z.strictObject({ id }),
  querystring: noQuery,
  response: { 200: IncidentDetail, ...problems(404) },
};

export function incidentRoutes({ store }: ServeDeps): FastifyPluginAsyncZod {
  async function handling(
    tenant: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, IncidentHandling>> {
    const rows = await store.incidentHandling(tenant, ids);
    return new Map(rows.map((row) => [row.incidentId, row]));
  }

  return async (app) => {
    app.get('/incidents', { ...access, schema: listSchema }, async (request) => {
      const { chain, state, minSeverity, detector, handling: handledSoFar, order } = request.query;
      const { limit, cursor } = request.query;
      const { tenant } = caller(request);
      const page = await store.incidents({
        ...{ tenant, limit, cursor, order },
        ...{ state, minSeverity, detector, chainId: chain, handling: handledSoFar },
      });
      const ids = page.items.map((incident) => incident.id);
      const handled = await handling(tenant, ids);
      return presentPage(page, (incident) => presentIncident(incident, handled.get(incident.id)));
    });

    app.get('/incidents/:id', { ...access, schema: oneSchema }, async (request) => {
      const { tenant } = caller(request);
      const incident = await store.incident(tenant, request.params.id);
      if (incident === undefined) throw new ChainwardenError('NOT_FOUND', 'no incident has this id');
      const alerts = await store.alerts({
        tenant,
        incidentId: incident.id,
        state: undefined,
        kind: undefined,
        detector: undefined,
        minSeverity: undefined,
        chainId: undefined,
        limit: PAGE_ROWS_MAX,
        cursor: undefined,
      });
      const handled = await handling(tenant, [incident.id]);
      return {
        incident: presentIncident(incident, handled.get(incident.id)),
        alerts: alerts.items.map(presentAlert),
      };
    });
  };
}
