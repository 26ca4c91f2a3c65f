import type { Alert } from '../../domain/alert.ts';
import type { Neighbourhood } from '../../domain/incident.ts';
import type { Database } from '../database.ts';
import { NAMED_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chunks } from './chunks.ts';

/** Places in one question: each names up to 66 hops. */
const PLACES_MAX = 100;

const pages = "kind = 'alert' AND settled AND NOT withdrawn AND merged_into = ''";
const root = 'if(empty(above), hop, above[-1])';

/** What was the root of a chain is a hop of a larger one now: rows that were not written since still name it. */
const standingSql = `
  SELECT body FROM alerts FINAL
  WHERE tenant = {tenant:String} AND ${pages} AND ${root} IN (
    SELECT ${root} FROM alerts FINAL
    WHERE tenant = {tenant:String} AND ${pages}
      AND (subject_key IN {subjects:Array(String)} OR ${root} IN {hops:Array(String)}))
  ORDER BY id LIMIT ${NAMED_READ_MAX} ${bounded(NAMED_READ_MAX)}`;

/** Alerts that page, of the chains that these places or other alerts of these subjects are in. */
export async function standingAlerts(
  database: Database,
  beside: readonly Neighbourhood[],
): Promise<readonly Alert[]> {
  const alerts: Alert[] = [];
  const tenants = new Set(beside.map(({ tenant }) => tenant));
  for (const tenant of tenants) {
    for (const some of chunks(
      beside.filter((place) => place.tenant === tenant),
      PLACES_MAX,
    )) {
      const subjects = [...new Set(some.map(({ subject }) => subject))];
      const hops = [...new Set(some.flatMap(({ hop, above }) => [hop, ...above]))];
      const rows = await database.read('recalling alerts', standingSql, { tenant, subjects, hops });
      for (const [body] of rows) alerts.push(readBody<Alert>(body));
    }
  }
  return alerts;
}
