import { LINEAGE_DEPTH_MAX } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { MERGE_FAMILY_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

const carriesOnSql = `
  SELECT merged_into FROM chains FINAL WHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

const joinedSql = `
  SELECT id FROM chains FINAL
  WHERE tenant = {tenant:String} AND merged_into IN {ids:Array(String)} AND id NOT IN {known:Array(String)}
  LIMIT ${MERGE_FAMILY_MAX} ${bounded(MERGE_FAMILY_MAX)}`;

/** The id that carries on for `id`, itself when it was never merged; bounded, so that a loop cannot hang a request. */
export async function currentChainId(database: Database, tenant: string, id: string): Promise<string> {
  let current = id;
  for (let step = 0; step < LINEAGE_DEPTH_MAX; step++) {
    const [row] = await database.read('following a merged chain', carriesOnSql, { tenant, id: current });
    const next = String(row?.[0] ?? '');
    if (next === '' || next === current) return current;
    current = next;
  }
  return current;
}

/** Every id that ever named this chain: what merged into it, directly or not, and the one that carries on. */
export async function chainFamily(
  database: Database,
  tenant: string,
  id: string,
): Promise<readonly string[]> {
  const known = [await currentChainId(database, tenant, id)];
  let ids: readonly string[] = known;
  while (ids.length > 0 && known.length < MERGE_FAMILY_MAX) {
    const rows = await database.read('looking for merged chains', joinedSql, { tenant, ids, known });
    ids = rows.map(([joined]) => String(joined));
    known.push(...ids);
  }
  return known;
}
