import type { PolicyRecord } from '../../domain/record.ts';
import type { Database } from '../database.ts';
import { readControl } from '../rows/control.ts';
import { bounded } from './bound.ts';

const lastPolicySql = `
  SELECT seq, kind, body FROM log_controls FINAL
  WHERE kind = 'policy'
  ORDER BY seq DESC
  LIMIT 1
  ${bounded(1)}`;

/** The policy that the log ends with. */
export async function lastPolicy(database: Database): Promise<PolicyRecord | undefined> {
  const [row] = await database.read('reading the policy in force', lastPolicySql);
  return row === undefined ? undefined : (readControl(row) as PolicyRecord);
}
