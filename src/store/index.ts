export { type Migration, migrations, statements } from './migrate.ts';
export { openStore, type StoreOptions } from './open.ts';
