import type { ResponseStore } from '../domain/ports.ts';
import type { Response } from '../domain/response.ts';
import type { ResponseLimits, Usage } from './plan/index.ts';
import type { Taken, TakenOptions, TakenRow } from './taken.ts';
import type { Clock } from './types.ts';

/** Counting live tokens reads every hop of a tenant (0.5 s for 200,000): nothing waits for a count but the first. */
const COUNT_MS = 60_000;
const TENANTS_MAX = 1_000;

/** By whom revocations are asked for that no person asked for. */
export const SELF = 'chainwarden';

/** What limits are judged by, of one tenant at one time; what is taken meanwhile is added. */
export interface UsageReading {
  of(plan: { readonly chainId: string | undefined }): Usage;
  add(rows: readonly Response[]): void;
}

export interface UsageOptions {
  readonly store: Pick<ResponseStore, 'liveTokens'>;
  readonly taken: Pick<Taken, 'rows'>;
  readonly limits: ResponseLimits;
  readonly dryRun: boolean;
  readonly clock: Clock;
}

/** How far back limits look; milliseconds. */
export function spanOf(limits: ResponseLimits): Pick<TakenOptions, 'sinceMs' | 'coolMs'> {
  const spans = [limits.windowSeconds, limits.share.seconds, limits.breaker.seconds];
  const sinceMs = Math.max(...spans) * 1_000;
  return { sinceMs, coolMs: Math.max(sinceMs, limits.coolDownSeconds * 1_000) };
}

/** Reads what was taken of late. */
export function createUsage({ store, taken, limits, dryRun, clock }: UsageOptions) {
  const counted = new Map<string, { readonly tokens: number; readonly atMs: number }>();

  async function count(tenant: string, nowMs: number): Promise<number> {
    const tokens = await store.liveTokens(tenant, nowMs);
    if (counted.size >= TENANTS_MAX) counted.clear();
    counted.set(tenant, { tokens, atMs: nowMs });
    return tokens;
  }

  async function liveTokens(tenant: string, nowMs: number): Promise<number> {
    const known = counted.get(tenant);
    if (known === undefined) return count(tenant, nowMs);
    if (nowMs - known.atMs >= COUNT_MS) {
      counted.set(tenant, { ...known, atMs: nowMs });
      // What fails is tried again in a minute; until then the older count serves.
      count(tenant, nowMs).catch(() => undefined);
    }
    return known.tokens;
  }

  return {
    async read(tenant: string): Promise<UsageReading> {
      const nowMs = clock();
      const [found, live] = await Promise.all([taken.rows(tenant, nowMs), liveTokens(tenant, nowMs)]);
      const rows = found.filter(({ mode }) => (mode === 'dry_run') === dryRun);
      return {
        of: ({ chainId }) => usageOf(rows, { chainId, liveTokens: live, limits, nowMs }),
        add: (more) => void rows.push(...more),
      };
    },
  };
}

interface Asked {
  readonly chainId: string | undefined;
  readonly liveTokens: number;
  readonly limits: ResponseLimits;
  readonly nowMs: number;
}

/** Counts rows as `Usage` says; of a response seen several times its first row counts, of its state the last. */
export function usageOf(rows: readonly TakenRow[], { chainId, liveTokens, limits, nowMs }: Asked): Usage {
  const since = (seconds: number) => nowMs - seconds * 1_000;
  const taken = takenIn(rows);
  const within = (seconds: number) => taken.filter(({ atMs }) => atMs >= since(seconds));
  const inWindow = within(limits.windowSeconds);
  const ends = newestIn(rows).filter(({ atMs }) => atMs >= since(limits.breaker.seconds));
  const undone = rows.filter(({ state, action }) => state === 'undone' && action !== 'undo');
  const subjects = rows.filter(({ action, state }) => action === 'subject.revoke' && hasLeft.has(state));
  return {
    liveTokens,
    takenInTenant: within(limits.share.seconds).length,
    takenInChain: chainId === undefined ? 0 : inWindow.filter((row) => row.chainId === chainId).length,
    takenByHolder: countBy(inWindow.flatMap(({ holder }) => holder ?? [])),
    plansActed: new Set(within(limits.breaker.seconds).map(({ planId }) => planId)).size,
    ended: ends.filter((row) => row.mode === 'real' && hasEnded(row)).length,
    failed: ends.filter((row) => row.mode === 'real' && hasFailed(row)).length,
    undoneMs: latestBy(undone),
    chainUndoneMs: latest(undone.filter((row) => chainId !== undefined && row.chainId === chainId)),
    subjectTakenMs: latestBy(subjects),
  };
}

const hasLeft: ReadonlySet<Response['state']> = new Set([
  'requested',
  'accepted',
  'confirmed',
  'unconfirmed',
  'failed',
  'undone',
]);

function hasEnded({ state, confirms }: TakenRow): boolean {
  return state === 'confirmed' || (state === 'accepted' && confirms === 'none');
}

function hasFailed({ state }: TakenRow): boolean {
  return state === 'failed' || state === 'unconfirmed';
}

/** The first row of each response that nobody asked for and that left its proposal behind. */
function takenIn(rows: readonly TakenRow[]): readonly TakenRow[] {
  const first = new Map<string, TakenRow>();
  for (const row of rows) {
    const { requestedBy, approvedBy, action, state, id, atMs } = row;
    if (requestedBy !== SELF || approvedBy.length > 0 || action === 'undo' || !hasLeft.has(state)) continue;
    const known = first.get(id);
    if (known === undefined || atMs < known.atMs) first.set(id, row);
  }
  return [...first.values()];
}

function newestIn(rows: readonly TakenRow[]): readonly TakenRow[] {
  const newest = new Map<string, TakenRow>();
  for (const row of rows) {
    const known = newest.get(row.id);
    if (known === undefined || row.atMs > known.atMs) newest.set(row.id, row);
  }
  return [...newest.values()];
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function latest(rows: readonly TakenRow[]): number | undefined {
  return rows.length === 0 ? undefined : Math.max(...rows.map(({ atMs }) => atMs));
}

function latestBy(rows: readonly TakenRow[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { targetKey, atMs } of rows) found.set(targetKey, Math.max(atMs, found.get(targetKey) ?? atMs));
  return found;
}
