import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { ChainShape, presentChain } from '../present/chain.ts';
import { presentTokenKey, TokenSummary, tokenKeyOfRef } from '../present/common.ts';
import { problems } from '../problem.ts';
import {
  noQuery,
  TOKEN_REF_CHARS_MAX,
  tokenFilter,
  tokenKeyOf,
  wholeToken,
  wholeTokenMessage,
} from '../query.ts';

const access = { config: { access: 'read' } } as const;

const TokenDetail = z
  .object({ token: TokenSummary, chain: ChainShape })
  .meta({ id: 'TokenDetail', description: 'A token and its chain' });

const common = { tags: ['chains'], response: { 200: TokenDetail, ...problems(404) } };

const byRefSchema = {
  ...common,
  operationId: 'getToken',
  summary: 'The chain of a token: `ref` as answers hold it, or `sha256:…`',
  params: z.strictObject({ ref: z.string().min(1).max(TOKEN_REF_CHARS_MAX) }),
  querystring: noQuery,
};

const byNameSchema = {
  ...common,
  operationId: 'findToken',
  summary: 'The chain of a token, named by iss and jti or by hash',
  querystring: z
    .strictObject(tokenFilter)
    .refine((query) => wholeToken(query) && tokenKeyOf(query) !== undefined, wholeTokenMessage),
};

export function tokenRoutes({ store }: ServeDeps): FastifyPluginAsyncZod {
  async function find(tenant: string, key: string | undefined): Promise<z.infer<typeof TokenDetail>> {
    if (key === undefined) throw new ChainwardenError('REQUEST_INVALID', 'this is not a token reference');
    const chainId = await store.chainOfToken(tenant, key);
    const chain = chainId === undefined ? undefined : await store.chain(tenant, chainId);
    if (chain === undefined) throw new ChainwardenError('NOT_FOUND', 'no chain holds this token');
    return { token: presentTokenKey(key), chain: presentChain(chain) };
  }

  return async (app) => {
    app.get('/tokens/:ref', { ...access, schema: byRefSchema }, async (request) =>
      find(caller(request).tenant, tokenKeyOfRef(request.params.ref)),
    );
    app.get('/tokens', { ...access, schema: byNameSchema }, async (request) =>
      find(caller(request).tenant, tokenKeyOf(request.query)),
    );
  };
}
