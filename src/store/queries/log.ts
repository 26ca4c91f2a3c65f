import type { LogRecord } from '../../domain/record.ts';
import type { Database } from '../database.ts';
import { LOG_READ_RECORDS } from '../limits.ts';
import { readControl } from '../rows/control.ts';
import { eventColumns, readEvent } from '../rows/event.ts';
import { bounded } from './bound.ts';

// Part heads and skip indexes answer all three without reading the events themselves.
const lastSeqSql = `
  SELECT greatest((SELECT max(seq) FROM events), (SELECT max(seq) FROM log_controls)) ${bounded(1)}`;

const nextSeqSql = `
  SELECT min(first) FROM
    (SELECT min(seq) AS first FROM events WHERE seq > {after:UInt64} HAVING count() > 0
     UNION ALL
     SELECT min(seq) AS first FROM log_controls WHERE seq > {after:UInt64} HAVING count() > 0)
  HAVING count() > 0 ${bounded(1)}`;

const eventsSql = `
  SELECT ${eventColumns} FROM events
  WHERE seq > {after:UInt64} AND seq <= {until:UInt64}
  ORDER BY seq
  LIMIT 1 BY tenant, source, id, digest
  ${bounded(LOG_READ_RECORDS)}`;

const controlsSql = `
  SELECT seq, kind, body FROM log_controls FINAL
  WHERE seq > {after:UInt64} AND seq <= {until:UInt64}
  ORDER BY seq ${bounded(LOG_READ_RECORDS)}`;

export async function lastSeq(database: Database): Promise<number> {
  const [row] = await database.read('looking for the end of the log', lastSeqSql);
  return Number(row?.[0] ?? 0);
}

/**
 * The log in order, one range of seq at a time: seq is nearly dense, so a range is a bounded batch. A repeated event
 * inside a range comes once, at its lowest seq; a repeat further on may come again until the engine has merged it
 * away, which is what the reader would have met live.
 */
export async function* readLog(database: Database, afterSeq: number): AsyncGenerator<readonly LogRecord[]> {
  let after = afterSeq;
  for (;;) {
    const [next] = await database.read('looking for the next log record', nextSeqSql, { after });
    if (next === undefined) return;
    // Whole ranges without a gap follow one another; a gap (expired or merged records) is jumped over.
    after = Number(next[0]) - 1;
    for (;;) {
      const records = await readRange(database, after, after + LOG_READ_RECORDS);
      if (records.length === 0) break;
      yield records;
      after += LOG_READ_RECORDS;
    }
  }
}

async function readRange(database: Database, after: number, until: number): Promise<readonly LogRecord[]> {
  const range = { after, until };
  const [eventRows, controlRows] = await Promise.all([
    database.read('reading the log', eventsSql, range),
    database.read('reading the log', controlsSql, range),
  ]);
  const events = eventRows.map((row): LogRecord => ({ kind: 'event', ...readEvent(row) }));
  if (controlRows.length === 0) return events;
  return [...events, ...controlRows.map(readControl)].sort((a, b) => a.seq - b.seq);
}
