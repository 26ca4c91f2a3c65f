import type { PendingQuery } from '../../domain/ports.ts';
import type { OutboxEntry } from '../../domain/response.ts';
import type { Database } from '../database.ts';
import { NAMED_READ_MAX, OUTBOX_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const findSql = `
  SELECT body FROM outbox FINAL
  WHERE tenant = {tenant:String} AND id IN {ids:Array(String)}
  ORDER BY id, endpoint ${bounded(NAMED_READ_MAX)}`;

/** Bodies are read of those alone that are answered. */
const pendingSql = `
  SELECT body FROM outbox FINAL
  WHERE state = 'pending' AND (endpoint = {endpoint:String} OR {endpoint:String} = '')
    AND (tenant, id, endpoint) IN (
      SELECT tenant, id, endpoint FROM outbox FINAL
      WHERE state = 'pending' AND (endpoint = {endpoint:String} OR {endpoint:String} = '')
        AND (order_key IN {orderKeys:Array(String)} OR empty({orderKeys:Array(String)}))
      ORDER BY created_at, id LIMIT 1 BY tenant, endpoint, order_key, if(order_key = '', id, '')
    )
  ORDER BY next_attempt_at, tenant, id, endpoint LIMIT {limit:UInt32} ${bounded(OUTBOX_READ_MAX)}`;

export async function findOutbox(
  database: Database,
  tenant: string,
  ids: readonly string[],
): Promise<readonly OutboxEntry[]> {
  if (ids.length === 0) return [];
  const rows = await database.read('looking for messages', findSql, { tenant, ids });
  return rows.map(([body]) => readEntry(body));
}

/** Every tenant's, soonest first. One channel's are asked for alone: another one's backlog must not hide them. */
export async function pendingOutbox(
  database: Database,
  { endpoint, limit, orderKeys = [] }: PendingQuery = { endpoint: '', limit: OUTBOX_READ_MAX },
): Promise<readonly OutboxEntry[]> {
  const params = { endpoint, limit: Math.min(limit, OUTBOX_READ_MAX), orderKeys };
  const rows = await database.read('reading the outbox', pendingSql, params);
  return rows.map(([body]) => readEntry(body));
}

/** Rows of earlier versions know no order. */
export function readEntry(body: unknown): OutboxEntry {
  const entry = readBody<OutboxEntry>(body);
  return { ...entry, orderKey: entry.orderKey ?? '' };
}
