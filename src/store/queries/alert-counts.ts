import type { AlertState } from '../../domain/alert.ts';
import { FALSE_ALARM_PATTERN } from '../../domain/false-alarm.ts';
import type { AlertCount, ClosedReason, Since } from '../../domain/operations.ts';
import type { Database } from '../database.ts';
import { ALERT_COUNTS_READ_MAX, CLOSED_REASONS_PER_DETECTOR } from '../limits.ts';
import { bounded } from './bound.ts';

const recent = "tenant = {tenant:String} AND last_at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')";

const countsSql = `
  SELECT detector, toString(kind) AS of, state, count() AS alerts,
         countIf(state = 'closed' AND match(closed_reason, {pattern:String}))
  FROM alert_queue WHERE ${recent}
  GROUP BY detector, of, state ORDER BY detector, of, state LIMIT ${ALERT_COUNTS_READ_MAX}
  ${bounded(ALERT_COUNTS_READ_MAX)}`;

const reasonsSql = `
  SELECT detector, closed_reason, count() AS alerts
  FROM alert_queue WHERE ${recent} AND state = 'closed'
  GROUP BY detector, closed_reason ORDER BY alerts DESC, detector, closed_reason
  LIMIT ${CLOSED_REASONS_PER_DETECTOR} BY detector LIMIT ${ALERT_COUNTS_READ_MAX}
  ${bounded(ALERT_COUNTS_READ_MAX)}`;

/** How much each detector says, and what people made of it. */
export async function alertCounts(
  database: Database,
  { tenant, sinceMs }: Since,
): Promise<{ readonly counts: readonly AlertCount[]; readonly reasons: readonly ClosedReason[] }> {
  const params = { tenant, sinceMs: Math.floor(sinceMs) };
  const [counted, closed] = await Promise.all([
    database.read('counting alerts', countsSql, { ...params, pattern: `(?i)${FALSE_ALARM_PATTERN}` }),
    database.read('counting why alerts were closed', reasonsSql, params),
  ]);
  return {
    counts: counted.map(([detector, kind, state, count, falseCount]) => ({
      detector: String(detector),
      kind: kind === 'signal' ? 'signal' : 'alert',
      state: String(state) as AlertState,
      count: Number(count),
      falseCount: Number(falseCount),
    })),
    reasons: closed.map(([detector, reason, count]) => ({
      detector: String(detector),
      reason: String(reason),
      count: Number(count),
    })),
  };
}
