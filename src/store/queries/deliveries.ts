import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { DeliveryQuery, Page } from '../../domain/ports.ts';
import type { OutboxEntry } from '../../domain/response.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { bounded } from './bound.ts';
import { readEntry } from './outbox.ts';
import { before, type Condition, where } from './where.ts';

/** Latest first. */
export async function deliveries(database: Database, query: DeliveryQuery): Promise<Page<OutboxEntry>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where([before('created_at', readCursor(query.cursor)), ...conditions(query)]);
  const sql = `
    SELECT toUnixTimestamp64Milli(created_at), id, body FROM outbox FINAL
    WHERE tenant = {tenant:String} AND ${filter.sql}
    ORDER BY created_at DESC, id DESC LIMIT {rows:UInt32} ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing deliveries', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([ms, id, body]) => ({ at: { ms: Number(ms), id: String(id) }, item: readEntry(body) })),
    limit,
  );
}

function conditions({ state, endpoint, orderKey }: DeliveryQuery): Condition[] {
  const found: Condition[] = [];
  if (state !== undefined) found.push(['state = {state:String}', { state }]);
  if (endpoint !== undefined) found.push(['endpoint = {endpoint:String}', { endpoint }]);
  if (orderKey !== undefined) found.push(['order_key = {orderKey:String}', { orderKey }]);
  return found;
}
