import { describe, expect, it } from 'vitest';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import { STOP_GRACE_MS } from '../../../src/domain/limits.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEmbeddedLog, type EmbeddedLogOptions } from '../../../src/log/embedded.ts';
import { admitted, START_MS } from '../engine/worlds.ts';
import { createTime, startMs } from '../respond/support.ts';

const event = (id: string, chars = 0) => {
  const small = admitted(
    {
      v: 1,
      type: 'tool.invoked',
      callId: 'c',
      actor: { id: 'agent', kind: 'agent' },
      tool: { name: 'search' },
    },
    { id, atMs: START_MS },
  );
  return { ...small, text: small.text.padEnd(chars) };
};

type Weather = 'clear' | 'down' | 'silent';

/** A log on virtual time over a store whose weather the test makes. */
function setUp(over: Partial<EmbeddedLogOptions> = {}) {
  const time = createTime();
  const written: string[] = [];
  const groups: number[] = [];
  let weather: Weather = 'clear';
  async function answer(): Promise<void> {
    if (weather === 'down') throw new ChainwardenError('STORE_UNAVAILABLE', 'away');
    if (weather === 'silent') await new Promise(() => undefined);
  }
  const log = createEmbeddedLog({
    store: {
      async appendEvents(events) {
        await answer();
        written.push(...events.map((logged) => logged.event.id));
        groups.push(events.length);
        return [];
      },
      appendControl: answer,
      appendDeadLetters: answer,
    },
    lastSeq: 0,
    clock: time.clock,
    sleep: (ms) => new Promise((resolve) => time.timer(resolve, ms)),
    onRecords: async () => undefined,
    ...over,
  });
  return {
    log,
    time,
    written,
    groups,
    weather(next: Weather) {
      weather = next;
    },
  };
}

const codeOf = (error: unknown): unknown => (error as ChainwardenError).code;
const reasonOf = (error: unknown): unknown => (error as ChainwardenError).detail['reason'];

describe('a store that is away for five minutes', () => {
  it('costs a bounded queue, refuses what is beyond, and gets everything it promised to take', async () => {
    const { log, time, written, weather } = setUp({ limits: { events: 100 } });
    weather('down');
    const promised: string[] = [];
    let refused = 0;
    for (let second = 0; second < 300; second += 1) {
      const id = `e${second}`;
      log.append([event(id)], []).then(
        () => promised.push(id),
        () => {
          refused += 1;
        },
      );
      await time.advance(1_000);
    }
    expect(refused).toBe(200);
    expect(log.pressure).toMatchObject({ queuedEvents: 100, refusedMs: time.clock() - 1_000 });
    expect(log.pressure.stuckSinceMs).toBe(startMs);
    weather('clear');
    await time.advance(6_000);
    expect(log.pressure).toMatchObject({ queuedEvents: 0, queuedChars: 0, stuckSinceMs: undefined });
    expect(promised).toEqual(Array.from({ length: 100 }, (_, i) => `e${i}`));
    expect(written).toEqual(promised);
  });

  it('is noticed when it says nothing at all as well', async () => {
    const { log, time, weather } = setUp();
    weather('silent');
    void log.append([event('a')], []);
    await time.advance(1_000);
    expect(log.pressure.stuckSinceMs).toBeUndefined();
    await time.advance(60_000);
    expect(log.pressure.stuckSinceMs).toBe(startMs);
  });

  it('leaves one record of the time that passed', async () => {
    const records: LogRecord[] = [];
    const { log, time, weather } = setUp({ onRecords: async (some) => void records.push(...some) });
    weather('down');
    const ticks: Promise<void>[] = [];
    for (let beat = 1; beat <= 300; beat += 1) {
      ticks.push(log.control({ kind: 'watermark', watermarkMs: beat }));
      await time.advance(1_000);
    }
    weather('clear');
    await time.advance(6_000);
    await Promise.all(ticks);
    // The one that was being written, and the last.
    expect(records).toMatchObject([{ watermarkMs: 1 }, { watermarkMs: 300 }]);
  });
});

describe('the bounds', () => {
  it('hold by text as well as by number', async () => {
    const { log, weather, time } = setUp({ limits: { chars: 100_000 } });
    weather('silent');
    const outcomes = ['a', 'b', 'c', 'd'].map((id) => log.append([event(id, 40_000)], []).catch(reasonOf));
    await time.advance(0);
    expect(log.pressure).toMatchObject({ queuedEvents: 2, queuedChars: 80_000 });
    expect(await Promise.all(outcomes.slice(2))).toEqual(['queue_bytes', 'queue_bytes']);
  });

  it('cut a write by text, and let one append be as large as it is', async () => {
    const { log, groups } = setUp({ limits: { groupChars: 100_000 } });
    const large = Array.from({ length: 5 }, (_, i) => event(`large${i}`, 60_000));
    const small = ['a', 'b', 'c'].map((id) => log.append([event(id, 40_000)], []));
    await Promise.all([...small, log.append(large, [])]);
    expect(groups).toEqual([2, 1, 5]);
  });
});

describe('a publisher that waits no longer', () => {
  it('takes along what is not being written, and gives its room to others', async () => {
    const { log, time, written, weather } = setUp({ limits: { events: 2 } });
    weather('down');
    const patience = new AbortController();
    const first = log.append([event('first')], [], patience.signal);
    await time.advance(1_000);
    const second = log.append([event('second')], [], patience.signal);
    patience.abort('enough');
    await expect(first).rejects.toBe('enough');
    await expect(second).rejects.toBe('enough');
    await expect(log.append([event('never')], [], patience.signal)).rejects.toBe('enough');
    const third = log.append([event('third')], []);
    weather('clear');
    await time.advance(6_000);
    await third;
    // The first was being written when its publisher left: it may be stored although nobody was told.
    expect(written).toEqual(['first', 'third']);
    expect(log.queuedEvents).toBe(0);
  });
});

describe('a reader that has enough', () => {
  it('holds up the next write, not the answer to what is durable', async () => {
    let resume: () => void = () => undefined;
    const { log, time, written } = setUp({
      onRecords: () => new Promise<void>((resolve) => (resume = resolve)),
    });
    await log.append([event('a')], []);
    const next = log.append([event('b')], []);
    const sinceMs = time.clock();
    await time.advance(60_000);
    expect(written).toEqual(['a']);
    expect(log.pressure).toMatchObject({
      pausedSinceMs: sinceMs,
      stuckSinceMs: undefined,
      queuedEvents: 1,
    });
    resume();
    await next;
    expect(written).toEqual(['a', 'b']);
  });
});

describe('closing', () => {
  it.each(['down', 'silent'] as const)(
    'ends in time when the store is %s, and tells everybody who waits',
    async (kind) => {
      const { log, time, weather } = setUp();
      weather(kind);
      const outcomes = [log.append([event('writing')], []).catch(codeOf)];
      await time.advance(1_000);
      outcomes.push(log.append([event('waiting')], []).catch(codeOf));
      outcomes.push(log.control({ kind: 'watermark', watermarkMs: 1 }).catch(codeOf));
      let isClosed = false;
      const closing = log.close().then(() => {
        isClosed = true;
      });
      await time.advance(STOP_GRACE_MS);
      await closing;
      expect(isClosed).toBe(true);
      const code = { down: 'STORE_UNAVAILABLE', silent: 'OVERLOADED' }[kind];
      expect(await Promise.all(outcomes)).toEqual([code, code, code]);
      expect(log.queuedEvents).toBe(kind === 'down' ? 0 : 1);
    },
  );
});
