import type { StateRow } from '../../domain/recall.ts';
import type { Database } from '../database.ts';
import { STATE_PAGE_ROWS } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const stateSql = `
  SELECT key, seq, body FROM engine_state FINAL
  WHERE key > {after:String} AND body != ''
  ORDER BY key LIMIT ${STATE_PAGE_ROWS} ${bounded(STATE_PAGE_ROWS)}`;

export async function readState(database: Database): Promise<readonly StateRow[]> {
  const found: StateRow[] = [];
  for (let after = ''; ; ) {
    const rows = await database.read('reading the state of the engine', stateSql, { after });
    for (const [key, seq, body] of rows) {
      found.push({ key: readBody<string>(key), seq: Number(seq), body: String(body) });
    }
    if (rows.length < STATE_PAGE_ROWS) return found;
    after = String(rows.at(-1)?.[0]);
  }
}
