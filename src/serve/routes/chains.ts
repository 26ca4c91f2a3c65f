import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Chain } from '../../domain/chain.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { remediationActivity } from '../../domain/ocsf/remediation.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { AlertShape, presentAlert } from '../present/alert.ts';
import {
  ActionShape,
  ChainShape,
  CrossReferenceShape,
  HopShape,
  presentAction,
  presentChain,
  presentHop,
} from '../present/chain.ts';
import { pageOf, presentPage } from '../present/common.ts';
import { presentFinding } from '../present/ocsf.ts';
import { presentResponse, ResponseShape } from '../present/response.ts';
import { problems } from '../problem.ts';
import {
  id,
  noQuery,
  paging,
  since,
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
    system: id.optional().describe('Chains that touched this system, whatever the resource'),
    tool: id.optional(),
    txn: id.optional(),
    verdict: z.enum(['root', 'gap', 'late', 'unissued']).optional(),
  })
  .refine(wholeToken, wholeTokenMessage);

const ChainDetail = z
  .object({
    chain: ChainShape,
    hops: z.array(HopShape),
    actions: pageOf(ActionShape).describe(
      'First page; `next` continues in /v1/actions with the chain as filter',
    ),
    alerts: z.array(AlertShape),
    responses: z.array(ResponseShape),
    crossReferences: z.array(CrossReferenceShape),
  })
  .meta({ id: 'ChainDetail', description: 'A chain and all that hangs on it; `chain.id` is its present id' });

const listSchema = {
  operationId: 'listChains',
  summary: 'Chains, newest activity first',
  tags: ['chains'],
  querystring: ChainQuery,
  response: { 200: pageOf(ChainShape).describe('One page'), ...problems() },
};

const oneSchema = {
  operationId: 'getChain',
  summary: 'One chain with its hops, actions, alerts and responses; ids of merged chains resolve for ever',
  tags: ['chains'],
  params: z.strictObject({ id }),
  querystring: noQuery,
  response: { 200: ChainDetail, ...problems(404) },
};

const ocsfSchema = {
  operationId: 'getChainOcsf',
  summary:
    'A chain as OCSF 1.8.0: its alerts as Detection Finding (class 2004), states of its responses as Remediation Activity (7001)',
  tags: ['chains'],
  params: z.strictObject({ id }),
  querystring: noQuery,
  response: {
    200: z.object({ items: z.array(z.record(z.string(), z.unknown())) }),
    ...problems(404),
  },
};

export function chainRoutes({ store, auditTrail, version }: ServeDeps): FastifyPluginAsyncZod {
  async function detail(tenant: string, chain: Chain): Promise<z.infer<typeof ChainDetail>> {
    const all = { tenant, chainId: chain.id, limit: PAGE_ROWS_MAX, cursor: undefined };
    const [hops, actions, alerts, responses] = await Promise.all([
      store.hops(tenant, chain.id),
      store.actions({ ...all, ...anyAction, limit: FIRST_ACTIONS }),
      store.alerts({ ...all, ...anyAlert }),
      store.responses({ ...all, alertId: undefined }),
    ]);
    const eventIds = actions.items.flatMap((action) => action.eventIds);
    const crossReferences = await store.crossReferences(chain, eventIds);
    return {
      chain: presentChain(chain),
      hops: hops.map(presentHop),
      actions: presentPage(actions, presentAction),
      alerts: alerts.items.map(presentAlert),
      responses: responses.items.map(presentResponse),
      crossReferences: [...crossReferences],
    };
  }

  /** The newest of each; what a chain has beyond a page of them is in the lists of alerts and of the audit. */
  async function asOcsf(tenant: string, chain: Chain): Promise<Record<string, unknown>[]> {
    const page = { tenant, limit: PAGE_ROWS_MAX, cursor: undefined };
    const [alerts, entries] = await Promise.all([
      store.alerts({ ...page, ...anyAlert, chainId: chain.id }),
      auditTrail.auditEntries({ ...page, kind: 'response.state', subject: chain.id }),
    ]);
    const context = { version: '1.8.0', productVersion: version } as const;
    const activities = entries.items.flatMap((entry) => remediationActivity(entry, context) ?? []);
    return [
      ...alerts.items.map((alert) => presentFinding(alert, context)),
      ...activities.map((activity) => ({ ...activity })),
    ];
  }

  async function find(tenant: string, chainId: string): Promise<Chain> {
    const chain = await store.chain(tenant, chainId);
    if (chain === undefined) throw new ChainwardenError('NOT_FOUND', 'no chain has this id');
    return chain;
  }

  return async (app) => {
    app.get('/chains', { ...access, schema: listSchema }, async (request) => {
      const { from, to, limit, cursor, iss, jti, hash, ...asked } = request.query;
      const page = { tenant: caller(request).tenant, limit, cursor };
      const filters = { ...anyChain, ...asked, tokenKey: tokenKeyOf({ iss, jti, hash }) };
      const time = { fromMs: toMs(from), toMs: toMs(to) };
      return presentPage(await store.chains({ ...page, ...time, ...filters }), presentChain);
    });

    app.get('/chains/:id', { ...access, schema: oneSchema }, async (request) => {
      const { tenant } = caller(request);
      return detail(tenant, await find(tenant, request.params.id));
    });

    app.get('/chains/:id/ocsf', { ...access, schema: ocsfSchema }, async (request) => {
      const { tenant } = caller(request);
      return { items: await asOcsf(tenant, await find(tenant, request.params.id)) };
    });
  };
}

const anyChain = { principal: undefined, target: undefined, detector: undefined, missing: undefined };
const anyAction = { tokenKey: undefined, actor: undefined, fromMs: undefined, toMs: undefined };
const anyAlert = { state: undefined, kind: undefined, detector: undefined, minSeverity: undefined };
