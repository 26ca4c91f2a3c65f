import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { lifeOf } from '../../domain/blast-radius.ts';
import type { Chain, Hop } from '../../domain/chain.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/event/index.ts';
import { ACTIVITY_DAYS_MAX } from '../../domain/limits.ts';
import { principalKey } from '../../domain/principal.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { AlertShape, presentAlert } from '../present/alert.ts';
import { ChainShape, HopShape, presentChain, presentHop } from '../present/chain.ts';
import { Instant, instant, PrincipalSummary, presentPrincipal } from '../present/common.ts';
import { presentTouched, TouchedShape } from '../present/reach.ts';
import { problems } from '../problem.ts';
import { id } from '../query.ts';

const DAY_MS = 86_400_000;
/** Chains and alerts that are shown with a principal; the rest by /v1/chains and /v1/alerts. */
const FIRST_SHOWN = 50;

const principalRoles = ['initiator', 'actor', 'delegator', 'subject'] as const;
type PrincipalRole = (typeof principalRoles)[number];

export const PrincipalDetail = z
  .object({
    id: z.string(),
    identities: z.array(PrincipalSummary).describe('As sources name it; more than one where they differ'),
    firstSeenAt: Instant.optional(),
    lastSeenAt: Instant.optional(),
    chainCount: z.int(),
    chains: z
      .array(z.object({ chain: ChainShape, roles: z.array(z.enum(principalRoles)) }))
      .describe('Newest activity first; without a role it is named by actions alone'),
    tokens: z.array(HopShape).describe('Live tokens that it holds, newest first'),
    systems: z.array(TouchedShape).describe('What it did itself in these days, most writes first'),
    alerts: z.array(AlertShape).describe('Newest activity first'),
    activity: z
      .array(z.object({ at: Instant, actions: z.int(), writes: z.int(), denied: z.int() }))
      .describe('By the hour, its start; hours without anything are left out'),
    days: z.int().describe('How far back systems and activity go'),
  })
  .meta({ id: 'PrincipalDetail', description: 'Who somebody is, what they hold and what they did' });

const schema = {
  operationId: 'getPrincipal',
  summary: 'A principal by its id: chains, live tokens, systems, alerts and activity',
  tags: ['chains'],
  params: z.strictObject({ id }),
  querystring: z.strictObject({
    days: z.coerce.number().int().min(1).max(ACTIVITY_DAYS_MAX).default(7),
  }),
  response: { 200: PrincipalDetail, ...problems(404) },
};

/** What is known of one principal. */
export function principalRoutes({ store, clock }: ServeDeps): FastifyPluginAsyncZod {
  async function alertsOf(tenant: string, of: string, identities: readonly Principal[]) {
    const labels = identities.flatMap(({ name }) => name ?? []);
    const any = { state: undefined, kind: undefined, detector: undefined, minSeverity: undefined };
    const { items } = await store.alerts({
      ...{ ...any, tenant, chainId: undefined, limit: FIRST_SHOWN, cursor: undefined },
      about: {
        id: of,
        keys: [principalKey({ id: of }), ...identities.map(principalKey)],
        labels: [of, ...labels],
      },
    });
    return items.map(presentAlert);
  }

  async function detail(tenant: string, of: string, days: number): Promise<z.infer<typeof PrincipalDetail>> {
    const nowMs = clock();
    const sinceMs = nowMs - days * DAY_MS;
    const [chains, hops, seen, activity, systems] = await Promise.all([
      store.chains({ ...anyChain, tenant, principal: of, limit: FIRST_SHOWN }),
      store.hopsOfPrincipal(tenant, of),
      store.presence(tenant, of),
      store.activity(tenant, of, sinceMs),
      store.touchedBy(tenant, of, sinceMs),
    ]);
    if (seen.chains === 0 && hops.length === 0 && activity.length === 0)
      throw new ChainwardenError('NOT_FOUND', 'nobody was seen under this id');
    const identities = identitiesOf(of, chains.items, hops);
    const isLive = (hop: Hop) =>
      hop.token !== undefined && hop.to?.id === of && lifeOf(hop, nowMs) === 'alive';
    return {
      id: of,
      identities: identities.flatMap((principal) => presentPrincipal(principal) ?? []),
      ...(seen.chains === 0 ? {} : { firstSeenAt: instant(seen.firstMs), lastSeenAt: instant(seen.lastMs) }),
      chainCount: seen.chains,
      chains: chains.items.map((chain) => ({ chain: presentChain(chain), roles: rolesIn(chain, of, hops) })),
      tokens: hops.filter(isLive).map(presentHop),
      systems: systems.map(presentTouched),
      alerts: await alertsOf(tenant, of, identities),
      activity: activity.map(({ atMs, ...counts }) => ({ at: instant(atMs), ...counts })),
      days,
    };
  }

  return async (app) => {
    app.get('/principals/:id', { config: { access: 'read' }, schema }, async (request) =>
      detail(caller(request).tenant, request.params.id, request.query.days),
    );
  };
}

const anyChain = {
  ...{ cursor: undefined, fromMs: undefined, toMs: undefined, tokenKey: undefined },
  ...{ target: undefined, detector: undefined, missing: undefined },
};

function identitiesOf(of: string, chains: readonly Chain[], hops: readonly Hop[]): readonly Principal[] {
  const all = [
    ...chains.flatMap(({ principals, initiator }) => [initiator, ...principals]),
    ...hops.flatMap(({ from, to, subject }) => [from, to, subject]),
  ];
  const found = new Map<string, Principal>();
  for (const principal of all) {
    if (principal?.id !== of) continue;
    const { iss, kind, name, owner } = principal;
    const key = JSON.stringify([iss, kind, name, owner]);
    if (!found.has(key)) found.set(key, principal);
  }
  return [...found.values()].slice(0, FIRST_SHOWN);
}

function rolesIn(chain: Chain, of: string, hops: readonly Hop[]): PrincipalRole[] {
  const own = hops.filter(({ chainId }) => chainId === chain.id);
  const has: Readonly<Record<PrincipalRole, boolean>> = {
    initiator: chain.initiator?.id === of,
    actor: own.some(({ to, kind }) => to?.id === of && kind !== 'request'),
    delegator: own.some(({ from }) => from?.id === of),
    subject: own.some(({ subject }) => subject?.id === of),
  };
  return principalRoles.filter((role) => has[role]);
}
