import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { responseStates } from '../../domain/response.ts';
import type { Person, ResponseWord } from '../../domain/response-desk.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { presentResponse, ResponseShape } from '../present/response.ts';
import { problems } from '../problem.ts';
import { id, noQuery, paging } from '../query.ts';
import { Asked, PlanDetail, personIn, planDetail, reason, requestOf, said } from './plans.ts';

const read = { config: { access: 'read' } } as const;
const respond = { config: { access: 'respond' } } as const;

const ResponseDetail = z
  .object({
    response: ResponseShape,
    history: z.array(ResponseShape).describe('Every state that it came to, oldest first'),
  })
  .meta({ id: 'ResponseDetail', description: 'A response, and how it came about' });

const tags = ['responses'];
const one = { tags, params: z.strictObject({ id }), querystring: noQuery };

const listSchema = {
  tags,
  operationId: 'listResponses',
  summary: 'What was done about alerts, dry runs included',
  querystring: z.strictObject({
    ...paging,
    alert: id.optional(),
    chain: id.optional(),
    plan: id.optional(),
    state: z.enum(responseStates).optional(),
  }),
  response: { 200: pageOf(ResponseShape).describe('One page'), ...problems() },
};

const oneSchema = {
  ...one,
  operationId: 'getResponse',
  summary: 'One response with everything that became of it',
  response: { 200: ResponseDetail, ...problems(404) },
};

const askSchema = {
  tags,
  operationId: 'askForResponse',
  summary: 'Ask for a revocation: done at once, or proposed to another person, as its plan says',
  querystring: noQuery,
  body: Asked,
  response: { 201: PlanDetail, ...problems(404, 409, 413, 415) },
};

const approveSchema = said('approveResponse', 'Approve the plan of a response; of a proposed undo, the undo');
const denySchema = said('denyResponse', 'Deny the plan of a response');

const noted = (operationId: string, summary: string) => ({
  ...one,
  operationId,
  summary,
  body: z.strictObject({ reason }),
  response: { 200: ResponseDetail, ...problems(404, 409, 413, 415) },
});
const undoSchema = noted('undoResponse', 'Give back what was taken, where the connector can');
const confirmSchema = noted(
  'confirmResponse',
  'Say that the authority has ended: the callback of a receiver',
);

/** What is and was done about credentials. */
export function responseRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  const { store, desk } = deps;

  async function detail(tenant: string, responseId: string): Promise<z.infer<typeof ResponseDetail>> {
    const history = await store.responseHistory(tenant, responseId);
    const newest = history.at(-1);
    if (newest === undefined) throw new ChainwardenError('NOT_FOUND', 'no response has this id');
    return { response: presentResponse(newest), history: history.map(presentResponse) };
  }

  /** A word on the plan of a response. */
  async function say(
    word: ResponseWord & { readonly digest: string; readonly who: Person },
    verb: 'approve' | 'deny',
  ): Promise<z.infer<typeof PlanDetail>> {
    const { tenant, responseId, digest, who, reason } = word;
    const [response] = await store.findResponses(tenant, [responseId]);
    if (response === undefined) throw new ChainwardenError('NOT_FOUND', 'no response has this id');
    if (response.action === 'undo' && verb === 'approve') {
      await desk.undo({ tenant, responseId, who, reason });
      return planDetail(store, tenant, response.planId);
    }
    const plan = await desk[verb]({ tenant, planId: response.planId, digest, who, reason });
    return planDetail(store, tenant, plan.id);
  }

  return async (app) => {
    app.get('/responses', { ...read, schema: listSchema }, async (request) => {
      const { alert, chain, plan, state, limit, cursor } = request.query;
      const page = { tenant: caller(request).tenant, limit, cursor };
      const filters = { alertId: alert, chainId: chain, planId: plan, state };
      return presentPage(await store.responses({ ...page, ...filters }), presentResponse);
    });

    app.get('/responses/:id', { ...read, schema: oneSchema }, async (request) =>
      detail(caller(request).tenant, request.params.id),
    );

    app.post('/responses', { ...respond, schema: askSchema }, async (request, reply) => {
      const plan = await desk.propose(requestOf(caller(request), request.body));
      return reply.code(201).send(await planDetail(store, plan.tenant, plan.id));
    });

    for (const [verb, schema] of [
      ['approve', approveSchema],
      ['deny', denySchema],
    ] as const) {
      app.post(`/responses/:id/${verb}`, { ...respond, schema }, async (request) => {
        const who = { ...personIn(caller(request)), responseId: request.params.id };
        return say({ ...who, ...request.body }, verb);
      });
    }

    for (const [verb, schema] of [
      ['undo', undoSchema],
      ['confirm', confirmSchema],
    ] as const) {
      app.post(`/responses/:id/${verb}`, { ...respond, schema }, async (request) => {
        const who = personIn(caller(request));
        const { tenant, id } = await desk[verb]({
          ...who,
          responseId: request.params.id,
          reason: request.body.reason,
        });
        return detail(tenant, id);
      });
    }
  };
}
