import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { presentResponse, ResponseShape } from '../present/alert.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { DeadLetterShape, DetectorShape, presentDeadLetter, presentDetector } from '../present/other.ts';
import { problems } from '../problem.ts';
import { id, noQuery, paging } from '../query.ts';

const read = { config: { access: 'read' } } as const;

/** Responses, dead letters and the catalogue of detectors. */
export function listRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/responses',
      {
        ...read,
        schema: {
          operationId: 'listResponses',
          summary: 'What was done about alerts, dry runs included',
          tags: ['responses'],
          querystring: z.strictObject({ ...paging, alert: id.optional(), chain: id.optional() }),
          response: { 200: pageOf(ResponseShape).describe('One page'), ...problems() },
        },
      },
      async (request) => {
        const { alert, chain, limit, cursor } = request.query;
        const { tenant } = caller(request);
        const page = await deps.store.responses({ tenant, limit, cursor, alertId: alert, chainId: chain });
        return presentPage(page, presentResponse);
      },
    );

    app.get(
      '/dead-letters',
      {
        ...read,
        schema: {
          operationId: 'listDeadLetters',
          summary: 'Refused messages with code, path, reason and position',
          tags: ['events'],
          querystring: z.strictObject(paging),
          response: { 200: pageOf(DeadLetterShape).describe('One page'), ...problems() },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = await deps.store.deadLetters({ tenant: caller(request).tenant, limit, cursor });
        return presentPage(page, presentDeadLetter);
      },
    );

    app.get(
      '/detectors',
      {
        ...read,
        schema: {
          operationId: 'listDetectors',
          summary: 'What is looked for, and which requirements and frameworks it covers',
          tags: ['detectors'],
          querystring: noQuery,
          response: {
            200: z.object({ items: z.array(DetectorShape) }).describe('All of them'),
            ...problems(),
          },
        },
      },
      async () => ({ items: deps.detectors.map(presentDetector) }),
    );
  };
}
