import type { Action } from '../../domain/chain.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { ActionQuery, Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { readBody, timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { membersSql } from './members.ts';
import { before, type Condition, where } from './where.ts';

/** Newest first. A page may hold fewer than `limit` while there is a next one: superseded rows have been left out. */
export async function actions(database: Database, query: ActionQuery): Promise<Page<Action>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where(await actionConditions(database, query));
  const sql = `
    WITH chosen AS (
      SELECT at, id, version, body FROM actions FINAL
      WHERE tenant = {tenant:String} AND ${filter.sql}
      ORDER BY at DESC, id DESC LIMIT {rows:UInt32})
    SELECT toUnixTimestamp64Milli(at), id, body, version = newest FROM chosen
    INNER JOIN (
      SELECT id, max(version) AS newest FROM actions
      WHERE tenant = {tenant:String} AND id IN (SELECT id FROM chosen) GROUP BY id) AS heads USING id
    ORDER BY at DESC, id DESC ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing actions', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  const all = page(
    rows.map(([ms, id, body, current]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: Number(current) === 1 ? readBody<Action>(body) : undefined,
    })),
    limit,
  );
  return { items: all.items.filter((item) => item !== undefined), next: all.next };
}

async function actionConditions(database: Database, query: ActionQuery): Promise<Condition[]> {
  const conditions: Condition[] = [before('at', readCursor(query.cursor)), ["hop_key != ''", {}]];
  if (query.chainId !== undefined) {
    const chainIds = await chainFamily(database, query.tenant, query.chainId);
    conditions.push([`hop_key IN (SELECT key FROM (${membersSql}))`, { chainIds }]);
  }
  if (query.tokenKey !== undefined)
    conditions.push(['token_key = {tokenKey:String}', { tokenKey: query.tokenKey }]);
  if (query.actor !== undefined) {
    conditions.push(['actor = {actor:String} OR actor_key = {actor:String}', { actor: query.actor }]);
  }
  if (query.fromMs !== undefined) {
    conditions.push([
      "at >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')",
      { fromMs: timeCell(query.fromMs) },
    ]);
  }
  if (query.toMs !== undefined) {
    conditions.push(["at <= fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')", { toMs: timeCell(query.toMs) }]);
  }
  for (const name of exact) {
    const value = query[name];
    if (value !== undefined) conditions.push([`${name} = {${name}:String}`, { [name]: value }]);
  }
  if (query.resource !== undefined) conditions.push(resourceCondition(query.resource));
  return conditions;
}

const exact = ['system', 'tool', 'effect', 'outcome', 'txn'] as const;

function resourceCondition(resource: string): Condition {
  return resource.endsWith('*')
    ? ['startsWith(resource, {resource:String})', { resource: resource.slice(0, -1) }]
    : ['resource = {resource:String}', { resource }];
}
