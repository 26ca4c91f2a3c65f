import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { Page, PlanQuery } from '../../domain/ports.ts';
import type { Plan, PlanDecision } from '../../domain/response.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { NAMED_READ_MAX, PLAN_DECISIONS_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { before, type Condition, where } from './where.ts';

const findSql = `
  SELECT body FROM plans FINAL
  WHERE tenant = {tenant:String} AND id IN {ids:Array(String)}
  ORDER BY id ${bounded(NAMED_READ_MAX)}`;

export async function findPlans(
  database: Database,
  tenant: string,
  ids: readonly string[],
): Promise<readonly Plan[]> {
  if (ids.length === 0) return [];
  const rows = await database.read('looking for plans', findSql, { tenant, ids });
  return rows.map(([body]) => readBody<Plan>(body));
}

/** Latest first. */
export async function plans(database: Database, query: PlanQuery): Promise<Page<Plan>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const conditions: Condition[] = [before('made_at', readCursor(query.cursor))];
  const { alertId } = query;
  if (alertId !== undefined) conditions.push(['alert_id = {alertId:String}', { alertId }]);
  const filter = where(conditions);
  const sql = `
    SELECT toUnixTimestamp64Milli(made_at), id, body FROM plans FINAL
    WHERE tenant = {tenant:String} AND ${filter.sql}
    ORDER BY made_at DESC, id DESC LIMIT {rows:UInt32} ${bounded(PAGE_ROWS_MAX + 1)}`;
  const params = { ...filter.params, tenant: query.tenant, rows: limit + 1 };
  const rows = await database.read('listing plans', sql, params);
  return page(
    rows.map(([ms, id, body]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: readBody<Plan>(body),
    })),
    limit,
  );
}

const decisionsSql = `
  SELECT body FROM plan_decisions FINAL
  WHERE tenant = {tenant:String} AND plan_id = {planId:String}
  ORDER BY at DESC, key_id DESC, verb DESC
  LIMIT ${PLAN_DECISIONS_READ_MAX} ${bounded(PLAN_DECISIONS_READ_MAX)}`;

/** Oldest first; the newest thousand. */
export async function decisions(
  database: Database,
  tenant: string,
  planId: string,
): Promise<readonly PlanDecision[]> {
  const rows = await database.read('reading the decisions on a plan', decisionsSql, { tenant, planId });
  return rows.map(([body]) => readBody<PlanDecision>(body)).reverse();
}

const decidedSql = `
  SELECT DISTINCT tenant, plan_id FROM plan_decisions
  WHERE at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')
  ORDER BY tenant, plan_id LIMIT ${PLAN_DECISIONS_READ_MAX} ${bounded(PLAN_DECISIONS_READ_MAX)}`;

export async function decidedPlans(
  database: Database,
  sinceMs: number,
): Promise<readonly Pick<PlanDecision, 'tenant' | 'planId'>[]> {
  const rows = await database.read('looking for plans that were decided', decidedSql, { sinceMs });
  return rows.map(([tenant, planId]) => ({ tenant: String(tenant), planId: String(planId) }));
}
