import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ServeDeps } from '../deps.ts';
import { PolicyEntryShape, presentPolicyEntry } from '../present/operations.ts';
import { PolicyShape, presentPolicy } from '../present/policy.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const read = { config: { access: 'read' } } as const;
const tags = ['policy'];
/** Whole policies, each of up to some hundred kilobytes. */
const HISTORY_MAX = 20;

const schema = {
  operationId: 'getPolicy',
  summary: 'The policy in force: since when, from where, signed by whom, and why a later one was refused',
  tags,
  querystring: noQuery,
  response: { 200: PolicyShape, ...problems() },
};

const historySchema = {
  operationId: 'listPolicies',
  summary: 'The policy in force and those before it, latest first',
  tags,
  querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(HISTORY_MAX).default(2) }),
  response: {
    200: z.object({ items: z.array(PolicyEntryShape) }).describe('As the log has them'),
    ...problems(),
  },
};

/** What everything is judged by. It changes with its file, never by a request. */
export function policyRoutes({ policies, operations }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/policy', { ...read, schema }, async () => presentPolicy(policies.status));

    app.get('/policy/history', { ...read, schema: historySchema }, async (request) => ({
      items: (await operations.policyHistory(request.query.limit)).map(presentPolicyEntry),
    }));
  };
}
