import type { RecallStore } from '../../domain/recall.ts';
import type { Database } from '../database.ts';
import { UNSETTLED_PAGE_ROWS } from '../limits.ts';
import { countCell, timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';

// Both go through their table once, by its key, whatever the number of pages.
const page = `ORDER BY tenant, id LIMIT ${UNSETTLED_PAGE_ROWS} ${bounded(UNSETTLED_PAGE_ROWS)}`;

const provisional = `
  SELECT tenant, id, if(subject_kind IN ('token', 'chain'), subject_key, '') AS about, chain_id
  FROM alerts FINAL
  WHERE (tenant, id) > ({tenant:String}, {id:String})
    AND (NOT settled AND NOT withdrawn OR version > {after:UInt64})
  ${page}`;

/** With the chain that it was found in: its subject may be a credential that does not bring back its every use. */
const alertsSql = `
  SELECT a.tenant AS tenant, a.id AS id, arrayFilter(key -> key != '', [a.about, c.root_key])
  FROM (${provisional}) AS a
  LEFT JOIN (
    SELECT tenant, id, root_key FROM chains FINAL WHERE id IN (SELECT chain_id FROM (${provisional}))
  ) AS c ON c.tenant = a.tenant AND c.id = a.chain_id
  ORDER BY tenant, id ${bounded(UNSETTLED_PAGE_ROWS)}`;

const chainsSql = `
  SELECT tenant, id, arrayPushFront(token_keys, root_key) FROM chains FINAL
  WHERE (tenant, id) > ({tenant:String}, {id:String})
    AND state = 'open' AND NOT has_authority
    AND last_event_at > fromUnixTimestamp64Milli({since:Int64}, 'UTC')
  ${page}`;

type Unsettled = Awaited<ReturnType<RecallStore['unsettled']>>;

/** Everything, each key once: what is left out here would never be judged again. */
export async function unsettled(database: Database, sinceMs: number, afterSeq: number): Promise<Unsettled> {
  // Unknown times are stored as 0 and must be after "everything".
  const since = sinceMs < 0 ? -1 : timeCell(sinceMs);
  const found = new Map<string, Unsettled[number]>();
  for (const sql of [alertsSql, chainsSql]) {
    for (let at = { tenant: '', id: '' }, more = true; more; ) {
      const rows = await database.read('looking for what is unsettled', sql, {
        ...at,
        since,
        after: countCell(afterSeq),
      });
      for (const [tenant, id, keys] of rows) {
        at = { tenant: String(tenant), id: String(id) };
        for (const key of keys as string[])
          found.set(JSON.stringify([tenant, key]), { tenant: at.tenant, key });
      }
      more = rows.length === UNSETTLED_PAGE_ROWS;
    }
  }
  return [...found.values()];
}
