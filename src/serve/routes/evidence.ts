import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Action } from '../../domain/chain.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { EVIDENCE_ACTIONS_MAX, PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { QueryStore } from '../../domain/ports.ts';
import { unwind } from '../../domain/unwind.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { presentUnwinding, UnwindingShape } from '../present/audit.ts';
import { problems } from '../problem.ts';
import { id, noQuery } from '../query.ts';

const access = { config: { access: 'read' } } as const;
const Digest = z.string().describe('SHA-256, hexadecimal');

const PackShape = z
  .object({
    format: z.string(),
    parts: z
      .record(z.string(), z.unknown())
      .describe('about, record (alert, action, proof and evidence in one), and the rows that it rests on'),
    manifest: z.object({
      format: z.string(),
      parts: z.record(z.string(), Digest).describe('Of each part in canonical form (RFC 8785)'),
      key: z.string().describe('Fingerprint of the key that signs'),
    }),
    digest: Digest.describe('Of the manifest in canonical form'),
    signature: z.object({ alg: z.literal('Ed25519'), key: z.string(), value: z.string() }).optional(),
  })
  .meta({
    id: 'EvidencePack',
    description: 'All that is known of a chain; `chainwarden verify` checks it offline',
  });

const KeyShape = z
  .object({ alg: z.literal('Ed25519'), fingerprint: z.string(), pem: z.string() })
  .meta({ id: 'EvidenceKey', description: 'The public key that evidence is signed with' });

const packSchema = {
  operationId: 'getChainEvidence',
  summary: 'Everything about a chain in one signed document that can be checked offline',
  tags: ['audit'],
  params: z.strictObject({ id }),
  querystring: noQuery,
  response: { 200: PackShape, ...problems(404) },
};

const keySchema = {
  operationId: 'getEvidenceKey',
  summary: 'The public key that evidence is signed with',
  tags: ['audit'],
  querystring: noQuery,
  response: { 200: KeyShape, ...problems() },
};

const unwindSchema = {
  operationId: 'unwindChain',
  summary: 'Every write below a hop where authority broke, newest first: what may have to be taken back',
  tags: ['chains'],
  params: z.strictObject({ id }),
  querystring: z.strictObject({
    from: id.optional().describe('Key of a hop; without it those that settled alerts stand at'),
  }),
  response: { 200: UnwindingShape, ...problems(404) },
};

/** What shows what happened, and what may have to be undone because of it. */
export function evidenceRoutes({ store, evidence, policies }: ServeDeps): FastifyPluginAsyncZod {
  // Of a large chain it is megabytes, and a second of reading.
  const oneAtATime = createOneAtATime();
  return async (app) => {
    app.get('/chains/:id/evidence', { ...access, schema: packSchema }, async (request, reply) => {
      const { tenant } = caller(request);
      const pack = await oneAtATime('pack', () => evidence.pack(tenant, request.params.id));
      if (pack === undefined) throw notFound();
      reply.header('content-disposition', 'attachment; filename="evidence.json"');
      const { signature, ...rest } = pack;
      return { ...rest, parts: { ...pack.parts }, ...(signature === undefined ? {} : { signature }) };
    });

    app.get('/evidence-key', { ...access, schema: keySchema }, async () => evidence.key);

    app.get('/chains/:id/unwind', { ...access, schema: unwindSchema }, async (request) => {
      const { tenant } = caller(request);
      const chain = await store.chain(tenant, request.params.id);
      if (chain === undefined) throw notFound();
      const { from } = request.query;
      const of = { tenant, chainId: chain.id };
      const [hops, { actions, isCut }, alerts] = await Promise.all([
        store.hops(tenant, chain.id),
        newestActions(store, of),
        store.alerts({ ...of, ...anyAlert, limit: PAGE_ROWS_MAX, cursor: undefined }),
      ]);
      if (from !== undefined && !hops.some(({ key }) => key === from)) {
        throw new ChainwardenError('NOT_FOUND', 'the chain has no such hop');
      }
      const { policy } = policies.status;
      return presentUnwinding(unwind({ hops, actions, alerts: alerts.items, policy, from }), isCut);
    });
  };
}

const anyAction = { tokenKey: undefined, actor: undefined, fromMs: undefined, toMs: undefined };
const anyAlert = { state: undefined, kind: undefined, detector: undefined, minSeverity: undefined };

async function newestActions(
  store: Pick<QueryStore, 'actions'>,
  of: { readonly tenant: string; readonly chainId: string },
): Promise<{ readonly actions: readonly Action[]; readonly isCut: boolean }> {
  const actions: Action[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.actions({ ...of, ...anyAction, limit: PAGE_ROWS_MAX, cursor });
    actions.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && actions.length < EVIDENCE_ACTIONS_MAX);
  return { actions, isCut: cursor !== undefined };
}

function notFound(): ChainwardenError {
  return new ChainwardenError('NOT_FOUND', 'no chain has this id');
}
