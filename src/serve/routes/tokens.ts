import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Chain, Hop } from '../../domain/chain.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { originsOf } from '../../domain/provenance.ts';
import { refKey } from '../../domain/token.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { AlertShape, presentAlert } from '../present/alert.ts';
import { ChainShape, HopShape, presentChain, presentHop } from '../present/chain.ts';
import { presentTokenKey, TokenSummary, tokenKeyOfRef } from '../present/common.ts';
import { ApprovalShape, OriginShape, presentApproval, presentOrigin } from '../present/reach.ts';
import { presentResponse, ResponseShape } from '../present/response.ts';
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
/** Approvals come before what they are for, and are withdrawn after it. */
const APPROVAL_REACH_MS = 86_400_000;

export const tokenParams = z.strictObject({ ref: z.string().min(1).max(TOKEN_REF_CHARS_MAX) });

export const TokenDetail = z
  .object({
    token: TokenSummary,
    chain: ChainShape,
    hop: HopShape.optional().describe(
      'The hand-over by which it came to be; absent where only uses are known',
    ),
    provenance: z.array(OriginShape).describe('From its hop up to whoever set it in motion'),
    approvals: z.array(ApprovalShape).describe('Under transactions of the chain, oldest first'),
    alerts: z.array(AlertShape).describe('About it, or that its revocation would answer'),
    responses: z.array(ResponseShape).describe('What was done about it'),
  })
  .meta({ id: 'TokenDetail', description: 'A token, its chain and where it comes from' });

const common = { tags: ['chains'], response: { 200: TokenDetail, ...problems(404) } };

const byRefSchema = {
  ...common,
  operationId: 'getToken',
  summary: 'A token, its chain and where it comes from: `ref` as answers hold it, or `sha256:…`',
  params: tokenParams,
  querystring: noQuery,
};

const byNameSchema = {
  ...common,
  operationId: 'findToken',
  summary: 'The same of a token that is named by iss and jti or by hash',
  querystring: z
    .strictObject(tokenFilter)
    .refine((query) => wholeToken(query) && tokenKeyOf(query) !== undefined, wholeTokenMessage),
};

export function tokenRoutes({ store }: ServeDeps): FastifyPluginAsyncZod {
  async function provenance(tenant: string, hop: Hop, known: readonly Hop[]) {
    const path = await originsOf(hop, known, async (key) => (await store.hopsByKey(tenant, [key]))[0]);
    return path.map(presentOrigin);
  }

  /** What hangs on the token itself, out of what hangs on its chain. */
  async function about(tenant: string, key: string, chain: Chain) {
    const page = { tenant, chainId: chain.id, limit: PAGE_ROWS_MAX, cursor: undefined };
    const anyAlert = { state: undefined, kind: undefined, detector: undefined, minSeverity: undefined };
    const [alerts, responses, approvals] = await Promise.all([
      store.alerts({ ...page, ...anyAlert }),
      store.responses({ ...page, alertId: undefined }),
      store.approvals({
        tenant,
        txns: chain.txns,
        fromMs: chain.startedMs - APPROVAL_REACH_MS,
        toMs: chain.lastEventMs + APPROVAL_REACH_MS,
      }),
    ]);
    const isAbout = (alert: (typeof alerts.items)[number]) =>
      alert.subject.key === key ||
      alert.hop === key ||
      (alert.revoke !== undefined && refKey(alert.revoke) === key);
    return {
      alerts: alerts.items.filter(isAbout).map(presentAlert),
      responses: responses.items.filter(({ targetKey }) => targetKey === key).map(presentResponse),
      approvals: approvals.map(presentApproval),
    };
  }

  async function find(tenant: string, key: string | undefined): Promise<z.infer<typeof TokenDetail>> {
    if (key === undefined) throw new ChainwardenError('REQUEST_INVALID', 'this is not a token reference');
    const chainId = await store.chainOfToken(tenant, key);
    const chain = chainId === undefined ? undefined : await store.chain(tenant, chainId);
    if (chain === undefined) throw new ChainwardenError('NOT_FOUND', 'no chain holds this token');
    const [hops, rest] = await Promise.all([store.hops(tenant, chain.id), about(tenant, key, chain)]);
    const hop = hops.find((each) => each.key === key);
    return {
      token: presentTokenKey(key),
      chain: presentChain(chain),
      hop: hop && presentHop(hop),
      provenance: hop === undefined ? [] : await provenance(tenant, hop, hops),
      ...rest,
    };
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
