import type { PendingQuery } from '../../src/domain/ports.ts';
import type { OutboxEntry } from '../../src/domain/response.ts';

/** What the store answers: of messages of one order the oldest only, soonest first. */
export function pendingIn(outbox: Iterable<OutboxEntry>, of: PendingQuery | undefined): OutboxEntry[] {
  const pending = [...outbox].filter(
    ({ state, endpoint }) => state === 'pending' && (of === undefined || of.endpoint === endpoint),
  );
  const firsts = new Map<string, OutboxEntry>();
  for (const entry of pending.sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1))) {
    const { tenant, id, endpoint, orderKey } = entry;
    const order = JSON.stringify([tenant, endpoint, orderKey, orderKey === '' ? id : '']);
    if (!firsts.has(order)) firsts.set(order, entry);
  }
  return [...firsts.values()]
    .filter(({ orderKey }) => of?.orderKeys?.includes(orderKey) ?? true)
    .sort((a, b) => a.nextAttemptMs - b.nextAttemptMs || (a.id < b.id ? -1 : 1))
    .slice(0, of?.limit);
}
