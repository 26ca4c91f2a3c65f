import type { DeadLetter } from '../../domain/dead-letter.ts';
import type { Refusals, Since } from '../../domain/operations.ts';
import type { Database } from '../database.ts';
import { REFUSALS_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const recent = "tenant = {tenant:String} AND at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')";

const refusalsSql = `
  SELECT code, publisher, uniqExact(id) AS letters, toUnixTimestamp64Milli(max(at)), argMax(id, (at, id))
  FROM dead_letters WHERE ${recent}
  GROUP BY code, publisher ORDER BY letters DESC, code, publisher LIMIT ${REFUSALS_READ_MAX}
  ${bounded(REFUSALS_READ_MAX)}`;

// Texts of the examples alone: of all letters they would be as much as was ever refused.
const examplesSql = `
  SELECT id, body FROM dead_letters PREWHERE id IN {ids:Array(String)} WHERE ${recent}
  LIMIT 1 BY id ${bounded(REFUSALS_READ_MAX)}`;

/** What was refused since then, by reason and publisher, each with its last message. */
export async function refusals(database: Database, { tenant, sinceMs }: Since): Promise<readonly Refusals[]> {
  const params = { tenant, sinceMs: Math.floor(sinceMs) };
  const rows = await database.read('counting what was refused', refusalsSql, params);
  if (rows.length === 0) return [];
  const ids = rows.map((row) => String(row[4]));
  const bodies = await database.read('reading examples of what was refused', examplesSql, { ...params, ids });
  const examples = new Map(bodies.map(([id, body]) => [String(id), readBody<DeadLetter>(body)]));
  return rows.map(([code, publisher, count, lastMs, id]) => ({
    code: String(code) as DeadLetter['code'],
    publisher: String(publisher),
    count: Number(count),
    lastMs: Number(lastMs),
    example: examples.get(String(id)),
  }));
}
