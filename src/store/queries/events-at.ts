import type { RecalledEvent } from '../../domain/recall.ts';
import type { Database } from '../database.ts';
import { LOG_READ_RECORDS } from '../limits.ts';
import { eventColumns, readEvent } from '../rows/event.ts';
import { bounded } from './bound.ts';
import { chunks } from './chunks.ts';

/** Where an event lies in the log. */
export interface Place {
  readonly tenant: string;
  readonly seq: number;
  readonly timeMs: number;
  readonly late: boolean;
}

// Tenant and time are the head of the table's key; the text of a granule is read only if it holds one of the seqs.
const eventsSql = `
  SELECT ${eventColumns} FROM events
  PREWHERE seq IN {seqs:Array(UInt64)}
  WHERE tenant IN {tenants:Array(String)}
    AND indexHint(time IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC')))
  ORDER BY seq ${bounded(LOG_READ_RECORDS)}`;

/** By seq; of an event that was logged again, the first. A place where nothing lies is passed over. */
export async function eventsAt(
  database: Database,
  places: readonly Place[],
): Promise<readonly RecalledEvent[]> {
  const late = new Map(places.map((place) => [place.seq, place.late]));
  const found: RecalledEvent[] = [];
  const inTime = [...places].sort((a, b) => a.timeMs - b.timeMs);
  for (const chunk of chunks(inTime, LOG_READ_RECORDS)) {
    const rows = await database.read('recalling events', eventsSql, {
      seqs: chunk.map(({ seq }) => seq),
      times: [...new Set(chunk.map(({ timeMs }) => timeMs))],
      tenants: [...new Set(chunk.map(({ tenant }) => tenant))],
    });
    for (const row of rows) {
      const read = readEvent(row);
      found.push({ ...read, late: late.get(read.seq) ?? false });
    }
  }
  return firstOfEach(found.sort((a, b) => a.seq - b.seq));
}

function firstOfEach(bySeq: readonly RecalledEvent[]): readonly RecalledEvent[] {
  const seen = new Set<string>();
  return bySeq.filter(({ event: { tenant, source, id, digest } }) => {
    const identity = JSON.stringify([tenant, source, id, digest]);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}
