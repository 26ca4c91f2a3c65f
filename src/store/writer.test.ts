import { expect, it } from 'vitest';
import { ChainwardenError } from '../domain/errors.ts';
import type { Database, Row, TableOf } from './database.ts';
import { storeFailure } from './failure.ts';
import { createWriter } from './writer.ts';

const table: TableOf<string> = { table: 't', columns: ['a'], row: (value) => [value] };

/** An engine that remembers its inserts and refuses what `refuse` says. */
function engine(refuse: (rows: readonly Row[]) => unknown = () => undefined): {
  database: Database;
  inserts: Row[][];
} {
  const inserts: Row[][] = [];
  const database: Database = {
    run: async () => undefined,
    insert: async (_table, _columns, rows) => {
      const error = refuse(rows);
      if (error !== undefined) throw storeFailure('writing t', error);
      inserts.push([...rows]);
    },
    read: async () => [],
    ping: async () => undefined,
    close: async () => undefined,
  };
  return { database, inserts };
}

const engineError = (code: number) =>
  Object.assign(new Error('quotes a row'), { code: String(code), type: 'SOME' });

it('cuts a batch by rows and by size, and loses nothing', async () => {
  const { database, inserts } = engine();
  const large = 'x'.repeat(9 * 1024 * 1024);
  const values = [...Array.from({ length: 5_001 }, (_, i) => String(i)), large, large, 'end'];
  await createWriter(database, { clock: () => 0 }).write(table, values);
  expect(inserts.map((rows) => rows.length)).toEqual([5_000, 2, 2]);
  expect(inserts.flat().map(([cell]) => cell)).toEqual(values);
});

it('cuts by the bound of the table where it has one', async () => {
  const { database, inserts } = engine();
  const values = Array.from({ length: 7 }, (_, i) => String(i));
  await createWriter(database, { clock: () => 0 }).write({ ...table, rowsMax: 3 }, values);
  expect(inserts.map((rows) => rows.length)).toEqual([3, 3, 1]);
});

it('does not halve a batch for a fault that is not in a row', async () => {
  const { database, inserts } = engine(() => engineError(60));
  const writer = createWriter(database, { clock: () => 0, retryMs: 0 });
  await expect(writer.writeEach(table, ['a', 'b'])).rejects.toMatchObject({ code: 'STORE_REFUSED' });
  expect(inserts).toEqual([]);
});

it('names each bad row by its place in the whole batch, beyond the first insert too', async () => {
  const { database, inserts } = engine((rows) =>
    rows.some(([cell]) => cell === 'bad') ? engineError(27) : undefined,
  );
  const values = Array.from({ length: 5_010 }, (_, i) => ([3, 4_999, 5_005].includes(i) ? 'bad' : String(i)));
  const refused = await createWriter(database, { clock: () => 0 }).writeEach(table, values);
  expect(refused.map(({ index }) => index)).toEqual([3, 4_999, 5_005]);
  expect(refused[0]?.reason).toBe('the store refused writing t: engine code 27 SOME');
  expect(inserts.flat()).toHaveLength(5_007);
});

it('gives up after three tries and says that more may help', async () => {
  let tries = 0;
  const { database } = engine(() => {
    tries += 1;
    return new Error('socket hang up');
  });
  const error: unknown = await createWriter(database, { clock: () => 0, retryMs: 0 })
    .write(table, ['a'])
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ChainwardenError);
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', retriable: true });
  expect(tries).toBe(3);
});
