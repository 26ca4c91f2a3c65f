import { describe, expect, it } from 'vitest';
import { createAlertBook } from '../../src/alert/index.ts';
import { ChainwardenError } from '../../src/domain/errors.ts';
import { defaultPolicy } from '../../src/domain/policy.ts';
import type { Engine, LogRecord } from '../../src/domain/record.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../../src/pipeline.ts';
import { atOnce, createSlices } from '../../src/slices.ts';

const nothing = async (): Promise<void> => undefined;
const tick = (seq: number): LogRecord => ({ kind: 'watermark', seq, watermarkMs: seq });
const ticks = (from: number, to: number): LogRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i) => tick(from + i));

/** An engine that only shows which records came together. */
function bench(options: Partial<PipelineOptions> = {}) {
  const batches: [first: number, last: number][] = [];
  const did: string[] = [];
  const engine: Engine = {
    *applying(records) {
      yield;
      batches.push([records[0]?.seq ?? 0, records.at(-1)?.seq ?? 0]);
      return { chains: [], hops: [], actions: [], findings: [], remembered: [], filings: [] };
    },
    apply: (records) => atOnce(engine.applying(records)),
    missing: () => [],
    recall: () => [],
    park: () => undefined,
    takeState: () => [],
    restore: () => undefined,
    foresee: () => ({ known: false, chainId: undefined, objections: [], failed: [] }),
    watermarkMs: 0,
    policy: defaultPolicy,
    waiting: false,
    stats: {} as Engine['stats'],
  };
  const store = {
    writeChains: nothing,
    writeHops: nothing,
    writeActions: nothing,
    writeIncidents: async () => undefined,
    standingAlerts: async () => [],
    writeAlerts: nothing,
    fileEvents: nothing,
    recall: async () => ({ events: [], aliases: [], truncated: [] }),
    unsettled: async () => [],
    writeState: async () => void did.push('state'),
    readState: async () => [],
    readPosition: async () => 0,
    writePosition: async (name: string, seq: number) => void did.push(`${name} ${seq}`),
  };
  const pipeline = createPipeline({
    engine,
    alerts: createAlertBook(),
    store,
    respond: async () => void did.push('respond'),
    handledSeq: 0,
    begunSeq: 0,
    checkpointSeq: 0,
    slices: createSlices({ now: () => 0, turn: nothing }),
    sleep: nothing,
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  return { pipeline, batches, did, store, engine };
}

async function* pieces(...all: LogRecord[][]) {
  yield* all;
}

describe('a replay', () => {
  it('tells an unfinished batch again exactly, however the log is cut into pieces', async () => {
    const { pipeline, batches } = bench({ handledSeq: 5, begunSeq: 9 });
    await pipeline.replay(pieces(ticks(1, 3), ticks(4, 7), ticks(8, 8), ticks(9, 14)));
    expect(batches).toEqual([
      [1, 5],
      [6, 9],
      [10, 14],
    ]);
  });

  it('parts batches where the record at their end is gone', async () => {
    const { pipeline, batches } = bench({ handledSeq: 5, begunSeq: 9 });
    await pipeline.replay(pieces([tick(1), tick(4), tick(7), tick(8), tick(12)]));
    expect(batches).toEqual([
      [1, 4],
      [7, 8],
      [12, 12],
    ]);
  });

  it('writes nothing for what was finished, and is bounded in its batches', async () => {
    const { pipeline, batches, did } = bench({ handledSeq: 10_000, begunSeq: 10_000 });
    await pipeline.replay(pieces(ticks(1, 6_800), ticks(6_801, 10_001)));
    expect(batches).toEqual([
      [1, 4_000],
      [4_001, 8_000],
      [8_001, 10_000],
      [10_001, 10_001],
    ]);
    expect(did.filter((entry) => entry !== 'respond')).toEqual(['detect-begun 10001', 'detect 10001']);
  });
});

describe('the pipeline', () => {
  it('notes where a batch ends before it writes, and that it is done after everything else', async () => {
    const { pipeline, did } = bench();
    await pipeline.offer(ticks(1, 3));
    await pipeline.drained();
    expect(did).toEqual(['detect-begun 3', 'respond', 'detect 3']);
  });

  it('lets whoever responds read the hops at once, and know when the rest can be read', async () => {
    let finish: () => void = () => undefined;
    const { pipeline, did, store } = bench({
      respond: async (_, __, rows) => {
        did.push('respond');
        await rows;
        did.push('leave');
      },
    });
    store.writeHops = async () => void did.push('hops');
    store.writeAlerts = async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      did.push('alerts');
    };
    await pipeline.offer([tick(1)]);
    await expect.poll(() => did).toContain('respond');
    finish();
    await pipeline.drained();
    expect(did).toEqual(['detect-begun 1', 'hops', 'respond', 'alerts', 'leave', 'detect 1']);
  });

  it('takes up what is offered in the very moment it falls idle', async () => {
    for (let turns = 0; turns < 30; turns += 1) {
      const { pipeline, did, store } = bench();
      let more = true;
      store.writePosition = async (name, seq) => {
        did.push(`${name} ${seq}`);
        if (name !== 'detect' || !more) return;
        more = false;
        void (async () => {
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          await pipeline.offer([tick(2)]);
        })();
      };
      await pipeline.offer([tick(1)]);
      await pipeline.drained();
      await new Promise((resolve) => setImmediate(resolve));
      await pipeline.drained();
      expect(did.at(-1), `offered ${turns} turns after the last write`).toBe('detect 2');
    }
  });

  it('finishes the batch that is being applied when it is stopped, and no other', async () => {
    let pipeline: Pipeline | undefined;
    let stopping: Promise<void> | undefined;
    const stopInBetween = async (): Promise<void> => {
      stopping ??= pipeline?.stop();
    };
    const made = bench({
      slices: createSlices({ now: () => 0, turn: stopInBetween, sliceMs: 0 }),
    });
    pipeline = made.pipeline;
    await pipeline.offer(ticks(1, 5_000));
    await pipeline.drained();
    await stopping;
    expect(made.batches).toEqual([[1, 4_000]]);
    expect(made.did).toEqual([
      'detect-begun 4000',
      'respond',
      'detect 4000',
      'state',
      'detect-checkpoint 4000',
    ]);
  });

  it('ends with what the engine throws, and writes down nothing of a batch that is half applied', async () => {
    const fatal: unknown[] = [];
    const { pipeline, did, engine } = bench({ onFatal: (error) => fatal.push(error) });
    await pipeline.offer([tick(1)]);
    await pipeline.drained();
    const fault = new Error('broken');
    engine.applying = function* () {
      yield;
      throw fault;
    };
    await pipeline.offer([tick(2)]);
    await pipeline.drained();
    await pipeline.stop();
    expect(fatal).toEqual([fault]);
    expect(did).toEqual(['detect-begun 1', 'respond', 'detect 1', 'detect-begun 2']);
  });

  it('tries again what may succeed later, and ends with what never will, freeing whoever waits', async () => {
    const faults = [
      new ChainwardenError('STORE_UNAVAILABLE', 'away'),
      new ChainwardenError('STORE_REFUSED', 'no'),
    ];
    const fatal: unknown[] = [];
    const { pipeline, did } = bench({
      respond: async () => {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
      },
      onFatal: (error) => fatal.push(error),
    });
    await pipeline.offer(ticks(1, 60_000));
    await pipeline.drained();
    expect(fatal).toMatchObject([{ code: 'STORE_REFUSED' }]);
    expect(did).toEqual(['detect-begun 4000']);
    await pipeline.offer([tick(60_001)]);
  });
});
