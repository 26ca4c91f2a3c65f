import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Chain } from '../../domain/chain.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { AlertShape, presentAlert, presentResponse, ResponseShape } from '../present/alert.ts';
import {
  ActionShape,
  ChainShape,
  HopShape,
  presentAction,
  presentChain,
  presentHop,
} from '../present/chain.ts';
import { pageOf, presentPage, presentTokenKey, TokenSummary, tokenKeyOfRef } from '../present/common.ts';
import { problems } from '../problem.ts';
import {
  id,
  noQuery,
  paging,
  since,
  TOKEN_REF_CHARS_MAX,
  tokenFilter,
  tokenKeyOf,
  toMs,
  wholeToken,
  wholeTokenMessage,
} from '../query.ts';

/** Actions shown with a chain; the rest by /v1/actions. */
const FIRST_ACTIONS = 100;
const access = { config: { access: 'read' } } as const;

const ChainQuery = z
  .strictObject({
    ...paging,
    ...tokenFilter,
    from: since.describe('Chains with an event at or after this time'),
    to: since.describe('Chains that started at or before this time'),
    principal: id.optional().describe('Id of a principal anywhere in the chain'),
    target: id.optional(),
    detector: id.optional().describe('Chains with an alert of this detector'),
    missing: z
      .enum(['request', 'authority', 'context', 'impact'])
      .optional()
      .describe('Chains that lack this link'),
  })
  .refine(wholeToken, wholeTokenMessage);

const ChainDetail = z.object({
  chain: ChainShape,
  hops: z.array(HopShape),
  actions: pageOf(ActionShape).describe(
    'First page; `next` continues in /v1/actions with the chain as filter',
  ),
  alerts: z.array(AlertShape),
  responses: z.array(ResponseShape),
});

const ActionQuery = z
  .strictObject({
    ...paging,
    ...tokenFilter,
    chain: id.optional(),
    actor: id.optional().describe('Id of a principal'),
    from: since,
    to: since,
  })
  .refine(wholeToken, wholeTokenMessage);

const TokenDetail = z.object({ token: TokenSummary, chain: ChainShape });

export function chainRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  const { store } = deps;

  async function detail(tenant: string, chain: Chain): Promise<z.infer<typeof ChainDetail>> {
    const all = { tenant, chainId: chain.id, limit: PAGE_ROWS_MAX, cursor: undefined };
    const [hops, actions, alerts, responses] = await Promise.all([
      store.hops(tenant, chain.id),
      store.actions({ ...all, ...anyAction, limit: FIRST_ACTIONS }),
      store.alerts({
        ...all,
        state: undefined,
        kind: undefined,
        detector: undefined,
        minSeverity: undefined,
      }),
      store.responses({ ...all, alertId: undefined }),
    ]);
    return {
      chain: presentChain(chain),
      hops: hops.map(presentHop),
      actions: presentPage(actions, presentAction),
      alerts: alerts.items.map(presentAlert),
      responses: responses.items.map(presentResponse),
    };
  }

  async function chainOfToken(tenant: string, tokenKey: string): Promise<z.infer<typeof TokenDetail>> {
    const chainId = await store.chainOfToken(tenant, tokenKey);
    const chain = chainId === undefined ? undefined : await store.chain(tenant, chainId);
    if (chain === undefined) throw new ChainwardenError('NOT_FOUND', 'no chain holds this token');
    return { token: presentTokenKey(tokenKey), chain: presentChain(chain) };
  }

  return async (app) => {
    app.get(
      '/chains',
      {
        ...access,
        schema: {
          operationId: 'listChains',
          summary: 'Chains, newest activity first',
          tags: ['chains'],
          querystring: ChainQuery,
          response: { 200: pageOf(ChainShape).describe('One page'), ...problems() },
        },
      },
      async (request) => {
        const { from, to, limit, cursor, principal, target, detector, missing, ...token } = request.query;
        const { tenant } = caller(request);
        const time = { fromMs: toMs(from), toMs: toMs(to) };
        const page = { tenant, limit, cursor };
        const filters = { principal, target, detector, missing, tokenKey: tokenKeyOf(token) };
        return presentPage(await store.chains({ ...page, ...time, ...filters }), presentChain);
      },
    );

    app.get(
      '/chains/:id',
      {
        ...access,
        schema: {
          operationId: 'getChain',
          summary:
            'One chain with its hops, actions, alerts and responses; ids of merged chains resolve for ever',
          tags: ['chains'],
          params: z.strictObject({ id }),
          querystring: noQuery,
          response: {
            200: ChainDetail.describe('The chain; `chain.id` is its present id'),
            ...problems(404),
          },
        },
      },
      async (request) => {
        const { tenant } = caller(request);
        const chain = await store.chain(tenant, request.params.id);
        if (chain === undefined) throw new ChainwardenError('NOT_FOUND', 'no chain has this id');
        return detail(tenant, chain);
      },
    );

    app.get(
      '/actions',
      {
        ...access,
        schema: {
          operationId: 'listActions',
          summary: 'Tool calls, API calls and system changes',
          tags: ['chains'],
          querystring: ActionQuery,
          response: { 200: pageOf(ActionShape).describe('One page'), ...problems() },
        },
      },
      async (request) => {
        const { from, to, limit, cursor, actor, chain, ...token } = request.query;
        const { tenant } = caller(request);
        const filters = {
          chainId: chain,
          tokenKey: tokenKeyOf(token),
          actor,
          fromMs: toMs(from),
          toMs: toMs(to),
        };
        return presentPage(await store.actions({ tenant, limit, cursor, ...filters }), presentAction);
      },
    );

    app.get(
      '/tokens/:ref',
      {
        ...access,
        schema: {
          operationId: 'getToken',
          summary: 'The chain of a token: `ref` as answers hold it, or `sha256:…`',
          tags: ['chains'],
          params: z.strictObject({ ref: z.string().min(1).max(TOKEN_REF_CHARS_MAX) }),
          querystring: noQuery,
          response: { 200: TokenDetail.describe('The token and its chain'), ...problems(404) },
        },
      },
      async (request) => {
        const key = tokenKeyOfRef(request.params.ref);
        if (key === undefined) throw new ChainwardenError('REQUEST_INVALID', 'this is not a token reference');
        return chainOfToken(caller(request).tenant, key);
      },
    );

    app.get(
      '/tokens',
      {
        ...access,
        schema: {
          operationId: 'findToken',
          summary: 'The chain of a token, named by iss and jti or by hash',
          tags: ['chains'],
          querystring: z
            .strictObject(tokenFilter)
            .refine((query) => wholeToken(query) && tokenKeyOf(query) !== undefined, wholeTokenMessage),
          response: { 200: TokenDetail.describe('The token and its chain'), ...problems(404) },
        },
      },
      async (request) => chainOfToken(caller(request).tenant, tokenKeyOf(request.query) ?? ''),
    );
  };
}

const anyAction = { tokenKey: undefined, actor: undefined, fromMs: undefined, toMs: undefined };
