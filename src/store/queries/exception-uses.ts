import type { ExceptionUse } from '../../domain/coverage.ts';
import type { Database } from '../database.ts';
import { EXCEPTIONS_READ_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

const usesSql = `
  SELECT arrayJoin(exceptions) AS exception, any(detector), count() AS alerts, toUnixTimestamp64Milli(max(last_at))
  FROM alerts FINAL
  WHERE tenant = {tenant:String} AND notEmpty(exceptions) AND NOT withdrawn AND merged_into = ''
  GROUP BY exception ORDER BY alerts DESC, exception LIMIT ${EXCEPTIONS_READ_MAX}
  ${bounded(EXCEPTIONS_READ_MAX)}`;

/** How often each exception was applied, those that policy no longer has among them. */
export async function exceptionUses(database: Database, tenant: string): Promise<readonly ExceptionUse[]> {
  const rows = await database.read('counting what exceptions excepted', usesSql, { tenant });
  return rows.map(([id, detector, alerts, lastMs]) => ({
    id: String(id),
    detector: String(detector),
    alerts: Number(alerts),
    lastMs: Number(lastMs),
  }));
}
