import { openStore } from '../../../src/store/index.ts';
import { logged } from './rows.ts';

/** Appends batches without end to the folder named on the command line, and tells the last seq of each once it is stored. */
const [, , path, size] = process.argv;
const store = await openStore({ path });
let seq = await store.lastSeq();
for (;;) {
  const batch = Array.from({ length: Number(size) }, (_, i) => logged(seq + 1 + i));
  await store.appendEvents(batch);
  seq += batch.length;
  process.stdout.write(`${seq}\n`);
}
