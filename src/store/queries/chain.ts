import type { Chain } from '../../domain/chain.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { currentChainId } from './chain-family.ts';

const chainSql = `
  SELECT body FROM chains FINAL WHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

export async function chain(database: Database, tenant: string, id: string): Promise<Chain | undefined> {
  const current = await currentChainId(database, tenant, id);
  const [row] = await database.read('reading a chain', chainSql, { tenant, id: current });
  return row === undefined ? undefined : readBody<Chain>(row[0]);
}
