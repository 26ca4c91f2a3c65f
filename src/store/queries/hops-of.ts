import type { Hop } from '../../domain/chain.ts';
import { LINEAGE_HOPS_MAX } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { PRINCIPAL_HOPS_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const namedSql = `
  SELECT body FROM (
    SELECT chain_id, body FROM hops WHERE tenant = {tenant:String} AND key IN {keys:Array(String)}
    ORDER BY key, version DESC, chain_id DESC LIMIT 1 BY key LIMIT ${LINEAGE_HOPS_MAX})
  WHERE chain_id != '' ${bounded(LINEAGE_HOPS_MAX)}`;

/** The newest row of each hop that is named and belongs to a chain. */
export async function hopsByKey(
  database: Database,
  tenant: string,
  keys: readonly string[],
): Promise<readonly Hop[]> {
  if (keys.length === 0) return [];
  const rows = await database.read('reading hops by their names', namedSql, { tenant, keys });
  return rows.map(([body]) => readBody<Hop>(body));
}

const isEnd = '(to_id = {principal:String} OR from_id = {principal:String})';

// Narrow columns choose, then wide rows are read by key.
const principalSql = `
  SELECT body FROM hops
  WHERE tenant = {tenant:String} AND (chain_id, key, version) IN (
    SELECT argMax(chain_id, (version, chain_id)) AS chain, key, max(version) FROM hops
    WHERE tenant = {tenant:String} AND key IN (SELECT key FROM hops WHERE tenant = {tenant:String} AND ${isEnd})
    GROUP BY key
    HAVING chain != ''
    ORDER BY max(issued_at) DESC, max(written_at) DESC, key LIMIT ${PRINCIPAL_HOPS_READ_MAX})
    AND ${isEnd}
  ORDER BY issued_at DESC, written_at DESC, key LIMIT 1 BY key
  LIMIT ${PRINCIPAL_HOPS_READ_MAX} ${bounded(PRINCIPAL_HOPS_READ_MAX)}`;

/** Newest first. */
export async function hopsOfPrincipal(
  database: Database,
  tenant: string,
  principal: string,
): Promise<readonly Hop[]> {
  const rows = await database.read('reading the hops of a principal', principalSql, { tenant, principal });
  return rows.map(([body]) => readBody<Hop>(body));
}
