import { EVENT_AGE_MS_MAX } from '../../domain/limits.ts';
import type { ProducerActivity, Since } from '../../domain/operations.ts';
import type { Database } from '../database.ts';
import { PRODUCERS_READ_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

// By arrival, because a clock that is wrong must not hide who has it; the key prunes by the oldest time that is taken.
// Gaps are told by the minute: a set of every minute of a week is 10,000 numbers.
const producersSql = `
  SELECT publisher, source, events, last_event, last_heard, delay, length(minutes), gaps[longest], minutes[longest]
  FROM (
    SELECT *, arrayPopFront(arrayDifference(minutes)) AS gaps,
           if(empty(gaps), 1, indexOf(gaps, arrayMax(gaps))) AS longest
    FROM (
      SELECT publisher, source, count() AS events, toUnixTimestamp64Milli(max(time)) AS last_event,
             toUnixTimestamp64Milli(max(ingested_at)) AS last_heard,
             quantileDeterministic(0.5)(
               toUnixTimestamp64Milli(ingested_at) - toUnixTimestamp64Milli(time), seq) AS delay,
             arraySort(groupUniqArray(toInt64(toUnixTimestamp(toStartOfMinute(ingested_at))))) AS minutes
      FROM events
      WHERE tenant = {tenant:String} AND time >= fromUnixTimestamp64Milli({oldestMs:Int64}, 'UTC')
        AND ingested_at >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')
      GROUP BY publisher, source
      ORDER BY events DESC, publisher, source LIMIT ${PRODUCERS_READ_MAX}))
  ORDER BY events DESC, publisher, source ${bounded(PRODUCERS_READ_MAX)}`;

/** Who was heard since then, and when not. */
export async function producers(
  database: Database,
  { tenant, sinceMs }: Since,
): Promise<readonly ProducerActivity[]> {
  const since = Math.floor(sinceMs);
  const params = { tenant, sinceMs: since, oldestMs: since - EVENT_AGE_MS_MAX };
  const rows = await database.read('looking at who was heard', producersSql, params);
  return rows.map(([publisher, source, events, lastEvent, lastHeard, delay, minutes, gap, from]) => ({
    publisher: String(publisher),
    source: String(source),
    events: Number(events),
    lastEventMs: Number(lastEvent),
    lastHeardMs: Number(lastHeard),
    medianDelayMs: Math.round(Number(delay)),
    minutes: Number(minutes),
    longestGapMs: Number(gap) * 1000,
    gapFromMs: Number(from) * 1000,
  }));
}
