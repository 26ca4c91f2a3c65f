import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { Page, ResponseQuery } from '../../domain/ports.ts';
import type { Response, ResponseState } from '../../domain/response.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import {
  ENDED_TOKENS_LOOKED_AT_MAX,
  ENDED_TOKENS_READ_MAX,
  NAMED_READ_MAX,
  RECENT_RESPONSES_MAX,
  RESPONSE_ROWS_MAX,
  STANDING_RESPONSES_MAX,
} from '../limits.ts';
import { readResponse } from '../rows/response.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

// The newest row of a response: of its last attempt, the last state.
const newest = 'ORDER BY tenant, id, attempt DESC, at DESC, state DESC LIMIT 1 BY tenant, id';

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
  return rows.map(([body]) => readResponse(body));
}

const ofAlertsSql = `
  SELECT body FROM responses FINAL
  WHERE tenant = {tenant:String} AND alert_id IN {alertIds:Array(String)}
  ${newest} LIMIT ${NAMED_READ_MAX} ${bounded(NAMED_READ_MAX)}`;

export async function responsesOfAlerts(
  database: Database,
  tenant: string,
  alertIds: readonly string[],
): Promise<readonly Response[]> {
  if (alertIds.length === 0) return [];
  const rows = await database.read('looking for responses to alerts', ofAlertsSql, { tenant, alertIds });
  return rows.map(([body]) => readResponse(body));
}

// First those that were ever in such a state, by a narrow column: few of many stand in one.
const standingSql = `
  SELECT body FROM (
    SELECT at, id, state, mode, confirms, action, body FROM responses FINAL
    WHERE (tenant, id) IN (
      SELECT DISTINCT tenant, id FROM responses WHERE toString(state) IN {states:Array(String)})
    ${newest})
  WHERE toString(state) IN {states:Array(String)}
    AND NOT (state = 'requested' AND mode = 'dry_run')
    AND NOT (state = 'accepted' AND confirms = 'none' AND action != 'undo')
  ORDER BY at, id LIMIT ${STANDING_RESPONSES_MAX} ${bounded(STANDING_RESPONSES_MAX)}`;

export async function standingResponses(
  database: Database,
  states: readonly ResponseState[],
): Promise<readonly Response[]> {
  const rows = await database.read('looking for responses that stand', standingSql, { states });
  return rows.map(([body]) => readResponse(body));
}

// First the latest by narrow columns alone: how long a token lives stands in the body.
const endedSql = `
  SELECT body FROM (
    SELECT at, id, state, mode, body FROM responses FINAL
    WHERE (tenant, id) IN (
      SELECT tenant, id FROM responses
      WHERE action = 'token.revoke' AND mode = 'auto' AND toString(state) IN {states:Array(String)}
      GROUP BY tenant, id ORDER BY max(at) DESC LIMIT ${ENDED_TOKENS_LOOKED_AT_MAX})
    ${newest})
  WHERE toString(state) IN {states:Array(String)} AND mode = 'auto'
    AND ifNull(JSONExtract(body, 'residualUntilMs', 'Nullable(Float64)') >= {aliveMs:Int64}, true)
  ORDER BY at DESC, id LIMIT ${ENDED_TOKENS_READ_MAX} ${bounded(ENDED_TOKENS_READ_MAX)}`;

export async function endedTokens(
  database: Database,
  states: readonly ResponseState[],
  aliveMs: number,
): Promise<readonly Response[]> {
  const rows = await database.read('looking for tokens that were ended', endedSql, { states, aliveMs });
  return rows.map(([body]) => readResponse(body));
}

const recentSql = `
  SELECT body FROM responses FINAL
  WHERE tenant = {tenant:String} AND at >= fromUnixTimestamp64Milli({coolMs:Int64}, 'UTC')
    AND (at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC') OR state = 'undone' OR action = 'subject.revoke')
  ORDER BY at DESC, id, attempt, state LIMIT ${RECENT_RESPONSES_MAX} ${bounded(RECENT_RESPONSES_MAX)}`;

export async function recentResponses(
  database: Database,
  tenant: string,
  sinceMs: number,
  coolMs: number,
): Promise<readonly Response[]> {
  const params = { tenant, sinceMs, coolMs: Math.min(sinceMs, coolMs) };
  const rows = await database.read('reading recent responses', recentSql, params);
  return rows.map(([body]) => readResponse(body));
}

const historySql = `
  SELECT body FROM responses FINAL
  WHERE tenant = {tenant:String} AND id = {id:String}
  ORDER BY attempt DESC, at DESC, state DESC LIMIT ${RESPONSE_ROWS_MAX} ${bounded(RESPONSE_ROWS_MAX)}`;

/** Oldest first; the newest thousand. */
export async function responseHistory(
  database: Database,
  tenant: string,
  id: string,
): Promise<readonly Response[]> {
  const rows = await database.read('reading what became of a response', historySql, { tenant, id });
  return rows.map(([body]) => readResponse(body)).reverse();
}

/** Each response once, in its newest state, latest first. */
export async function responses(database: Database, query: ResponseQuery): Promise<Page<Response>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const { state } = query;
  const shown = where([
    before('at', readCursor(query.cursor)),
    ...(state === undefined ? [] : [['toString(state) = {state:String}', { state }] satisfies Condition]),
  ]);
  const filter = where(await responseConditions(database, query));
  const sql = `
    SELECT toUnixTimestamp64Milli(at), id, body FROM (
      SELECT at, id, state, body FROM responses FINAL WHERE tenant = {tenant:String} AND ${filter.sql} ${newest})
    WHERE ${shown.sql}
    ORDER BY at DESC, id DESC LIMIT {rows:UInt32} ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing responses', sql, {
    ...filter.params,
    ...shown.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([ms, id, body]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: readResponse(body),
    })),
    limit,
  );
}

async function responseConditions(database: Database, query: ResponseQuery): Promise<Condition[]> {
  const conditions: Condition[] = [];
  const { tenant, alertId, chainId, planId } = query;
  if (alertId !== undefined) conditions.push(['alert_id = {alertId:String}', { alertId }]);
  if (planId !== undefined) conditions.push(['plan_id = {planId:String}', { planId }]);
  if (chainId !== undefined) {
    const chainIds = await chainFamily(database, tenant, chainId);
    conditions.push(['chain_id IN {chainIds:Array(String)}', { chainIds }]);
  }
  return conditions;
}
