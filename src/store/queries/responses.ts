import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { Page, QueryStore } from '../../domain/ports.ts';
import type { Response } from '../../domain/response.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { NAMED_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

// The newest row of a response: of its last attempt, the last state.
const newest = 'ORDER BY id, attempt DESC, at DESC, state DESC LIMIT 1 BY id';

const findSql = `
  SELECT body FROM responses FINAL
  WHERE tenant = {tenant:String} AND id IN {ids:Array(String)}
  ${newest} ${bounded(NAMED_READ_MAX)}`;

export async function findResponses(
  database: Database,
  tenant: string,
  ids: readonly string[],
): Promise<readonly Response[]> {
  if (ids.length === 0) return [];
  const rows = await database.read('looking for responses', findSql, { tenant, ids });
  return rows.map(([body]) => readBody<Response>(body));
}

/** Each response once, in its newest state, latest first. */
export async function responses(
  database: Database,
  query: Parameters<QueryStore['responses']>[0],
): Promise<Page<Response>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const cursor = where([before('at', readCursor(query.cursor))]);
  const filter = where(await responseConditions(database, query));
  const sql = `
    SELECT toUnixTimestamp64Milli(at), id, body FROM (
      SELECT at, id, body FROM responses FINAL WHERE tenant = {tenant:String} AND ${filter.sql} ${newest})
    WHERE ${cursor.sql}
    ORDER BY at DESC, id DESC LIMIT {rows:UInt32} ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing responses', sql, {
    ...filter.params,
    ...cursor.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([ms, id, body]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: readBody<Response>(body),
    })),
    limit,
  );
}

async function responseConditions(
  database: Database,
  query: Parameters<QueryStore['responses']>[0],
): Promise<Condition[]> {
  const conditions: Condition[] = [];
  if (query.alertId !== undefined)
    conditions.push(['alert_id = {alertId:String}', { alertId: query.alertId }]);
  if (query.chainId !== undefined) {
    const chainIds = await chainFamily(database, query.tenant, query.chainId);
    conditions.push(['chain_id IN {chainIds:Array(String)}', { chainIds }]);
  }
  return conditions;
}
