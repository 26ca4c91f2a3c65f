import { severityRank } from '../../domain/finding.ts';
import type { HandlingState, Incident, IncidentHandling } from '../../domain/incident.ts';
import { LINEAGE_DEPTH_MAX, PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { IncidentQuery, Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

const incidentSql = `
  SELECT body FROM incidents FINAL PREWHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

/** Follows what merged to what carries on; bounded, so that a loop cannot hang a request. */
export async function incident(
  database: Database,
  tenant: string,
  id: string,
): Promise<Incident | undefined> {
  let found: Incident | undefined;
  let next: string | undefined = id;
  for (let step = 0; next !== undefined && step < LINEAGE_DEPTH_MAX; step += 1) {
    const [row] = await database.read('reading an incident', incidentSql, { tenant, id: next });
    if (row === undefined) return found;
    found = readBody<Incident>(row[0]);
    next = found.mergedInto;
  }
  return found;
}

/** Above every time in milliseconds, so that a place in the order is one number: severity first, then time. */
const SEVERITY_STEP = 100_000_000_000_000;
const activityKey = 'toUnixTimestamp64Milli(last_at)';
const severityKey = `(toInt64(severity) + 1) * ${SEVERITY_STEP} + ${activityKey}`;

/** Newest activity first, or the highest severity. */
export async function incidents(database: Database, query: IncidentQuery): Promise<Page<Incident>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where([after(query), ...(await conditionsOf(database, query))]);
  const key = query.order === 'severity' ? severityKey : activityKey;
  const sql = `
    SELECT ${key} AS place, id, body FROM incidents FINAL
    PREWHERE tenant = {tenant:String} AND id IN (
      SELECT id FROM incidents FINAL WHERE tenant = {tenant:String} AND ${filter.sql}
      ORDER BY ${key} DESC, id DESC LIMIT {rows:UInt32})
    ORDER BY place DESC, id DESC ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing incidents', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([place, id, body]) => ({
      at: { ms: Number(place), id: String(id) },
      item: readBody<Incident>(body),
    })),
    limit,
  );
}

function after({ cursor, order }: IncidentQuery): Condition {
  if (order !== 'severity') return before('last_at', readCursor(cursor));
  if (cursor === undefined) return ['1', {}];
  const { ms, id } = readCursor(cursor);
  return [
    `${severityKey} < {cursorMs:Int64} OR ${severityKey} = {cursorMs:Int64} AND id < {cursorId:String}`,
    { cursorMs: ms, cursorId: id },
  ];
}

async function conditionsOf(database: Database, query: IncidentQuery): Promise<Condition[]> {
  const conditions: Condition[] = [];
  const { state, minSeverity, detector, chainId, handling } = query;
  // What merged is told by the incident that carries on.
  if (state === undefined) conditions.push(["state != 'merged'", {}]);
  else conditions.push(['state = {state:String}', { state }]);
  if (minSeverity !== undefined) {
    conditions.push(['toInt8(severity) >= {severity:Int8}', { severity: severityRank(minSeverity) }]);
  }
  if (detector !== undefined) conditions.push(['has(detectors, {detector:String})', { detector }]);
  if (chainId !== undefined) {
    const chainIds = await chainFamily(database, query.tenant, chainId);
    conditions.push(['chain_id IN {chainIds:Array(String)}', { chainIds }]);
  }
  if (handling !== undefined) conditions.push([`id IN (${handledSql(handling)})`, {}]);
  return conditions;
}

const having: Readonly<Record<NonNullable<IncidentQuery['handling']>, string>> = {
  open: "countIf(state = 'open') > 0",
  acknowledged: "countIf(state = 'open') = 0 AND countIf(state = 'acknowledged') > 0",
  closed: "countIf(state IN ('open', 'acknowledged')) = 0",
  unclosed: "countIf(state IN ('open', 'acknowledged')) > 0",
};

/** Incidents with which people are so far: judged by those of its alerts that page, as for `incident.closed`. */
function handledSql(handling: NonNullable<IncidentQuery['handling']>): string {
  return `
    SELECT incident_id FROM alert_queue
    WHERE tenant = {tenant:String} AND kind = 'alert' AND incident_id != ''
    GROUP BY incident_id HAVING ${having[handling]}`;
}

const handlingSql = `
  SELECT incident_id,
         multiIf(${having.open}, 'open', ${having.acknowledged}, 'acknowledged', 'closed'),
         arraySort(groupUniqArrayIf(20)(assignee, assignee != '' AND state != 'closed'))
  FROM alert_queue
  WHERE tenant = {tenant:String} AND kind = 'alert' AND incident_id IN {ids:Array(String)}
  GROUP BY incident_id ${bounded(PAGE_ROWS_MAX)}`;

export async function incidentHandling(
  database: Database,
  tenant: string,
  ids: readonly string[],
): Promise<readonly IncidentHandling[]> {
  if (ids.length === 0) return [];
  const rows = await database.read('reading what people did about incidents', handlingSql, { tenant, ids });
  return rows.map(([incidentId, state, assignees]) => ({
    incidentId: String(incidentId),
    state: String(state) as HandlingState,
    assignees: assignees as string[],
  }));
}
