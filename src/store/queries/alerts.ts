import type { Alert, AlertState, AlertWithLife } from '../../domain/alert.ts';
import { severityRank } from '../../domain/finding.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { AlertQuery, Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

const lifeColumns = 'body, state, assignee, closed_reason, toUnixTimestamp64Milli(state_changed_at)';

const alertSql = `
  SELECT ${lifeColumns} FROM alert_queue WHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

export async function alert(
  database: Database,
  tenant: string,
  id: string,
): Promise<AlertWithLife | undefined> {
  const [row] = await database.read('reading an alert', alertSql, { tenant, id });
  return row === undefined ? undefined : readAlert(row);
}

/** Newest activity first. */
export async function alerts(database: Database, query: AlertQuery): Promise<Page<AlertWithLife>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where(await alertConditions(database, query));
  const sql = `
    SELECT ${lifeColumns}, toUnixTimestamp64Milli(last_at), id FROM alert_queue
    WHERE tenant = {tenant:String} AND id IN (
      SELECT id FROM alert_queue WHERE tenant = {tenant:String} AND ${filter.sql}
      ORDER BY last_at DESC, id DESC LIMIT {rows:UInt32})
    ORDER BY last_at DESC, id DESC ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing alerts', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map((row) => ({ at: { ms: Number(row[5]), id: String(row[6]) }, item: readAlert(row) })),
    limit,
  );
}

function aboutCondition({ id, keys, labels }: NonNullable<AlertQuery['about']>): Condition {
  return [
    `subject_key IN {aboutKeys:Array(String)} OR (
       (actor IN {aboutLabels:Array(String)} OR initiator IN {aboutLabels:Array(String)})
       AND chain_id IN (SELECT id FROM chains WHERE tenant = {tenant:String} AND has(principals, {aboutId:String})))`,
    { aboutKeys: keys, aboutLabels: labels, aboutId: id },
  ];
}

function readAlert([body, state, assignee, closedReason, changedMs]: readonly unknown[]): AlertWithLife {
  return {
    ...readBody<Alert>(body),
    state: String(state) as AlertState,
    assignee: String(assignee),
    closedReason: String(closedReason),
    stateChangedMs: Number(changedMs) === 0 ? undefined : Number(changedMs),
  };
}

async function alertConditions(database: Database, query: AlertQuery): Promise<Condition[]> {
  const conditions: Condition[] = [before('last_at', readCursor(query.cursor))];
  if (query.state !== undefined) conditions.push(['state = {state:String}', { state: query.state }]);
  if (query.kind !== undefined) conditions.push(['kind = {kind:String}', { kind: query.kind }]);
  if (query.detector !== undefined)
    conditions.push(['detector = {detector:String}', { detector: query.detector }]);
  if (query.minSeverity !== undefined) {
    conditions.push(['toInt8(severity) >= {severity:Int8}', { severity: severityRank(query.minSeverity) }]);
  }
  if (query.incidentId !== undefined)
    conditions.push(['incident_id = {incidentId:String}', { incidentId: query.incidentId }]);
  if (query.about !== undefined) conditions.push(aboutCondition(query.about));
  if (query.actor !== undefined) conditions.push(['actor = {actor:String}', { actor: query.actor }]);
  if (query.subject !== undefined)
    conditions.push(['subject_key = {subject:String}', { subject: query.subject }]);
  if (query.chainId !== undefined) {
    const chainIds = await chainFamily(database, query.tenant, query.chainId);
    conditions.push(['chain_id IN {chainIds:Array(String)}', { chainIds }]);
  }
  return conditions;
}
