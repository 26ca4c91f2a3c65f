import { severityRank } from '../../domain/finding.ts';
import type { Incident } from '../../domain/incident.ts';
import { LINEAGE_DEPTH_MAX, PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { IncidentQuery, Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

const incidentSql = `
  SELECT body FROM incidents FINAL WHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

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

/** Newest activity first. */
export async function incidents(database: Database, query: IncidentQuery): Promise<Page<Incident>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where(await conditionsOf(database, query));
  const sql = `
    SELECT toUnixTimestamp64Milli(last_at), id, body FROM incidents FINAL
    WHERE tenant = {tenant:String} AND id IN (
      SELECT id FROM incidents FINAL WHERE tenant = {tenant:String} AND ${filter.sql}
      ORDER BY last_at DESC, id DESC LIMIT {rows:UInt32})
    ORDER BY last_at DESC, id DESC ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing incidents', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([ms, id, body]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: readBody<Incident>(body),
    })),
    limit,
  );
}

async function conditionsOf(database: Database, query: IncidentQuery): Promise<Condition[]> {
  const conditions: Condition[] = [before('last_at', readCursor(query.cursor))];
  const { state, minSeverity, detector, chainId } = query;
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
  return conditions;
}
