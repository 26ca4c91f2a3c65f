import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry, Response } from '../domain/response.ts';

/** Ids in one question: bodies of 20 kB make 20 MB of an answer. */
const NAMED_MAX = 1_000;

/** Rows are named inside their tenant. */
export interface Named {
  readonly tenant: string;
  readonly id: string;
}

/** JSON keeps ('a', 'bc') and ('ab', 'c') apart. */
export function keyOf({ tenant, id }: Named): string {
  return JSON.stringify([tenant, id]);
}

/** One question for each tenant and thousand ids. */
export function findResponses(
  store: Pick<ResponseStore, 'findResponses'>,
  named: readonly Named[],
): Promise<Map<string, Response>> {
  return findEach(named, (tenant, ids) => store.findResponses(tenant, ids));
}

export function findEntries(
  store: Pick<ResponseStore, 'findOutbox'>,
  named: readonly Named[],
): Promise<Map<string, OutboxEntry>> {
  return findEach(named, (tenant, ids) => store.findOutbox(tenant, ids));
}

async function findEach<T extends Named>(
  named: readonly Named[],
  find: (tenant: string, ids: readonly string[]) => Promise<readonly T[]>,
): Promise<Map<string, T>> {
  const tenants = new Map<string, Set<string>>();
  for (const { tenant, id } of named) tenants.set(tenant, (tenants.get(tenant) ?? new Set()).add(id));
  const found = new Map<string, T>();
  for (const [tenant, ids] of tenants) {
    const all = [...ids];
    for (let at = 0; at < all.length; at += NAMED_MAX) {
      for (const row of await find(tenant, all.slice(at, at + NAMED_MAX))) found.set(keyOf(row), row);
    }
  }
  return found;
}

/** A message that has not been tried, due at once. */
export function newEntry(
  named: Named,
  nowMs: number,
  content: Pick<OutboxEntry, 'endpoint' | 'type' | 'body' | 'responseId' | 'orderKey'>,
): OutboxEntry {
  return {
    tenant: named.tenant,
    id: named.id,
    ...content,
    state: 'pending',
    attempts: 0,
    createdMs: nowMs,
    nextAttemptMs: nowMs,
    lastStatus: 0,
    lastError: '',
    version: 1,
  };
}
