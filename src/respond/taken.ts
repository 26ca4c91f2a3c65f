import type { ResponseStore } from '../domain/ports.ts';
import type { Response } from '../domain/response.ts';

/** Between two looks into the store: what it lists grows with every revocation (20 ms for 400 rows). */
const LOOK_MS = 60_000;
const TENANTS_MAX = 1_000;

/** As much of a response as limits count. */
export type TakenRow = Pick<
  Response,
  | 'id'
  | 'requestedBy'
  | 'approvedBy'
  | 'action'
  | 'state'
  | 'mode'
  | 'confirms'
  | 'atMs'
  | 'chainId'
  | 'holder'
  | 'planId'
  | 'targetKey'
>;

export interface TakenOptions {
  readonly store: Pick<ResponseStore, 'recentResponses'>;
  /** How far back rows count, and how far those of what was given back or took all of a subject; milliseconds. */
  readonly sinceMs: number;
  readonly coolMs: number;
}

/** Rows of responses of late: once from the store, and from then on what this process, which writes them, adds. */
export interface Taken {
  /** At least every row that counts; some may be there twice or be older. */
  rows(tenant: string, nowMs: number): Promise<readonly TakenRow[]>;
  /** Rows that were written. */
  see(rows: readonly Response[]): void;
}

interface Known {
  readonly atMs: number;
  readonly rows: readonly TakenRow[];
  /** Written since the store was asked. */
  readonly since: TakenRow[];
}

export function createTaken({ store, sinceMs, coolMs }: TakenOptions): Taken {
  const tenants = new Map<string, Promise<Known>>();
  /** By tenant, the lists that what is written is added to: one, and one more while the store is asked again. */
  const open = new Map<string, Set<TakenRow[]>>();

  /** What is written while the store answers may be in its answer or not: it is taken either way. */
  async function look(tenant: string, nowMs: number): Promise<Known> {
    const since: TakenRow[] = [];
    const lists = open.get(tenant) ?? new Set();
    open.set(tenant, lists.add(since));
    try {
      const found = await store.recentResponses(tenant, nowMs - sinceMs, nowMs - coolMs);
      for (const list of lists) if (list !== since) lists.delete(list);
      return { atMs: nowMs, rows: found.map(countable), since };
    } catch (error) {
      lists.delete(since);
      throw error;
    }
  }

  function first(tenant: string, nowMs: number): Promise<Known> {
    if (tenants.size >= TENANTS_MAX) {
      tenants.clear();
      open.clear();
    }
    const looking = look(tenant, nowMs);
    tenants.set(tenant, looking);
    looking.catch(() => tenants.delete(tenant));
    return looking;
  }

  /** The older one serves until the new one is there; what fails is tried again in a minute. */
  function renew(tenant: string, known: Known, nowMs: number): void {
    tenants.set(tenant, Promise.resolve({ ...known, atMs: nowMs }));
    look(tenant, nowMs).then(
      (fresh) => {
        // Unless the tenant was forgotten meanwhile, and nothing is added to it any more.
        if (open.get(tenant)?.has(fresh.since)) tenants.set(tenant, Promise.resolve(fresh));
      },
      () => undefined,
    );
  }

  return {
    async rows(tenant, nowMs) {
      const known = await (tenants.get(tenant) ?? first(tenant, nowMs));
      if (nowMs - known.atMs >= LOOK_MS) renew(tenant, known, nowMs);
      return [...known.rows, ...known.since];
    },
    see(rows) {
      for (const row of rows) for (const list of open.get(row.tenant) ?? []) list.push(countable(row));
    },
  };
}

function countable(row: Response): TakenRow {
  const { id, requestedBy, approvedBy, action, state, mode, confirms, atMs } = row;
  const { chainId, holder, planId, targetKey } = row;
  return {
    ...{ id, requestedBy, approvedBy, action, state, mode, confirms },
    ...{ atMs, chainId, holder, planId, targetKey },
  };
}
