import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { effects } from '../../domain/event/index.ts';
import { TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { ActionShape, presentAction } from '../present/chain.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { DeadLetterShape, presentDeadLetter } from '../present/other.ts';
import { problems } from '../problem.ts';
import { id, paging, since, tokenFilter, tokenKeyOf, toMs, wholeToken, wholeTokenMessage } from '../query.ts';

const access = { config: { access: 'read' } } as const;

const actionSchema = {
  operationId: 'listActions',
  summary: 'Tool calls, API calls and system changes, newest first',
  tags: ['chains'],
  querystring: z
    .strictObject({
      ...paging,
      ...tokenFilter,
      chain: id.optional(),
      actor: id.optional().describe('Id of a principal'),
      system: id.optional(),
      resource: z
        .string()
        .min(1)
        .max(TEXT_CHARS_MAX)
        .optional()
        .describe('Exact; with a `*` at its end all that begin so'),
      tool: id.optional(),
      effect: z.enum(effects).optional(),
      outcome: z.enum(['accepted', 'denied', 'failed', 'unknown']).optional(),
      txn: id.optional(),
      from: since,
      to: since,
    })
    .refine(wholeToken, wholeTokenMessage),
  response: { 200: pageOf(ActionShape).describe('One page'), ...problems() },
};

const deadLetterSchema = {
  operationId: 'listDeadLetters',
  summary: 'Refused messages with code, path, reason and position',
  tags: ['events'],
  querystring: z.strictObject(paging),
  response: { 200: pageOf(DeadLetterShape).describe('One page'), ...problems() },
};

/** Actions and dead letters. */
export function listRoutes({ store }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/actions', { ...access, schema: actionSchema }, async (request) => {
      const { from, to, limit, cursor, actor, chain, iss, jti, hash, ...asked } = request.query;
      const page = { tenant: caller(request).tenant, limit, cursor };
      const filters = { ...asked, chainId: chain, tokenKey: tokenKeyOf({ iss, jti, hash }), actor };
      const time = { fromMs: toMs(from), toMs: toMs(to) };
      return presentPage(await store.actions({ ...page, ...filters, ...time }), presentAction);
    });

    app.get('/dead-letters', { ...access, schema: deadLetterSchema }, async (request) => {
      const { limit, cursor } = request.query;
      const page = { tenant: caller(request).tenant, limit, cursor };
      return presentPage(await store.deadLetters(page), presentDeadLetter);
    });
  };
}
