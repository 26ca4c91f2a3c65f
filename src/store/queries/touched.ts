import type { ActiveHour, Touched } from '../../domain/hunting.ts';
import type { Database } from '../database.ts';
import { ACTIVE_HOURS_READ_MAX, TOUCHED_READ_MAX } from '../limits.ts';
import { timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';

/**
 * The newest row of every action among those that `condition` finds, where it still holds of that row: one that moved
 * to another hop or another time stands under both.
 */
function currentSql(condition: string): string {
  return `
    SELECT * FROM (
      SELECT hop_key, at, id, version, actor, actor_key, system, resource, effect, outcome FROM actions
      WHERE tenant = {tenant:String} AND id IN (
        SELECT id FROM actions WHERE tenant = {tenant:String} AND ${condition})
      ORDER BY id, version DESC LIMIT 1 BY id)
    WHERE hop_key != '' AND ${condition}`;
}

const countsSql = `
  countIf(effect = 'read') AS reads, countIf(effect IN ('write', 'delete', 'admin')) AS writes,
  countIf(effect = 'unknown') AS others, countIf(outcome = 'denied') AS denied, countIf(outcome = 'failed') AS failed`;

const since = "at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')";
const byPrincipal = `(actor = {principal:String} OR actor_key = {principal:String}) AND ${since}`;
const byHops = 'hop_key IN {hopKeys:Array(String)}';

function touchedSql(condition: string): string {
  return `
    SELECT system, resource, ${countsSql}, toUnixTimestamp64Milli(min(at)), toUnixTimestamp64Milli(max(at)) AS last
    FROM (${currentSql(condition)})
    WHERE system != ''
    GROUP BY system, resource
    ORDER BY writes DESC, last DESC, system, resource LIMIT ${TOUCHED_READ_MAX} ${bounded(TOUCHED_READ_MAX)}`;
}

export async function touchedBelow(
  database: Database,
  tenant: string,
  hopKeys: readonly string[],
): Promise<readonly Touched[]> {
  if (hopKeys.length === 0) return [];
  const rows = await database.read('reading what was touched', touchedSql(byHops), { tenant, hopKeys });
  return rows.map(readTouched);
}

export async function touchedBy(
  database: Database,
  tenant: string,
  principal: string,
  sinceMs: number,
): Promise<readonly Touched[]> {
  const params = { tenant, principal, sinceMs: timeCell(sinceMs) };
  const rows = await database.read('reading what a principal touched', touchedSql(byPrincipal), params);
  return rows.map(readTouched);
}

function readTouched(row: readonly unknown[]): Touched {
  const [reads = 0, writes = 0, others = 0, denied = 0, failed = 0, firstMs = 0, lastMs = 0] = row
    .slice(2)
    .map(Number);
  return {
    ...{ system: String(row[0]), resource: String(row[1]) },
    ...{ reads, writes, others, denied, failed, firstMs, lastMs },
  };
}

const activitySql = `
  SELECT toUnixTimestamp(toStartOfHour(at)) * 1000 AS hour, count(),
         countIf(effect IN ('write', 'delete', 'admin')), countIf(outcome = 'denied')
  FROM (${currentSql(byPrincipal)})
  GROUP BY hour ORDER BY hour DESC LIMIT ${ACTIVE_HOURS_READ_MAX} ${bounded(ACTIVE_HOURS_READ_MAX)}`;

/** Hours with anything in them, oldest first. */
export async function activity(
  database: Database,
  tenant: string,
  principal: string,
  sinceMs: number,
): Promise<readonly ActiveHour[]> {
  const params = { tenant, principal, sinceMs: timeCell(sinceMs) };
  const rows = await database.read('reading what a principal did when', activitySql, params);
  return rows
    .map((row) => row.map(Number))
    .map(([atMs = 0, actions = 0, writes = 0, denied = 0]) => ({ atMs, actions, writes, denied }))
    .reverse();
}
