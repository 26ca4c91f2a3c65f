import type { LogRecord } from './domain/record.ts';

/** Inserts cost the embedded store 30 ms each whatever they hold: a backlog is worked off in large batches. */
export const BATCH_RECORDS_MAX = 4_000;
/** Events are up to 64 KiB: a batch is cut by their text as well, characters. */
const BATCH_CHARS_MAX = 16 * 1024 * 1024;
/** Three batches, 40 MB parsed. Past it, or past this much text, the log pauses, and with it intake. */
const RECORDS_MAX = 12_000;
const CHARS_MAX = 64 * 1024 * 1024;

export interface RecordQueue {
  add(records: readonly LogRecord[]): void;
  /** The next batch, in order; at least one record when there is any. */
  take(): readonly LogRecord[];
  readonly full: boolean;
  readonly records: number;
  readonly chars: number;
}

/** Records in wait, bounded by number and by the text of their events. */
export function createRecordQueue(): RecordQueue {
  let waiting: LogRecord[] = [];
  let chars = 0;
  const charsOf = (record: LogRecord): number => (record.kind === 'event' ? record.event.text.length : 0);

  return {
    add(records) {
      for (const record of records) {
        waiting.push(record);
        chars += charsOf(record);
      }
    },
    take() {
      let count = 0;
      let taken = 0;
      for (const record of waiting) {
        taken += charsOf(record);
        if (count > 0 && (count === BATCH_RECORDS_MAX || taken > BATCH_CHARS_MAX)) break;
        count += 1;
      }
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      for (const record of batch) chars -= charsOf(record);
      return batch;
    },
    get full() {
      return waiting.length >= RECORDS_MAX || chars >= CHARS_MAX;
    },
    get records() {
      return waiting.length;
    },
    get chars() {
      return chars;
    },
  };
}
