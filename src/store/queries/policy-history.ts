import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { PolicyRecord } from '../../domain/record.ts';
import type { Database } from '../database.ts';
import { readControl } from '../rows/control.ts';
import { bounded } from './bound.ts';

const historySql = `
  SELECT seq, kind, body FROM log_controls FINAL
  WHERE kind = 'policy'
  ORDER BY seq DESC
  LIMIT {rows:UInt32}
  ${bounded(PAGE_ROWS_MAX)}`;

/** The policies that the log ends with, latest first. */
export async function policyHistory(database: Database, limit: number): Promise<readonly PolicyRecord[]> {
  const params = { rows: Math.min(limit, PAGE_ROWS_MAX) };
  const rows = await database.read('reading earlier policies', historySql, params);
  return rows.map((row) => readControl(row) as PolicyRecord);
}
