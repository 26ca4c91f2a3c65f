import type { Database } from '../database.ts';
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
