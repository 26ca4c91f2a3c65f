import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { openDatabase, openStore } from '../../../src/store/open.ts';
import { testStoreFolder } from '../../support/store.ts';
import { openFront } from './front.ts';
import { storeSuite } from './suite.ts';

const server = process.env['CLICKHOUSE_URL'];
const name = server === undefined ? 'the embedded engine by HTTP' : 'the server that CLICKHOUSE_URL names';

describe(`the store on ${name}`, () => {
  storeSuite(async () => {
    const front = server === undefined ? await openFront(testStoreFolder()) : undefined;
    const options = {
      url: server ?? front?.url,
      user: process.env['CLICKHOUSE_USER'],
      password: process.env['CLICKHOUSE_PASSWORD'],
      database: `chainwarden_test_${randomUUID().replaceAll('-', '')}`,
    };
    const store = await openStore(options);
    const database = await openDatabase(options);
    return {
      store,
      database,
      close: async () => {
        await store.close();
        await database.run(`DROP DATABASE ${options.database} SYNC`);
        await database.close();
        await front?.close();
      },
    };
  });
});
