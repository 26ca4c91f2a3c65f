import { ChainwardenError, type ErrorCode } from '../domain/errors.ts';
import type { Database } from './database.ts';

/** Told of every question and every insert: how long it took, and by which code it failed. */
export interface StoreObserver {
  /** `doing` is one of the texts that name queries in the code; no more of them come while the process runs. */
  read(doing: string, durationMs: number, failure: ErrorCode | undefined): void;
  wrote(table: string, rows: number, durationMs: number, failure: ErrorCode | undefined): void;
}

/** The same database with somebody beside it who looks at the clock. A repeated insert is told each time. */
export function measured(
  database: Database,
  observer: StoreObserver,
  now: () => number = () => performance.now(),
): Database {
  async function timed<T>(
    work: () => Promise<T>,
    tell: (durationMs: number, failure: ErrorCode | undefined) => void,
  ): Promise<T> {
    const startMs = now();
    try {
      const result = await work();
      tell(now() - startMs, undefined);
      return result;
    } catch (error) {
      tell(now() - startMs, error instanceof ChainwardenError ? error.code : 'INTERNAL');
      throw error;
    }
  }

  return {
    ...database,
    read: (doing, sql, params) =>
      timed(
        () => database.read(doing, sql, params),
        (ms, failure) => observer.read(doing, ms, failure),
      ),
    insert: (table, columns, rows) =>
      timed(
        () => database.insert(table, columns, rows),
        (ms, failure) => observer.wrote(table, rows.length, ms, failure),
      ),
  };
}
