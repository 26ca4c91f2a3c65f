import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type AlertWithLife, alertStates } from '../../domain/alert.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { severities } from '../../domain/finding.ts';
import { ALERT_PAGE_ROWS_MAX, PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { AlertCommand, nextAlertAction } from '../alert-life.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { AlertActionShape, AlertShape, presentAlert, presentAlertAction } from '../present/alert.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { presentResponse, ResponseShape } from '../present/response.ts';
import { problems } from '../problem.ts';
import { id, noQuery, pagingUpTo, TOKEN_REF_CHARS_MAX } from '../query.ts';

const read = { config: { access: 'read' } } as const;
const triage = { config: { access: 'triage' } } as const;

const AlertQuery = z.strictObject({
  ...pagingUpTo(ALERT_PAGE_ROWS_MAX),
  state: z.enum(alertStates).optional(),
  kind: z.enum(['alert', 'signal']).optional(),
  detector: id.optional(),
  minSeverity: z.enum(severities).optional(),
  chain: id.optional(),
  incident: id.optional(),
  actor: id.optional().describe('As the alert names its actor'),
  subject: z.string().min(1).max(TOKEN_REF_CHARS_MAX).optional().describe('Key of its subject'),
});

const AlertDetail = z
  .object({
    alert: AlertShape,
    actions: z.array(AlertActionShape).describe('What people did, oldest first'),
    responses: z.array(ResponseShape).describe('Response so far, newest first'),
  })
  .meta({ id: 'AlertDetail', description: 'An alert and what was done about it' });

const common = { tags: ['alerts'] };
const one = { ...common, params: z.strictObject({ id }), querystring: noQuery };

const listSchema = {
  ...common,
  operationId: 'listAlerts',
  summary: 'Alerts and signals, newest activity first',
  querystring: AlertQuery,
  response: { 200: pageOf(AlertShape).describe('One page'), ...problems() },
};

const oneSchema = {
  ...one,
  operationId: 'getAlert',
  summary: 'One alert with what people and the service did about it',
  response: { 200: AlertDetail, ...problems(404) },
};

const actSchema = {
  ...one,
  operationId: 'actOnAlert',
  summary: 'Acknowledge, close with a reason, assign, comment or reopen',
  body: AlertCommand,
  response: { 201: AlertDetail, ...problems(404, 409, 413, 415) },
};

export function alertRoutes({ store, clock, onClosed }: ServeDeps): FastifyPluginAsyncZod {
  const oneAtATime = createOneAtATime();

  async function find(tenant: string, alertId: string): Promise<AlertWithLife> {
    const alert = await store.alert(tenant, alertId);
    if (alert === undefined) throw new ChainwardenError('NOT_FOUND', 'no alert has this id');
    return alert;
  }

  async function detail(tenant: string, alertId: string): Promise<z.infer<typeof AlertDetail>> {
    const [alert, actions, responses] = await Promise.all([
      find(tenant, alertId),
      store.alertActions(tenant, alertId),
      store.responses({ tenant, alertId, chainId: undefined, limit: PAGE_ROWS_MAX, cursor: undefined }),
    ]);
    return {
      alert: presentAlert(alert),
      actions: [...actions].sort((a, b) => a.atMs - b.atMs).map(presentAlertAction),
      responses: responses.items.map(presentResponse),
    };
  }

  return async (app) => {
    app.get('/alerts', { ...read, schema: listSchema }, async (request) => {
      const { chain, incident, limit, cursor } = request.query;
      const { state, kind, detector, minSeverity, actor, subject } = request.query;
      const found = await store.alerts({
        ...{ tenant: caller(request).tenant, limit, cursor },
        ...{ state, kind, detector, minSeverity, actor, subject },
        ...{ chainId: chain, incidentId: incident },
      });
      return presentPage(found, presentAlert);
    });

    app.get('/alerts/:id', { ...read, schema: oneSchema }, async (request) =>
      detail(caller(request).tenant, request.params.id),
    );

    app.post('/alerts/:id/actions', { ...triage, schema: actSchema }, async (request, reply) => {
      const { tenant, name } = caller(request);
      const alertId = request.params.id;
      await oneAtATime(JSON.stringify([tenant, alertId]), async () => {
        const alert = await find(tenant, alertId);
        const history = await store.alertActions(tenant, alertId);
        const who = { id: randomUUID(), by: name, nowMs: clock() };
        await store.writeAlertAction(nextAlertAction(alert, history, request.body, who));
      });
      if (request.body.verb === 'close') onClosed();
      return reply.code(201).send(await detail(tenant, alertId));
    });
  };
}
