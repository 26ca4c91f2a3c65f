import { describe, expect, it } from 'vitest';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import { STOP_GRACE_MS } from '../../../src/domain/limits.ts';
import type { LoggedEvent, RefusedRow } from '../../../src/domain/ports.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEmbeddedLog } from '../../../src/log/embedded.ts';
import { admitted, START_MS } from '../engine/worlds.ts';

const data: EventData = {
  v: 1,
  type: 'tool.invoked',
  callId: 'c',
  actor: { id: 'agent', kind: 'agent' },
  tool: { name: 'search' },
};
const event = (id: string) => admitted(data, { id, atMs: START_MS });

/** A store whose writes happen when the test says so. */
function slowStore(options: { refuse?: (logged: LoggedEvent) => boolean; failures?: number } = {}) {
  const written: string[][] = [];
  const letters: string[] = [];
  const records: LogRecord[] = [];
  let failures = options.failures ?? 0;
  let release: () => void = () => undefined;
  let held: Promise<void> | undefined;
  const log = createEmbeddedLog({
    store: {
      async appendEvents(events): Promise<readonly RefusedRow[]> {
        await held;
        if (failures > 0) {
          failures -= 1;
          throw new ChainwardenError('STORE_UNAVAILABLE', 'away');
        }
        const refused = events.flatMap((logged, index) =>
          options.refuse?.(logged) === true ? [{ index, reason: 'not to its taste' }] : [],
        );
        written.push(events.map((logged) => `${logged.seq}:${logged.event.id}`));
        return refused;
      },
      async appendControl() {},
      async appendDeadLetters(list) {
        for (const letter of list) letters.push(letter.code);
      },
    },
    lastSeq: 7,
    clock: () => START_MS,
    sleep: (ms) => (ms === STOP_GRACE_MS ? new Promise(() => {}) : Promise.resolve()),
    onRecords: async (list) => {
      records.push(...list);
    },
    limits: { events: 4 },
  });
  return {
    log,
    written,
    letters,
    records,
    hold() {
      held = new Promise((resolve) => {
        release = resolve;
      });
    },
    release() {
      held = undefined;
      release();
    },
  };
}

describe('the embedded log', () => {
  it('gives positions in the order of arrival and hands records on only when they are durable', async () => {
    const { log, written, records, hold, release } = slowStore();
    hold();
    const first = log.append([event('a')], []);
    const second = log.append([event('b'), event('c')], []);
    await Promise.resolve();
    expect(records).toEqual([]);
    release();
    await Promise.all([first, second]);
    expect(written.flat()).toEqual(['8:a', '9:b', '10:c']);
    expect(records.map((record) => record.seq)).toEqual([8, 9, 10]);
  });

  it('writes what came in one turn, and what came during a write, as one group each', async () => {
    const { log, written, hold, release } = slowStore();
    hold();
    const all = [log.append([event('a')], []), log.append([event('b')], [])];
    await new Promise((resolve) => setImmediate(resolve));
    all.push(log.append([event('c')], []), log.append([event('d')], []));
    release();
    await Promise.all(all);
    expect(written).toEqual([
      ['8:a', '9:b'],
      ['10:c', '11:d'],
    ]);
  });

  it('answers OVERLOADED when more waits than it may hold, and takes more afterwards', async () => {
    const { log, hold, release } = slowStore();
    hold();
    const waiting = log.append([event('a'), event('b'), event('c'), event('d')], []);
    await expect(log.append([event('e')], [])).rejects.toMatchObject({ code: 'OVERLOADED' });
    release();
    await waiting;
    await log.append([event('e')], []);
    expect(log.lastSeq).toBe(12);
  });

  it('writes the same batch again until the store has it', async () => {
    const { log, written } = slowStore({ failures: 3 });
    await log.append([event('a')], []);
    expect(written).toEqual([['8:a']]);
  });

  it('keeps a row that the store refuses as a dead letter, and hands the others on', async () => {
    const { log, letters, records } = slowStore({ refuse: (logged) => logged.event.id === 'bad' });
    await log.append([event('a'), event('bad'), event('c')], []);
    expect(letters).toEqual(['EVENT_STORE_REFUSED']);
    expect(records.map((record) => (record.kind === 'event' ? record.event.id : record.kind))).toEqual([
      'a',
      'c',
    ]);
  });

  it('puts a watermark at its place among the events', async () => {
    const { log, records } = slowStore();
    await Promise.all([
      log.append([event('a')], []),
      log.control({ kind: 'watermark', watermarkMs: START_MS }),
      log.append([event('b')], []),
    ]);
    expect(records.map((record) => record.kind)).toEqual(['event', 'watermark', 'event']);
  });

  it('finishes what it accepted when it closes, and accepts nothing further', async () => {
    const { log, written } = slowStore();
    const last = log.append([event('a')], []);
    await log.close();
    await last;
    expect(written.flat()).toEqual(['8:a']);
    await expect(log.append([event('b')], [])).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('takes up what comes in the very moment it falls idle', async () => {
    for (let turns = 0; turns < 30; turns += 1) {
      const { log, written } = slowStore();
      await log.append([event('a')], []);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      void log.append([event('b')], []);
      await new Promise((resolve) => setImmediate(resolve));
      expect(written, `appended ${turns} turns after the answer`).toEqual([['8:a'], ['9:b']]);
    }
  });
});
