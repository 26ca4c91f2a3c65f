import { describe } from 'vitest';
import { openDatabase } from '../../../src/store/open.ts';
import { openTestStore } from '../../support/store.ts';
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
