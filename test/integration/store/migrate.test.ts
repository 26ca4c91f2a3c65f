import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { type Migration, migrate, migrations } from '../../../src/store/migrate.ts';
import { openDatabase, openStore } from '../../../src/store/open.ts';
import { testStoreFolder } from '../../support/store.ts';

describe('migrations', () => {
  const known = migrations();
  const next: Migration = {
    id: (known.at(-1)?.id ?? 0) + 1,
    name: 'next.sql',
    sql: '-- A comment; with a semicolon\nCREATE TABLE IF NOT EXISTS next (a String) ENGINE = Memory;\nCREATE VIEW IF NOT EXISTS next_view AS SELECT a FROM next;\n',
    checksum: 'b'.repeat(64),
  };
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ path: testStoreFolder(), database: 'migrations' });
  });
  afterAll(() => database.close());

  it('run once, in order', async () => {
    expect(await migrate(database)).toEqual(known.map((migration) => migration.name));
    expect(await migrate(database)).toEqual([]);
  });

  it('go on where an interrupted one stopped', async () => {
    const broken = { ...next, sql: next.sql.replace('CREATE VIEW', 'CRATE VIEW') };
    await expect(migrate(database, [...known, broken])).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    expect(await migrate(database, [...known, next])).toEqual(['next.sql']);
    expect(await database.read('reading', 'SELECT count() FROM next_view')).toEqual([['0']]);
  });

  it('refuse a database that a newer version has migrated', async () => {
    await expect(migrate(database)).rejects.toMatchObject({
      code: 'STORE_SCHEMA_MISMATCH',
      message: expect.stringContaining(`migration ${next.id}`),
    });
  });

  it('refuse a file that has changed since it was applied', async () => {
    const changed = [...known, { ...next, checksum: 'c'.repeat(64) }];
    await expect(migrate(database, changed)).rejects.toMatchObject({
      code: 'STORE_SCHEMA_MISMATCH',
      message: expect.stringContaining('next.sql'),
    });
  });

  it('are missing from an installation without its files', async () => {
    await expect(migrate(database, [])).rejects.toMatchObject({ code: 'STORE_SCHEMA_MISMATCH' });
  });
});

it('waits for the disk when asked to, and no longer when not', async () => {
  const options = { path: testStoreFolder(), database: 'durable' };
  const synced = async () => {
    const database = await openDatabase(options);
    const rows = await database.read(
      'reading',
      `SELECT name FROM system.tables
       WHERE database = 'durable' AND position(create_table_query, 'fsync_after_insert = 1') > 0 ORDER BY name`,
    );
    await database.close();
    return rows.flat();
  };
  await (await openStore({ ...options, fsync: true })).close();
  expect(await synced()).toEqual([
    'dead_letters',
    'events',
    'log_controls',
    'outbox',
    'plan_decisions',
    'plans',
    'responses',
  ]);
  await (await openStore(options)).close();
  expect(await synced()).toEqual([]);
});
