import type { Alert, AlertState, AlertWithLife } from '../../domain/alert.ts';
import { severityRank } from '../../domain/finding.ts';
import { ALERT_PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { AlertQuery, Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

const lifeColumns = 'state, assignee, closed_reason, toUnixTimestamp64Milli(state_changed_at)';

const lifeSql = `
  SELECT ${lifeColumns} FROM alert_queue WHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

export async function alert(
  database: Database,
  tenant: string,
  id: string,
): Promise<AlertWithLife | undefined> {
  const [life] = await database.read('reading an alert', lifeSql, { tenant, id });
  const body = (await bodiesOf(database, tenant, [id])).get(id);
  return life === undefined || body === undefined ? undefined : readAlert([body, ...life]);
}

/**
 * By key before anything else is read: bodies are most of the table, and only those of the page are unpacked. The
 * newest of each, as FINAL would have it, which would merge all that lies between them.
 */
const bodiesSql = `
  SELECT id, body FROM alerts PREWHERE tenant = {tenant:String} AND id IN {ids:Array(String)}
  ORDER BY version DESC LIMIT 1 BY id ${bounded(ALERT_PAGE_ROWS_MAX + 1)}`;

async function bodiesOf(
  database: Database,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const rows = await database.read('reading alerts', bodiesSql, { tenant, ids });
  return new Map(rows.map(([id, body]) => [String(id), body]));
}

/** Newest activity first. */
export async function alerts(database: Database, query: AlertQuery): Promise<Page<AlertWithLife>> {
  const limit = Math.min(query.limit, ALERT_PAGE_ROWS_MAX);
  const { tenant } = query;
  const filter = where(await alertConditions(database, query));
  const sql = `
    SELECT id, ${lifeColumns}, toUnixTimestamp64Milli(last_at) FROM alert_queue
    WHERE tenant = {tenant:String} AND ${filter.sql}
    ORDER BY last_at DESC, id DESC LIMIT {rows:UInt32} ${bounded(ALERT_PAGE_ROWS_MAX + 1)}`;
  const params = { ...filter.params, tenant, rows: limit + 1 };
  const rows = await database.read('listing alerts', sql, params);
  const ids = rows.map(([id]) => String(id));
  if (ids.length === 0) return { items: [], next: undefined };
  const bodies = await bodiesOf(database, tenant, ids);
  return page(
    rows.flatMap(([id, ...life]) => {
      const body = bodies.get(String(id));
      // Retention took it between the two reads.
      if (body === undefined) return [];
      return { at: { ms: Number(life[4]), id: String(id) }, item: readAlert([body, ...life]) };
    }),
    limit,
  );
}

function aboutCondition({ id, keys, labels }: NonNullable<AlertQuery['about']>): Condition {
  return [
    `subject_key IN {aboutKeys:Array(String)} OR (
       (actor IN {aboutLabels:Array(String)} OR initiator IN {aboutLabels:Array(String)})
       AND chain_id IN (
         SELECT id FROM chains WHERE tenant = {tenant:String} AND has(principals, {aboutId:String})))`,
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
