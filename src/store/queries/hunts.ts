import type { Hunt } from '../../domain/hunting.ts';
import { HUNTS_MAX } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const huntsSql = `
  SELECT body FROM hunts FINAL
  WHERE tenant = {tenant:String} AND owner = {owner:String} AND NOT removed
  ORDER BY id LIMIT ${HUNTS_MAX} ${bounded(HUNTS_MAX)}`;

export async function hunts(database: Database, tenant: string, owner: string): Promise<readonly Hunt[]> {
  const rows = await database.read('reading saved hunts', huntsSql, { tenant, owner });
  return rows
    .map(([body]) => readBody<Hunt>(body))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
