import type { Hop } from '../../src/domain/chain.ts';
import { lineageOf, parentKeysOf, reachedBy } from '../../src/domain/lineage-of.ts';
import type { Lineage } from '../../src/domain/reach.ts';
import type { Plan, PlanDecision, Response, ResponseState } from '../../src/domain/response.ts';

/** The newest row of each response: of its last attempt, the last. */
export function newestResponses(rows: Iterable<Response>): Response[] {
  const newest = new Map<string, Response>();
  for (const row of rows) {
    const name = nameOf(row.tenant, row.id);
    const known = newest.get(name);
    const isOlder = known !== undefined && (known.attempt - row.attempt || known.atMs - row.atMs) > 0;
    if (!isOlder) newest.set(name, row);
  }
  return [...newest.values()];
}

export function standingIn(rows: Iterable<Response>, states: readonly ResponseState[]): Response[] {
  return newestResponses(rows)
    .filter(({ state }) => states.includes(state))
    .filter(({ state, mode }) => state !== 'requested' || mode === 'real')
    .filter(({ state, confirms, action }) => state !== 'accepted' || confirms !== 'none' || action === 'undo')
    .sort((a, b) => a.atMs - b.atMs);
}

export function endedIn(
  rows: Iterable<Response>,
  states: readonly ResponseState[],
  aliveMs: number,
): Response[] {
  return newestResponses(rows)
    .filter(
      ({ action, mode, state }) => action === 'token.revoke' && mode === 'real' && states.includes(state),
    )
    .filter(({ residualUntilMs }) => (residualUntilMs ?? aliveMs) >= aliveMs)
    .sort((a, b) => b.atMs - a.atMs);
}

export function ofAlertsIn(
  rows: Iterable<Response>,
  tenant: string,
  alertIds: readonly string[],
): Response[] {
  return newestResponses(rows).filter((row) => row.tenant === tenant && alertIds.includes(row.alertId));
}

export function recentIn(
  rows: Iterable<Response>,
  tenant: string,
  sinceMs: number,
  coolMs: number,
): Response[] {
  return [...rows]
    .filter((row) => row.tenant === tenant && row.atMs >= coolMs)
    .filter((row) => row.atMs >= sinceMs || row.state === 'undone' || row.action === 'subject.revoke')
    .sort((a, b) => b.atMs - a.atMs);
}

/** What the store's walk finds, over all hops at once. */
export function lineageIn(all: Iterable<Hop>, tenant: string, tokenKeys: readonly string[]): Lineage {
  const hops = [...all].filter((hop) => hop.tenant === tenant && hop.chainId !== '');
  const chains = new Set(hops.filter(({ key }) => tokenKeys.includes(key)).map(({ chainId }) => chainId));
  const reached = reachedBy(tokenKeys, hops);
  const found = hops.filter(({ key, chainId }) => chains.has(chainId) || reached.has(key));
  const named = new Set(found.flatMap(parentKeysOf));
  return lineageOf(
    tenant,
    hops.filter((hop) => found.includes(hop) || named.has(hop.key)),
    false,
  );
}

export function liveIn(hops: Iterable<Hop>, tenant: string, nowMs: number): number {
  return [...hops].filter(
    (hop) =>
      hop.tenant === tenant &&
      hop.token !== undefined &&
      hop.revokedMs === undefined &&
      (hop.expiresMs === null || (hop.expiresMs ?? 0) > nowMs),
  ).length;
}

export function heldIn(hops: Iterable<Hop>, tenant: string, principalId: string, nowMs: number): string[] {
  return [...hops]
    .filter((hop) => hop.tenant === tenant && hop.token !== undefined && hop.to?.id === principalId)
    .filter((hop) => hop.expiresMs === null || (hop.expiresMs ?? 0) > nowMs)
    .map(({ key }) => key);
}

export interface PlanTables {
  readonly plans: Map<string, Plan>;
  readonly decisions: PlanDecision[];
}

export function putPlan({ plans }: PlanTables, plan: Plan): void {
  const name = nameOf(plan.tenant, plan.id);
  if ((plans.get(name)?.madeMs ?? 0) <= plan.madeMs) plans.set(name, plan);
}

export function plansIn({ plans }: PlanTables, tenant: string, ids: readonly string[]): Plan[] {
  return ids.flatMap((id) => plans.get(nameOf(tenant, id)) ?? []);
}

export function decidedIn({ decisions }: PlanTables, sinceMs: number): PlanDecision[] {
  return decisions.filter(({ atMs }) => atMs >= sinceMs);
}

export function decisionsIn({ decisions }: PlanTables, tenant: string, planId: string): PlanDecision[] {
  return decisions
    .filter((row) => row.tenant === tenant && row.planId === planId)
    .sort((a, b) => a.atMs - b.atMs);
}

function nameOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id]);
}
