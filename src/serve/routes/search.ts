import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { presentTokenKey, tokenKeyOfRef } from '../present/common.ts';
import { problems } from '../problem.ts';

const kinds = [
  'chain',
  'alert',
  'incident',
  'plan',
  'response',
  'token',
  'principal',
  'transaction',
  'detector',
] as const;

const Hit = z
  .object({
    kind: z.enum(kinds),
    id: z.string().describe('As the address of its kind takes it; of a token its `ref`'),
    label: z.string(),
    chains: z.array(z.string()).optional().describe('Of a transaction: its chains, newest first'),
  })
  .meta({ id: 'Hit', description: 'Something that bears the name that was searched for' });
type Hit = z.infer<typeof Hit>;

const schema = {
  operationId: 'search',
  summary: 'What bears this id: of a chain, alert, incident, plan, response, token, principal or transaction',
  tags: ['hunts'],
  querystring: z.strictObject({ q: z.string().trim().min(1).max(TEXT_CHARS_MAX) }),
  response: { 200: z.object({ items: z.array(Hit) }).describe('All that was found'), ...problems() },
};

/** Exact names only: an id that somebody was given or copied. */
export function searchRoute({ store, detectors }: ServeDeps): FastifyPluginAsyncZod {
  /** Ids that begin so are of one kind. */
  const byPrefix: readonly (readonly [string, (tenant: string, id: string) => Promise<Hit | undefined>])[] = [
    [
      'chn_',
      async (tenant, id) => {
        const chain = await store.chain(tenant, id);
        return chain && { kind: 'chain', id: chain.id, label: chain.id };
      },
    ],
    [
      'alr_',
      async (tenant, id) => {
        const alert = await store.alert(tenant, id);
        return alert && { kind: 'alert', id, label: alert.title };
      },
    ],
    [
      'inc_',
      async (tenant, id) => {
        const incident = await store.incident(tenant, id);
        return incident && { kind: 'incident', id: incident.id, label: incident.title };
      },
    ],
    [
      'pln_',
      async (tenant, id) => {
        const [plan] = await store.findPlans(tenant, [id]);
        return plan && { kind: 'plan', id, label: id };
      },
    ],
    [
      'rsp_',
      async (tenant, id) => {
        const [response] = await store.findResponses(tenant, [id]);
        return response && { kind: 'response', id, label: `${response.action} ${response.targetKey}` };
      },
    ],
  ];

  async function token(tenant: string, text: string): Promise<Hit | undefined> {
    const key = tokenKeyOfRef(text);
    if (key === undefined) return undefined;
    const [known] = await store.hopsByKey(tenant, [key]);
    const chainId = known?.chainId ?? (await store.chainOfToken(tenant, key));
    return chainId === undefined ? undefined : tokenHit(key);
  }

  async function byName(tenant: string, text: string): Promise<readonly Hit[]> {
    const { tokenKeys, chainIds, isPrincipal } = await store.named(tenant, text);
    const transaction: Hit = { kind: 'transaction', id: text, label: text, chains: [...chainIds] };
    return [
      ...(isPrincipal ? [{ kind: 'principal', id: text, label: text } as const] : []),
      ...(chainIds.length > 0 ? [transaction] : []),
      ...tokenKeys.map(tokenHit),
    ];
  }

  async function find(tenant: string, text: string): Promise<readonly Hit[]> {
    const [, exact] = byPrefix.find(([prefix]) => text.startsWith(prefix)) ?? [];
    const detector = detectors.find((each) => each.id === text);
    const [one, referred, named] = await Promise.all([
      exact?.(tenant, text),
      token(tenant, text),
      byName(tenant, text),
    ]);
    const hits = [one, referred, ...named].filter((hit) => hit !== undefined);
    const known: Hit[] =
      detector === undefined ? [] : [{ kind: 'detector', id: detector.id, label: detector.title }];
    return [...hits, ...known];
  }

  return async (app) => {
    app.get('/search', { config: { access: 'read' }, schema }, async (request) => {
      const hits = await find(caller(request).tenant, request.query.q);
      // A token may be named twice: by its reference, and by a jti that looks like one.
      return { items: [...new Map(hits.map((hit) => [`${hit.kind} ${hit.id}`, hit])).values()] };
    });
  };
}

function tokenHit(key: string): Hit {
  const { ref, iss, jti, hash } = presentTokenKey(key);
  const label = jti === undefined || iss === undefined ? (hash ?? ref) : `${jti} of ${iss}`;
  return { kind: 'token', id: ref, label };
}
