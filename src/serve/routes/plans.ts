import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ApiKey } from '../../domain/access.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { Principal, TokenRef } from '../../domain/event/index.ts';
import { PAGE_ROWS_MAX, TEXT_CHARS_MAX } from '../../domain/limits.ts';
import type { Person, PlanRequest, PlanSubject } from '../../domain/response-desk.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { pageOf, presentPage } from '../present/common.ts';
import {
  PlanDecisionShape,
  PlanShape,
  presentDecision,
  presentPlan,
  presentResponse,
  ResponseShape,
} from '../present/response.ts';
import { problems } from '../problem.ts';
import { id, noQuery, paging } from '../query.ts';

export const reason = z.string().trim().min(1).max(TEXT_CHARS_MAX).describe('For whoever asks later why');

/** What a person wants to end: exactly one of alert, token and subject. */
export const Asked = z
  .strictObject({
    alert: id.optional().describe('The credential that this alert names'),
    token: TokenRef.optional(),
    subject: Principal.optional().describe('All that an agent, service or workload was given before now'),
    strict: z.boolean().optional().describe('Also what another parent still vouches for'),
    reason,
  })
  .refine(
    ({ alert, token, subject }) => [alert, token, subject].filter((one) => one !== undefined).length === 1,
    'name exactly one of alert, token and subject',
  );

/** A person's word on a plan. */
const Said = z.strictObject({
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('Of the plan as it was seen'),
  reason,
});

export const PlanDetail = z
  .object({
    plan: PlanShape,
    decisions: z.array(PlanDecisionShape).describe('What people said, oldest first'),
    responses: z.array(ResponseShape).describe('What became of its steps, latest first'),
  })
  .meta({ id: 'PlanDetail', description: 'A plan, what people said of it, and what was done' });

const read = { config: { access: 'read' } } as const;
const triage = { config: { access: 'triage' } } as const;
const respond = { config: { access: 'respond' } } as const;

const tags = ['responses'];
const one = { tags, params: z.strictObject({ id }), querystring: noQuery };

const listSchema = {
  tags,
  operationId: 'listPlans',
  summary: 'What was planned, latest first',
  querystring: z.strictObject({ ...paging, alert: id.optional() }),
  response: { 200: pageOf(PlanShape).describe('One page'), ...problems() },
};

const oneSchema = {
  ...one,
  operationId: 'getPlan',
  summary: 'One plan with what people said of it and what was done',
  response: { 200: PlanDetail, ...problems(404) },
};

const showSchema = {
  tags,
  operationId: 'showPlan',
  summary: 'What a revocation would end, and what it would leave alive; nothing is written or done',
  querystring: noQuery,
  body: Asked,
  response: { 200: PlanShape, ...problems(404, 409, 413, 415) },
};

/** The word of a person on the plan that an id leads to. */
export const said = (operationId: string, summary: string) => ({
  ...one,
  operationId,
  summary,
  body: Said,
  response: { 200: PlanDetail, ...problems(404, 409, 413, 415) },
});
const approveSchema = said(
  'approvePlan',
  'Approve a plan as it was seen; it is done once enough persons have',
);
const denySchema = said('denyPlan', 'Deny a plan: nothing of it is done');

/** Plans of revocations, shown before anything is done. */
export function planRoutes({ store, desk }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/plans', { ...read, schema: listSchema }, async (request) => {
      const { alert, limit, cursor } = request.query;
      const { tenant } = caller(request);
      return presentPage(await store.plans({ tenant, limit, cursor, alertId: alert }), presentPlan);
    });

    app.get('/plans/:id', { ...read, schema: oneSchema }, async (request) =>
      planDetail(store, caller(request).tenant, request.params.id),
    );

    app.post('/plans', { ...triage, schema: showSchema }, async (request) =>
      presentPlan(await desk.plan(requestOf(caller(request), request.body))),
    );

    for (const [verb, schema] of [
      ['approve', approveSchema],
      ['deny', denySchema],
    ] as const) {
      app.post(`/plans/:id/${verb}`, { ...respond, schema }, async (request) => {
        const { tenant, who } = personIn(caller(request));
        const plan = await desk[verb]({ tenant, planId: request.params.id, who, ...request.body });
        return planDetail(store, tenant, plan.id);
      });
    }
  };
}

export async function planDetail(
  store: ServeDeps['store'],
  tenant: string,
  planId: string,
): Promise<z.infer<typeof PlanDetail>> {
  const [[plan], decisions, responses] = await Promise.all([
    store.findPlans(tenant, [planId]),
    store.decisions(tenant, planId),
    store.responses({
      tenant,
      planId,
      alertId: undefined,
      chainId: undefined,
      limit: PAGE_ROWS_MAX,
      cursor: undefined,
    }),
  ]);
  if (plan === undefined) throw new ChainwardenError('NOT_FOUND', 'no plan has this id');
  return {
    plan: presentPlan(plan),
    decisions: decisions.map(presentDecision),
    responses: responses.items.map(presentResponse),
  };
}

/** Who calls, as the desk wants to know it. */
export function personIn(key: ApiKey): { readonly tenant: string; readonly who: Person } {
  return { tenant: key.tenant, who: { keyId: key.id, by: key.name } };
}

export function requestOf(key: ApiKey, asked: z.infer<typeof Asked>): PlanRequest {
  const { strict, reason } = asked;
  return { ...personIn(key), subject: subjectOf(asked), strict, reason };
}

function subjectOf({ alert, token, subject }: z.infer<typeof Asked>): PlanSubject {
  if (alert !== undefined) return { kind: 'alert', alertId: alert };
  if (token !== undefined) return { kind: 'token', ref: token };
  if (subject !== undefined) return { kind: 'subject', subject };
  throw new ChainwardenError('REQUEST_INVALID', 'name exactly one of alert, token and subject');
}
