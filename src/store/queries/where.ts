import type { Cursor } from '../cursor.ts';
import type { Bound } from '../database.ts';

/** SQL of our own with named parameters, and their values. */
export type Condition = [sql: string, params: Record<string, Bound>];

/** All of them. Values never become SQL: only these texts do, and they are constants of the code. */
export function where(conditions: readonly Condition[]): { sql: string; params: Record<string, Bound> } {
  return {
    sql: conditions.length === 0 ? '1' : conditions.map(([sql]) => `(${sql})`).join(' AND '),
    params: Object.assign({}, ...conditions.map(([, params]) => params)) as Record<string, Bound>,
  };
}

/** Rows after the cursor on a list that runs from the newest back. The first half prunes, the second decides. */
export function before(time: string, cursor: Cursor): Condition {
  const at = "fromUnixTimestamp64Milli({cursorMs:Int64}, 'UTC')";
  return [
    `${time} <= ${at} AND (${time} < ${at} OR id < {cursorId:String})`,
    { cursorMs: cursor.ms, cursorId: cursor.id },
  ];
}
