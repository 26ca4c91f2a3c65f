import type { Database } from '../database.ts';
import { bounded } from './bound.ts';
import { currentChainId } from './chain-family.ts';

const chainOfTokenSql = `
  SELECT chain_id FROM token_chains
  WHERE tenant = {tenant:String} AND token_key = {tokenKey:String}
  GROUP BY chain_id
  ORDER BY max(version) DESC, chain_id
  LIMIT 1 ${bounded(1)}`;

export async function chainOfToken(
  database: Database,
  tenant: string,
  tokenKey: string,
): Promise<string | undefined> {
  const [row] = await database.read('looking for the chain of a token', chainOfTokenSql, {
    tenant,
    tokenKey,
  });
  return row === undefined ? undefined : currentChainId(database, tenant, String(row[0]));
}
