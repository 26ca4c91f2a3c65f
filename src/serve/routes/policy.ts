import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ServeDeps } from '../deps.ts';
import { PolicyShape, presentPolicy } from '../present/policy.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const schema = {
  operationId: 'getPolicy',
  summary: 'The policy in force: since when, from where, signed by whom, and why a later one was refused',
  tags: ['policy'],
  querystring: noQuery,
  response: { 200: PolicyShape, ...problems() },
};

/** What everything is judged by. It changes with its file, never by a request. */
export function policyRoutes({ policies }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/policy', { config: { access: 'read' }, schema }, async () => presentPolicy(policies.status));
  };
}
