import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { openStore } from '../../../src/store/index.ts';
import { openDatabase } from '../../../src/store/open.ts';
import { storeSuite } from './suite.ts';

const url = process.env['CLICKHOUSE_URL'];

describe.skipIf(url === undefined)('the store on the server that CLICKHOUSE_URL names', () => {
  storeSuite(async () => {
    const options = {
      url,
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
      },
    };
  });
});
