import type { Database } from '../database.ts';
import { EXACT_COUNT_ROWS_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

const countsSql = `
  SELECT
    (SELECT count() FROM events WHERE tenant = {tenant:String}),
    (SELECT count() FROM (SELECT id, argMax(state, version) AS newest FROM chains
                          WHERE tenant = {tenant:String} GROUP BY id) WHERE newest != 'merged'),
    (SELECT uniqExact(id) FROM alerts WHERE tenant = {tenant:String}),
    (SELECT uniqExact(id) FROM dead_letters WHERE tenant = {tenant:String})
  ${bounded(1)}`;

const distinctEventsSql = `
  SELECT uniqExact(source, id) FROM events WHERE tenant = {tenant:String} ${bounded(1)}`;

/** Events are counted by identity while that is cheap; of very many, rows are counted, repeats not yet merged included. */
export async function counts(
  database: Database,
  tenant: string,
): Promise<{ events: number; chains: number; alerts: number; deadLetters: number }> {
  const [row = []] = await database.read('counting', countsSql, { tenant });
  const [rows = 0, chains = 0, alerts = 0, deadLetters = 0] = row.map(Number);
  if (rows > EXACT_COUNT_ROWS_MAX) return { events: rows, chains, alerts, deadLetters };
  const [distinct = []] = await database.read('counting events', distinctEventsSql, { tenant });
  return { events: Number(distinct[0] ?? 0), chains, alerts, deadLetters };
}
