import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { HANDOVER_MESSAGES_MAX } from './bounds.ts';
import { type Claim, type Handover, takeBatch } from './handover.ts';
import type { KafkaMessageIn } from './types.ts';

const messages = (count: number): KafkaMessageIn[] =>
  Array.from({ length: count }, (_, offset) => ({
    topic: 't',
    partition: 0,
    offset,
    key: null,
    value: Buffer.from(String(offset)),
    headers: {},
    timestampMs: 0,
  }));
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

async function given(signal: AbortSignal): Promise<void> {
  await once(signal, 'abort');
}

interface World {
  readonly commits: number[];
  readonly batches: number[][];
  readonly stop: AbortController;
  claim: Claim;
  handover: Handover;
}

function world(onBatch: (attempt: number) => Promise<void> = async () => undefined): World {
  const commits: number[] = [];
  const batches: number[][] = [];
  const stop = new AbortController();
  return {
    commits,
    batches,
    stop,
    claim: {
      heartbeat: async () => undefined,
      ours: () => true,
      commit: async (offset) => void commits.push(offset),
    },
    handover: {
      onBatch: (slice) => {
        batches.push(slice.map(({ offset }) => offset));
        return onBatch(batches.length);
      },
      onRetry: quiet,
      timings: { heartbeatMs: 3, retryMsMin: 1, retryMsMax: 2, drainMs: 5 },
      stopping: stop.signal,
      log,
    },
  };
}

describe('taking a batch', () => {
  it('hands over slices in order and commits each when it is taken, the last with what was filtered out', async () => {
    const { claim, handover, commits, batches } = world();
    const count = HANDOVER_MESSAGES_MAX + 2;
    await takeBatch(messages(count), count + 5, claim, handover);
    expect(batches.map((slice) => slice.length)).toEqual([HANDOVER_MESSAGES_MAX, 2]);
    expect(commits).toEqual([HANDOVER_MESSAGES_MAX - 1, count + 5]);
  });

  it('commits a batch of which nothing is worth handing over', async () => {
    const { claim, handover, commits, batches } = world();
    await takeBatch([], 9, claim, handover);
    expect([batches, commits]).toEqual([[], [9]]);
  });

  it('tries the same slice again while it is refused, also when the callee throws at once', async () => {
    const { claim, handover, commits, batches } = world((attempt) => {
      if (attempt === 1) throw new Error('at once');
      return attempt < 4 ? Promise.reject(new Error('later')) : Promise.resolve();
    });
    await takeBatch(messages(3), 2, claim, handover);
    expect(batches).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(commits).toEqual([2]);
  });

  it('sends heartbeats while the callee is at work', async () => {
    let beats = 0;
    const enough = new AbortController();
    const { claim, handover, commits } = world(() => given(enough.signal));
    const heartbeat = async (): Promise<void> => {
      beats++;
      if (beats === 5) enough.abort();
    };
    await takeBatch(messages(1), 0, { ...claim, heartbeat }, handover);
    expect(commits).toEqual([0]);
  });

  it('rejects with the rebalance, after committing what was taken meanwhile', async () => {
    const rebalance = new Error('rebalance in progress');
    const lost = new AbortController();
    const { claim, handover, commits } = world(() => given(lost.signal));
    const heartbeat = (): Promise<void> => {
      lost.abort();
      return Promise.reject(rebalance);
    };
    await expect(takeBatch(messages(1), 0, { ...claim, heartbeat }, handover)).rejects.toBe(rebalance);
    expect(commits).toEqual([0]);
  });

  it('waits no longer than it may for an answer after the partitions are lost, and commits nothing', async () => {
    const { claim, handover, commits } = world(() => new Promise(() => undefined));
    const heartbeat = (): Promise<void> => Promise.reject(new Error('rebalance'));
    await expect(takeBatch(messages(1), 0, { ...claim, heartbeat }, handover)).rejects.toThrow('rebalance');
    expect(commits).toEqual([]);
  });

  it('ends without a commit when told to stop between refusals', async () => {
    const { claim, handover, commits, stop } = world((attempt) => {
      if (attempt === 3) stop.abort();
      return Promise.reject(new Error('down'));
    });
    await takeBatch(messages(1), 0, claim, handover);
    expect(commits).toEqual([]);
  });

  it('touches nothing that is no longer ours', async () => {
    const { claim, handover, commits, batches } = world();
    await takeBatch(messages(1), 0, { ...claim, ours: () => false }, handover);
    expect([batches, commits]).toEqual([[], []]);
  });
});
