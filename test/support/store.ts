import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Store } from '../../src/domain/ports.ts';
import { openStore, type StoreOptions } from '../../src/store/index.ts';

export interface TestStore {
  readonly store: Store;
  /** The embedded engine's data folder, for a second process after `close`. */
  readonly path: string;
  readonly database: string;
  /** Closes the store. The folder goes when the test file ends. */
  close(): Promise<void>;
}

let folder: string | undefined;
let opened = 0;

// Registered first and so run last, when the test file has closed what it opened.
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/**
 * An embedded store of one's own, empty unless `database` names one opened before. The engine allows one data folder
 * per process, so every store of a test process is a database in the same temporary folder; it is removed at the file's end.
 */
export async function openTestStore(options: Pick<StoreOptions, 'database'> = {}): Promise<TestStore> {
  const path = testStoreFolder();
  opened += 1;
  const database = options.database ?? `test_${opened}`;
  const store = await openStore({ ...options, path, database });
  return { store, path, database, close: () => store.close() };
}

/** The one data folder of this process. */
export function testStoreFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'chainwarden-store-'));
  folder = made;
  return made;
}
