import { createAuditWriter } from '../../../src/audit/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { aDraft } from '../../unit/audit/memory.ts';
import { logged } from './rows.ts';

/**
 * Appends batches without end to the folder named on the command line, each with an entry of the audit, and tells the
 * last seq of each once both are stored. What the process before did last, it does again.
 */
const [, , path, size] = process.argv;
const store = await openStore({ path });
let seq = await store.lastSeq();
const audit = createAuditWriter({
  store,
  writer: 'w_1',
  freshName: () => 'w_fork',
  onFork: () => process.exit(1),
});
const entry = () => aDraft(`aud_${seq}`);
if (seq > 0) await audit.append([entry()]);
for (;;) {
  const batch = Array.from({ length: Number(size) }, (_, i) => logged(seq + 1 + i));
  await store.appendEvents(batch);
  seq += batch.length;
  await audit.append([entry()]);
  process.stdout.write(`${seq}\n`);
}
