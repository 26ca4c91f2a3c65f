import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/open.ts';
import { openTestStore } from '../../support/store.ts';
import { logged, noon } from './rows.ts';
import { storeSuite } from './suite.ts';

describe('the store on the embedded engine', () => {
  storeSuite(async () => {
    const { store, path, database: name, close } = await openTestStore();
    const database = await openDatabase({ path, database: name });
    return {
      store,
      database,
      close: async () => {
        await database.close();
        await close();
      },
    };
  });
});

it('finds events by name and its state again after a start', async () => {
  const first = await openTestStore();
  const event = logged(1, { timeMs: noon });
  await first.store.appendEvents([event]);
  const named = { tenant: event.event.tenant, name: 'txn', role: 'describes' as const };
  await first.store.fileEvents([{ ...named, seq: 1, timeMs: noon, alias: '', late: true }]);
  const state = [{ key: 'feed', seq: 1, body: '{"atMs":1}' }];
  await first.store.writeState(state);
  await first.close();
  const second = await openTestStore({ database: first.database });
  expect((await second.store.recall([{ ...named, max: 1 }], 2)).events).toEqual([
    { seq: 1, event: event.event, late: true },
  ]);
  expect(await second.store.readState()).toEqual(state);
  await second.close();
});
