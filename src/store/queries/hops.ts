import type { Hop } from '../../domain/chain.ts';
import type { Database } from '../database.ts';
import { HOPS_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { membersSql } from './members.ts';

const hopsSql = `
  SELECT body FROM hops FINAL
  WHERE tenant = {tenant:String} AND chain_id IN {chainIds:Array(String)} AND (key, version) IN (${membersSql})
  ORDER BY key, chain_id = {current:String} DESC
  LIMIT 1 BY key
  LIMIT ${HOPS_READ_MAX} ${bounded(HOPS_READ_MAX)}`;

/** Parents before children. */
export async function hops(database: Database, tenant: string, chainId: string): Promise<readonly Hop[]> {
  const chainIds = await chainFamily(database, tenant, chainId);
  const rows = await database.read('reading hops', hopsSql, {
    tenant,
    chainIds,
    current: chainIds[0] ?? chainId,
  });
  return rows
    .map(([body]) => readBody<Hop>(body))
    .sort((a, b) => a.depth - b.depth || (a.key < b.key ? -1 : 1));
}
