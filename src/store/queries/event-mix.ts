import type { EventMix } from '../../domain/coverage.ts';
import type { EventData } from '../../domain/event/index.ts';
import type { Database } from '../database.ts';
import { LOG_READ_RECORDS, MIX_SAMPLES, MIX_SOURCES_PER_TYPE } from '../limits.ts';
import { bounded } from './bound.ts';
import { chunks } from './chunks.ts';

const since = "tenant = {tenant:String} AND time >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')";

// 0.5 s for a million events of a day, half of it for the texts. Of each type its busiest sources, so that a rare type
// is not crowded out by one that is not.
const mixSql = `
  SELECT source, type, events, last_ms, arrayMap(s -> -s, newest), uniqExact(source) OVER ()
  FROM (SELECT source, type, count() AS events, toUnixTimestamp64Milli(max(time)) AS last_ms,
               groupArraySorted(${MIX_SAMPLES})(-toInt64(seq)) AS newest
        FROM events WHERE ${since}
        GROUP BY source, type)
  ORDER BY events DESC, source, type
  LIMIT ${MIX_SOURCES_PER_TYPE} BY type
  ${bounded(MIX_SOURCES_PER_TYPE * 64)}`;

const textsSql = `
  SELECT seq, text FROM events
  PREWHERE seq IN {seqs:Array(UInt64)}
  WHERE ${since}
  LIMIT 1 BY seq ${bounded(LOG_READ_RECORDS)}`;

interface Query {
  readonly tenant: string;
  readonly sinceMs: number;
}

/** What each source tells: counted over the whole time, its members read out of the newest few. */
export async function eventMix(
  database: Database,
  query: Query,
): Promise<{ readonly mix: readonly EventMix[]; readonly leftOut: number }> {
  const params = { tenant: query.tenant, sinceMs: Math.floor(query.sinceMs) };
  const rows = await database.read('looking at what sources tell', mixSql, params);
  const pairs = rows.map(([source, type, events, lastMs, seqs]) => ({
    source: String(source),
    type: String(type) as EventMix['type'],
    count: Number(events),
    lastMs: Number(lastMs),
    seqs: (seqs as unknown[]).map(Number),
  }));
  const members = await membersOf(database, params, pairs.flatMap(({ seqs }) => seqs).sort(ascending));
  const mix = pairs.map(({ seqs, ...pair }) => {
    const read = seqs.map((seq) => members.get(seq)).filter((found) => found !== undefined);
    return { ...pair, sampled: read.length, fields: [...new Set(read.flat())].sort() };
  });
  const sources = Number(rows[0]?.[5] ?? 0);
  return { mix, leftOut: sources - new Set(mix.map(({ source }) => source)).size };
}

async function membersOf(
  database: Database,
  params: { readonly tenant: string; readonly sinceMs: number },
  seqs: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const members = new Map<number, readonly string[]>();
  for (const some of chunks(seqs, LOG_READ_RECORDS)) {
    const rows = await database.read('sampling events', textsSql, { ...params, seqs: some });
    for (const [seq, text] of rows) {
      members.set(Number(seq), namesIn((JSON.parse(String(text)) as { data: EventData }).data));
    }
  }
  return members;
}

/** Members and members of members: `target`, `target.system`. What is empty says nothing. */
function namesIn(data: object): readonly string[] {
  return Object.entries(data).flatMap(([name, value]) => {
    if (Array.isArray(value)) return value.length === 0 ? [] : [name];
    if (typeof value !== 'object' || value === null) return [name];
    return [name, ...Object.keys(value).map((inner) => `${name}.${inner}`)];
  });
}

function ascending(a: number, b: number): number {
  return a - b;
}
