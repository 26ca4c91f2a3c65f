import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry, Response } from '../domain/response.ts';

/** Rows are named inside their tenant. */
export interface Named {
  readonly tenant: string;
  readonly id: string;
}

/** JSON keeps ('a', 'bc') and ('ab', 'c') apart. */
export function keyOf({ tenant, id }: Named): string {
  return JSON.stringify([tenant, id]);
}

/** One question for each tenant, however many rows are named. */
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
    for (const row of await find(tenant, [...ids])) found.set(keyOf(row), row);
  }
  return found;
}

/** A message that has not been tried, due at once. */
export function newEntry(
  named: Named,
  nowMs: number,
  content: Pick<OutboxEntry, 'endpoint' | 'type' | 'body' | 'responseId'>,
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
