import type { Database } from '../database.ts';
import { HELD_TOKENS_READ_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

const liveSql = `
  SELECT count() FROM (
    SELECT argMax(expires_at, version) AS expiry, argMax(revoked_at, version) AS revocation,
           argMax(chain_id, version) AS chain
    FROM hops
    WHERE tenant = {tenant:String} AND token_key != ''
    GROUP BY key)
  WHERE chain != '' AND expiry > fromUnixTimestamp64Milli({nowMs:Int64}, 'UTC')
    AND toUnixTimestamp64Milli(revocation) = 0 ${bounded(1)}`;

/** A token whose expiry nobody said is not counted: what is not known to live makes no share larger. */
export async function liveTokens(database: Database, tenant: string, nowMs: number): Promise<number> {
  const [row] = await database.read('counting live tokens', liveSql, { tenant, nowMs });
  return Number(row?.[0] ?? 0);
}

const heldSql = `
  SELECT key FROM hops
  WHERE tenant = {tenant:String} AND to_id = {principalId:String} AND token_key != ''
  GROUP BY key
  HAVING argMax(chain_id, version) != ''
    AND argMax(expires_at, version) > fromUnixTimestamp64Milli({nowMs:Int64}, 'UTC')
  ORDER BY max(issued_at) DESC, key LIMIT ${HELD_TOKENS_READ_MAX} ${bounded(HELD_TOKENS_READ_MAX)}`;

/** Newest first; those whose expiry nobody said are not among them. */
export async function tokensHeldBy(
  database: Database,
  tenant: string,
  principalId: string,
  nowMs: number,
): Promise<readonly string[]> {
  const rows = await database.read('looking for the tokens of a principal', heldSql, {
    tenant,
    principalId,
    nowMs,
  });
  return rows.map(([key]) => String(key));
}
