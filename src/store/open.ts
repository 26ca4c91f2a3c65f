import { createClient } from '@clickhouse/client';
import { ChainwardenError } from '../domain/errors.ts';
import type { Store } from '../domain/ports.ts';
import { createDatabase, type Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { measured, type StoreObserver } from './measured.ts';
import { migrate } from './migrate.ts';
import { bounded } from './queries/bound.ts';
import { openServer } from './server.ts';
import { silent } from './settings.ts';
import { createStore } from './store.ts';

export interface StoreOptions {
  /** A server's HTTP interface; it wins over `path`. */
  readonly url?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Data folder of the embedded engine. */
  readonly path?: string | undefined;
  readonly database?: string | undefined;
  /** Also survive a power cut, not only the end of the process: every insert waits for the disk. */
  readonly fsync?: boolean | undefined;
  readonly log?: { info(fields: object, message: string): void } | undefined;
  readonly observer?: StoreObserver | undefined;
  /** Wall clock, milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
}

/** Opens the store, a server's or the embedded one, and brings its schema up to date. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { observer } = options;
  const opened = await openDatabase(options);
  const database = observer === undefined ? opened : measured(opened, observer);
  try {
    const applied = await migrate(database);
    if (applied.length > 0) options.log?.info({ migrations: applied }, 'schema migrated');
    await setDurability(database, options.fsync ?? false);
  } catch (error) {
    await database.close();
    throw error;
  }
  // The embedded engine locks its folder.
  return createStore(database, options.clock ?? Date.now, options.url === undefined);
}

/** The engine alone, its schema as it is found: for `migrate` and `doctor`. */
export async function openDatabase(options: StoreOptions): Promise<Database> {
  const name = options.database ?? 'delegation';
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) {
    throw new ChainwardenError('CONFIG_INVALID', 'the database name must be letters, digits and underscores');
  }
  if (options.url !== undefined) {
    const { url, user = 'default', password = '' } = options;
    return createDatabase(await openServer({ url, user, password, database: name }));
  }
  if (options.path === undefined) {
    throw new ChainwardenError('CONFIG_INVALID', 'the store needs the address of a server or a data folder');
  }
  const connection = await openEmbedded({ path: options.path, database: name });
  return createDatabase(createClient({ connection, log: silent }));
}

/** Tables whose rows were promised to somebody: 202 to a publisher, a message before it is sent, a person's word. */
const promised = [
  'events',
  'log_controls',
  'outbox',
  'responses',
  'plans',
  'plan_decisions',
  'dead_letters',
] as const;

async function setDurability(database: Database, fsync: boolean): Promise<void> {
  const differing = await database.read(
    'reading its durability',
    `SELECT name FROM system.tables
     WHERE database = currentDatabase() AND name IN {promised:Array(String)}
       AND (position(create_table_query, 'fsync_after_insert = 1') > 0) != {fsync:UInt8}
     ${bounded(promised.length)}`,
    { promised, fsync: fsync ? 1 : 0 },
  );
  for (const [table] of differing) {
    const value = fsync ? 1 : 0;
    await database.run(
      `ALTER TABLE ${table} MODIFY SETTING fsync_after_insert = ${value}, fsync_part_directory = ${value}`,
    );
  }
}
