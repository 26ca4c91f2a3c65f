export { readEvents } from './events.ts';
export { formats } from './interpret.ts';
export { readRecords } from './records.ts';
export type {
  FileBatch,
  FileRecord,
  InputBatch,
  InputOptions,
  InputRecord,
  Progress,
  ReadOptions,
} from './types.ts';
