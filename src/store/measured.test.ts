import { expect, it } from 'vitest';
import { ChainwardenError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import { measured } from './measured.ts';

/** A database that takes ten milliseconds for anything, and the clock that shows it. */
function slow() {
  let nowMs = 0;
  let fault: Error | undefined;
  const told: unknown[][] = [];
  const work = async <T>(result: T): Promise<T> => {
    nowMs += 10;
    if (fault !== undefined) throw fault;
    return result;
  };
  const engine: Database = {
    run: () => work(undefined),
    insert: () => work(undefined),
    read: (doing, sql, params) => work([[doing, sql, params?.['id']]]),
    ping: () => work(undefined),
    close: () => work(undefined),
  };
  const observer = {
    read: (...args: unknown[]) => void told.push(['read', ...args]),
    wrote: (...args: unknown[]) => void told.push(['wrote', ...args]),
  };
  const database = measured(engine, observer, () => nowMs);
  return {
    database,
    told,
    break: (error: Error) => {
      fault = error;
    },
  };
}

it('tells what was asked and written, and how long it took', async () => {
  const { database, told } = slow();
  expect(await database.read('reading a chain', 'SELECT 1', { id: 'x' })).toEqual([
    ['reading a chain', 'SELECT 1', 'x'],
  ]);
  await database.insert('hops', ['key'], [['a'], ['b']]);
  await database.ping();
  expect(told).toEqual([
    ['read', 'reading a chain', 10, undefined],
    ['wrote', 'hops', 2, 10, undefined],
  ]);
});

it('tells by which code it failed, and lets the failure through', async () => {
  const { database, told, ...engine } = slow();
  const gone = new ChainwardenError('STORE_UNAVAILABLE', 'gone');
  engine.break(gone);
  await expect(database.read('reading a chain', 'SELECT 1')).rejects.toBe(gone);
  engine.break(new Error('unheard of'));
  await expect(database.insert('hops', ['key'], [['a']])).rejects.toThrow('unheard of');
  expect(told).toEqual([
    ['read', 'reading a chain', 10, 'STORE_UNAVAILABLE'],
    ['wrote', 'hops', 1, 10, 'INTERNAL'],
  ]);
});
