import type { Chain } from '../../domain/chain.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { ChainQuery, Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Bound, Database } from '../database.ts';
import { readBody, timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { before, where } from './where.ts';

/** Newest activity first. A merged chain is not listed: the one it merged into is. */
export async function chains(database: Database, query: ChainQuery): Promise<Page<Chain>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where(chainConditions(query));
  // Narrow columns choose the page, then wide rows are read by key.
  const sql = `
    SELECT toUnixTimestamp64Milli(last_event_at), id, body FROM chains FINAL
    WHERE tenant = {tenant:String} AND id IN (
      SELECT id FROM chains FINAL
      WHERE tenant = {tenant:String} AND state != 'merged' AND ${filter.sql}
      ORDER BY last_event_at DESC, id DESC LIMIT {rows:UInt32})
    ORDER BY last_event_at DESC, id DESC ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing chains', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([ms, id, body]) => ({ at: { ms: Number(ms), id: String(id) }, item: readBody<Chain>(body) })),
    limit,
  );
}

const hasLink = {
  request: 'has_request',
  authority: 'has_authority',
  context: 'has_context',
  impact: 'has_impact',
} as const;

function chainConditions(query: ChainQuery): [string, Record<string, Bound>][] {
  const conditions: [string, Record<string, Bound>][] = [before('last_event_at', readCursor(query.cursor))];
  if (query.fromMs !== undefined) {
    conditions.push([
      "last_event_at >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')",
      { fromMs: timeCell(query.fromMs) },
    ]);
  }
  if (query.toMs !== undefined) {
    conditions.push([
      "started_at <= fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')",
      { toMs: timeCell(query.toMs) },
    ]);
  }
  if (query.principal !== undefined) {
    conditions.push(['has(principals, {principal:String})', { principal: query.principal }]);
  }
  if (query.tokenKey !== undefined) {
    conditions.push(['has(token_keys, {tokenKey:String})', { tokenKey: query.tokenKey }]);
  }
  if (query.target !== undefined)
    conditions.push(['has(targets, {target:String})', { target: query.target }]);
  if (query.detector !== undefined) {
    conditions.push([
      `id IN (SELECT chain_id FROM alerts FINAL
              WHERE tenant = {tenant:String} AND detector = {detector:String} AND NOT withdrawn AND merged_into = '')`,
      { detector: query.detector },
    ]);
  }
  if (query.missing !== undefined) conditions.push([`NOT ${hasLink[query.missing]}`, {}]);
  if (query.system !== undefined) {
    conditions.push([
      "arrayExists(t -> t = {system:String} OR startsWith(t, concat({system:String}, '/')), targets)",
      { system: query.system },
    ]);
  }
  if (query.tool !== undefined) conditions.push(['has(tools, {tool:String})', { tool: query.tool }]);
  if (query.txn !== undefined) conditions.push(['has(txns, {txn:String})', { txn: query.txn }]);
  if (query.verdict !== undefined)
    conditions.push(['verdict = {verdict:String}', { verdict: query.verdict }]);
  return conditions;
}
