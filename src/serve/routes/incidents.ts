import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { severities } from '../../domain/finding.ts';
import { incidentStates } from '../../domain/incident.ts';
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
  summary: 'Incidents, newest activity first; what merged only when asked for',
  tags: ['alerts'],
  querystring: z.strictObject({
    ...paging,
    state: z.enum(incidentStates).optional(),
    minSeverity: z.enum(severities).optional(),
    detector: id.optional().describe('Of one of its alerts'),
    chain: id.optional(),
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
  return async (app) => {
    app.get('/incidents', { ...access, schema: listSchema }, async (request) => {
      const { chain, state, minSeverity, detector, limit, cursor } = request.query;
      const page = { tenant: caller(request).tenant, limit, cursor };
      const filters = { state, minSeverity, detector, chainId: chain };
      return presentPage(await store.incidents({ ...page, ...filters }), presentIncident);
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
      return { incident: presentIncident(incident), alerts: alerts.items.map(presentAlert) };
    });
  };
}
