import type { AlertAction } from '../../domain/alert.ts';
import { CLOSINGS_READ_MAX } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { ALERT_ACTIONS_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const alertActionsSql = `
  SELECT body FROM alert_actions FINAL
  WHERE tenant = {tenant:String} AND alert_id = {alertId:String}
  ORDER BY at DESC, id DESC LIMIT ${ALERT_ACTIONS_READ_MAX} ${bounded(ALERT_ACTIONS_READ_MAX)}`;

/** What people did with an alert, oldest first; the newest thousand. */
export async function alertActions(
  database: Database,
  tenant: string,
  alertId: string,
): Promise<readonly AlertAction[]> {
  const rows = await database.read('reading the actions on an alert', alertActionsSql, { tenant, alertId });
  return rows.map(([body]) => readBody<AlertAction>(body)).reverse();
}

const closingsSql = `
  SELECT body FROM alert_actions FINAL
  WHERE verb = 'close' AND at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')
  ORDER BY at, tenant, alert_id, id LIMIT {limit:UInt32} ${bounded(CLOSINGS_READ_MAX)}`;

/** Of all tenants, oldest first. */
export async function closingsSince(
  database: Database,
  sinceMs: number,
  limit: number,
): Promise<readonly AlertAction[]> {
  const rows = await database.read('reading what people closed', closingsSql, {
    sinceMs,
    limit: Math.min(limit, CLOSINGS_READ_MAX),
  });
  return rows.map(([body]) => readBody<AlertAction>(body));
}
