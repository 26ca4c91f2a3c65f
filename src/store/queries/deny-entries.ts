import type { DenyRow } from '../../domain/deny-list.ts';
import { DENY_ENTRIES_MAX } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { readBody, timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';

// What was taken back is read too: the list's version is the highest there is, and nobody must think it is older.
const denySql = `
  SELECT body FROM deny_entries FINAL
  WHERE ends_at > fromUnixTimestamp64Milli({now:Int64}, 'UTC')
  ORDER BY version
  ${bounded(2 * DENY_ENTRIES_MAX)}`;

/** Every tenant's. */
export async function denyRows(database: Database, nowMs: number): Promise<readonly DenyRow[]> {
  const rows = await database.read('reading the deny list', denySql, { now: timeCell(nowMs) });
  return rows.map(([body]) => readBody<DenyRow>(body));
}
