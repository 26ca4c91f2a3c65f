import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { aliveUntilOf, descendantsOf, lifeOf } from '../../domain/blast-radius.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { lineageOf, reachedBy } from '../../domain/lineage-of.ts';
import { principalKey } from '../../domain/principal.ts';
import type { LineageToken } from '../../domain/reach.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import {
  Instant,
  instant,
  PrincipalSummary,
  presentPrincipal,
  presentTokenKey,
  TokenSummary,
  tokenKeyOfRef,
} from '../present/common.ts';
import {
  DescendantShape,
  presentDescendant,
  presentReached,
  presentTouched,
  ReachedTokenShape,
  TouchedShape,
} from '../present/reach.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';
import { tokenParams } from './tokens.ts';

export const BlastRadius = z
  .object({
    token: TokenSummary,
    source: ReachedTokenShape.optional().describe(
      'The token itself; absent where only what hangs on it is known',
    ),
    tokens: z.array(DescendantShape).describe('What falls with it, nearest first'),
    tokenCount: z.int().describe('Of all below it, also where the list is shortened'),
    chains: z.array(z.string()).describe('Where it and they are'),
    holders: z
      .array(z.object({ holder: PrincipalSummary, tokens: z.int(), alive: z.int() }))
      .describe('Who holds them, most first'),
    systems: z.array(TouchedShape).describe('What was done by it and by them, most writes first'),
    alive: z.object({
      tokens: z.int().describe('Neither revoked nor at their end, the token itself included'),
      unknown: z.int().describe('Of which nobody said when they end'),
      until: Instant.nullish().describe(
        'When the last of them ends by itself; null: never; absent: none lives',
      ),
    }),
    isCut: z.boolean().describe('A bound was hit: there is more'),
  })
  .meta({ id: 'BlastRadius', description: 'What a credential reaches' });

const schema = {
  operationId: 'getBlastRadius',
  summary: 'Everything below a token: tokens, holders, what was touched, and what still lives until when',
  tags: ['chains'],
  params: tokenParams,
  querystring: noQuery,
  response: { 200: BlastRadius, ...problems(404) },
};

/** What falls when one credential falls, and what it already did. */
export function blastRadiusRoute({ store, clock }: ServeDeps): FastifyPluginAsyncZod {
  async function blastRadius(tenant: string, key: string): Promise<z.infer<typeof BlastRadius>> {
    const { hops, isCut } = await store.reach(tenant, [key]);
    const lineage = lineageOf(tenant, hops, isCut);
    const below = descendantsOf(lineage, key);
    const source = lineage.tokens.find((token) => token.key === key);
    if (source === undefined && below.length === 0)
      throw new ChainwardenError('NOT_FOUND', 'no chain holds this token');
    const reached = reachedBy([key], hops);
    const touched = await store.touchedBelow(tenant, [...reached]);
    const nowMs = clock();
    const tokens = [...(source === undefined ? [] : [source]), ...below.map(({ token }) => token)];
    const count = (life: string) => tokens.filter((token) => lifeOf(token, nowMs) === life).length;
    const chains = hops.filter((hop) => reached.has(hop.key)).map(({ chainId }) => chainId);
    return {
      token: presentTokenKey(key),
      source: source && presentReached(source, nowMs),
      tokens: below.slice(0, PAGE_ROWS_MAX).map((one) => presentDescendant(one, nowMs)),
      tokenCount: below.length,
      chains: [...new Set(chains)].slice(0, PAGE_ROWS_MAX),
      holders: holdersOf(tokens, nowMs).slice(0, PAGE_ROWS_MAX),
      systems: touched.map(presentTouched),
      alive: {
        tokens: count('alive'),
        unknown: count('unknown'),
        until: instant(aliveUntilOf(tokens, nowMs)),
      },
      isCut,
    };
  }

  return async (app) => {
    app.get('/tokens/:ref/blast-radius', { config: { access: 'read' }, schema }, async (request) => {
      const key = tokenKeyOfRef(request.params.ref);
      if (key === undefined) throw new ChainwardenError('REQUEST_INVALID', 'this is not a token reference');
      return blastRadius(caller(request).tenant, key);
    });
  };
}

function holdersOf(tokens: readonly LineageToken[], nowMs: number): z.infer<typeof BlastRadius>['holders'] {
  const held = new Map<string, z.infer<typeof BlastRadius>['holders'][number]>();
  for (const token of tokens) {
    const holder = presentPrincipal(token.holder);
    if (holder === undefined) continue;
    const key = principalKey(holder);
    const entry = held.get(key) ?? { holder, tokens: 0, alive: 0 };
    held.set(key, entry);
    entry.tokens += 1;
    if (lifeOf(token, nowMs) === 'alive') entry.alive += 1;
  }
  return [...held.values()].sort((a, b) => b.tokens - a.tokens || (a.holder.id < b.holder.id ? -1 : 1));
}
