export type { StoreObserver } from './measured.ts';
export { type Migration, migrations } from './migrate.ts';
export { openStore, type StoreOptions } from './open.ts';
