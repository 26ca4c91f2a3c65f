import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { Store } from '../domain/ports.ts';
import { readProgress } from '../pipeline.ts';
import { openDatabase } from '../store/open.ts';
import { createStore } from '../store/store.ts';

/** What a replay may do with a store: nothing of it writes. */
export interface ReadableStore extends Pick<Store, 'readLog' | 'lastSeq' | 'alerts' | 'alert' | 'close'> {
  /** What the service has finished of the log, and where the batch ends that it began last. */
  progress(): Promise<{ readonly handledSeq: number; readonly begunSeq: number }>;
}

/**
 * Opens the store that the configuration names, its schema and settings as they are: a look at it must change
 * nothing. Throws INPUT_UNREADABLE when there is none, or when a service has it open.
 */
export async function openReadable(
  { clickhouse, data }: Pick<Config, 'clickhouse' | 'data'>,
  clock: () => number,
): Promise<ReadableStore> {
  const { url, user, password, database } = clickhouse;
  const path = `${data}/store`;
  if (url === undefined && !existsSync(path)) {
    // The engine would make one.
    throw new ChainwardenError('INPUT_UNREADABLE', `there is no store in the data folder ${data}`);
  }
  try {
    const { readLog, lastSeq, alerts, alert, close, ...store } = createStore(
      await openDatabase({ url, path, user, password, database }),
      clock,
    );
    return { readLog, lastSeq, alerts, alert, close, progress: () => readProgress(store) };
  } catch (cause) {
    if (!(cause instanceof ChainwardenError && cause.code === 'STORE_UNAVAILABLE')) throw cause;
    const why =
      url === undefined
        ? `the data folder ${data} is open in another process: stop the service first, or replay a copy of the folder ` +
          'that was made while it was stopped (CHAINWARDEN_DATA names it)'
        : `the store ${new URL(url).host} does not answer`;
    throw new ChainwardenError('INPUT_UNREADABLE', why, { cause });
  }
}
