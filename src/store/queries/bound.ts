import { READ_SECONDS_MAX } from '../limits.ts';

/**
 * The end of every query: how long it may take and how many rows it may answer. In the text, because a setting sent
 * beside it would stay on an embedded connection.
 */
export function bounded(rows: number): string {
  return `SETTINGS max_execution_time = ${READ_SECONDS_MAX}, max_result_rows = ${rows}, result_overflow_mode = 'throw'`;
}
