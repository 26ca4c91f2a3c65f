import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { walkAudit } from '../../../src/domain/audit-check.ts';
import { openStore } from '../../../src/store/index.ts';
import { testStoreFolder } from '../../support/store.ts';
import { records } from './suite.ts';

const batchSize = 300;

/** Runs the appending process until it has been told of `batches` stored ones, kills it, and returns the last seq it heard. */
async function appendAndKill(path: string, batches: number): Promise<number> {
  const script = new URL('append-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, String(batchSize)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  let heard = 0;
  try {
    let left = batches;
    for await (const line of createInterface({ input: child.stdout })) {
      heard = Number(line);
      left -= 1;
      // The next batch is on its way while this one is being told of.
      if (left === 0) child.kill('SIGKILL');
    }
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
  expect(child.signalCode).toBe('SIGKILL');
  return heard;
}

it('loses no batch that was acknowledged and keeps none by halves when the process is killed', async () => {
  const path = testStoreFolder();
  for (const batches of [1, 4, 9]) {
    const acknowledged = await appendAndKill(path, batches);
    const store = await openStore({ path });
    try {
      const last = await store.lastSeq();
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(last % batchSize).toBe(0);
      const seqs = (await records(store, 0)).map((record) => record.seq);
      expect(seqs).toEqual(Array.from({ length: last }, (_, i) => i + 1));
      const audit = await store.auditChain('acme', 'w_1', 0, 1_000);
      expect(walkAudit('w_1', audit).faults).toEqual([]);
      // One entry a batch, in their order, over all processes; of a batch that nobody was told of there may be none yet.
      const ids = Array.from({ length: audit.length }, (_, i) => `aud_${(i + 1) * batchSize}`);
      expect(audit.map(({ id }) => id)).toEqual(ids);
      expect(audit.length).toBeGreaterThanOrEqual(acknowledged / batchSize);
      expect(await store.auditHeads('acme')).toHaveLength(1);
    } finally {
      await store.close();
    }
  }
});
