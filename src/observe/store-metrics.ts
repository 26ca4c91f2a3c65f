import type { Instruments } from './instruments.ts';

/** Few, because there are some seventy operations: from one granule to the end of what a read may take. */
const STORE_SECONDS = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 10];

export function storeMetrics(make: Instruments) {
  return {
    reads: make.histogram(
      'store_read_duration_seconds',
      'Time that one question to the store took, answered or not',
      ['operation'],
      STORE_SECONDS,
    ),
    writes: make.histogram(
      'store_write_duration_seconds',
      'Time that one insert took, taken or not',
      ['table'],
      STORE_SECONDS,
    ),
    rows: make.counter('store_written_rows_total', 'Rows that the store took', ['table']),
    failures: make.counter(
      'store_failures_total',
      'Questions and inserts that failed; an insert that is repeated counts each time',
      ['operation', 'code'],
    ),
  };
}
