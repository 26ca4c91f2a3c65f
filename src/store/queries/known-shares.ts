import type { KnownShares } from '../../domain/coverage.ts';
import type { Database } from '../database.ts';
import { OWNED_HOPS_READ_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

const since = "fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')";

const chainsSql = `
  SELECT count(), countIf(has_request AND has_authority AND has_context AND has_impact), countIf(has_request),
         countIf(has_authority), countIf(has_context), countIf(has_impact)
  FROM chains FINAL
  WHERE tenant = {tenant:String} AND state != 'merged' AND last_event_at >= ${since}
  ${bounded(1)}`;

// By key, not by row: a token's later row may be the first one that knows when it was issued.
const issuanceSql = `
  SELECT count(), countIf(issued > 0)
  FROM (SELECT toUnixTimestamp64Milli(max(issued_at)) AS issued, max(last_used_at) AS used
        FROM hops WHERE tenant = {tenant:String} AND kind = 'token' GROUP BY token_key
        HAVING used >= ${since} OR max(issued_at) >= ${since})
  ${bounded(1)}`;

// Owners stand in the rows' bodies only, so that some rows have to do. A sponsor would have to be read out of a text
// for each registration: a second and a gigabyte where there are a thousand.
const ownersSql = `
  SELECT count(), countIf(owned OR name IN (
    SELECT actor FROM events WHERE tenant = {tenant:String} AND type = 'identity.registered'))
  FROM (SELECT to_id AS name, max(JSONExtractString(body, 'to', 'owner') != '') AS owned
        FROM (SELECT to_id, body FROM hops
              WHERE tenant = {tenant:String} AND to_id != '' AND written_at >= ${since}
              LIMIT ${OWNED_HOPS_READ_MAX})
        WHERE JSONExtractString(body, 'to', 'kind') NOT IN ('human', 'unknown')
        GROUP BY to_id)
  ${bounded(1)}`;

/** Of what was met since then, how much is known (R14). */
export async function knownShares(
  database: Database,
  query: { readonly tenant: string; readonly sinceMs: number },
): Promise<KnownShares> {
  const params = { tenant: query.tenant, sinceMs: Math.floor(query.sinceMs) };
  const counted = async (sql: string): Promise<readonly number[]> =>
    ((await database.read('counting what is known', sql, params))[0] ?? []).map(Number);
  const [all = 0, complete = 0, request = 0, authority = 0, context = 0, impact = 0] =
    await counted(chainsSql);
  const [tokens = 0, issued = 0] = await counted(issuanceSql);
  const [machines = 0, owned = 0] = await counted(ownersSql);
  return {
    chains: { all, complete, request, authority, context, impact },
    owners: { all: machines, known: owned },
    issuance: { all: tokens, known: issued },
  };
}
