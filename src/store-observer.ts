import type { Metrics } from './observe/index.ts';
import type { StoreObserver } from './store/index.ts';

/** What the store takes and refuses, as numbers. */
export function observeStore({ store }: Metrics): StoreObserver {
  return {
    read(doing, durationMs, failure) {
      store.reads.observe({ operation: doing }, durationMs / 1000);
      if (failure !== undefined) store.failures.inc({ operation: doing, code: failure });
    },
    wrote(table, rows, durationMs, failure) {
      store.writes.observe({ table }, durationMs / 1000);
      if (failure === undefined) store.rows.inc({ table }, rows);
      else store.failures.inc({ operation: `writing ${table}`, code: failure });
    },
  };
}
