import type { Database } from '../database.ts';
import { bounded } from './bound.ts';

const positionSql = `SELECT max(seq) FROM positions WHERE name = {name:String} ${bounded(1)}`;

export async function readPosition(database: Database, name: string): Promise<number> {
  const [row] = await database.read('reading a position', positionSql, { name });
  return Number(row?.[0] ?? 0);
}
