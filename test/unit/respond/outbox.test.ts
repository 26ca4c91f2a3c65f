import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../../src/domain/response.ts';
import { createOutbox, type OutboxOptions } from '../../../src/respond/outbox.ts';
import type { Attempt } from '../../../src/respond/types.ts';
import {
  createMemoryResponses,
  createScripted,
  createTime,
  endpointOf,
  entryOf,
  silent,
  startMs,
  status,
} from './support.ts';

const minute = 60_000;
const week = 7 * 24 * 60 * minute;

function setUp(over: Partial<OutboxOptions> = {}) {
  const time = createTime();
  const store = createMemoryResponses();
  const transport = createScripted(time.clock);
  const options: OutboxOptions = {
    store,
    channels: transport.channels([endpointOf('ops'), endpointOf('other')]),
    clock: time.clock,
    timer: time.timer,
    random: () => 0,
    log: silent,
    ...over,
  };
  const stored = (id: string): OutboxEntry | undefined => store.outbox.get(JSON.stringify(['acme', id]));
  const times = (id: string) =>
    transport.sent.filter((message) => message.id === id).map((message) => (message.atMs - startMs) / 1_000);
  return { time, store, transport, options, outbox: createOutbox(options), stored, times };
}

describe('the outbox', () => {
  it('writes before it sends, and notes the delivery', async () => {
    const { outbox, store, transport, time, stored } = setUp();
    let durableAtSend: OutboxEntry | undefined;
    transport.answer = () => {
      durableAtSend = stored('a');
      return status(204);
    };
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    expect(durableAtSend).toMatchObject({ state: 'pending' });
    expect(stored('a')).toMatchObject({ state: 'delivered', attempts: 1, lastStatus: 204, version: 2 });
    expect(store.calls.find).toBe(1);
    expect(outbox.stats).toEqual({ waiting: 0, inFlight: 0, attempts: 1, delivered: 1, dead: 0 });
  });

  it('sends nothing when it cannot write', async () => {
    const { outbox, store, transport, time } = setUp();
    store.down = true;
    await expect(outbox.enqueue([entryOf('a')])).rejects.toThrow('down');
    store.down = false;
    await time.advance(week);
    expect(transport.sent).toEqual([]);
  });

  it('sends what was written although the answer to its write was an error', async () => {
    const { outbox, store, transport, time } = setUp();
    const { writeOutbox } = store;
    store.writeOutbox = async (entries) => {
      await writeOutbox(entries);
      store.writeOutbox = writeOutbox;
      throw new Error('the answer was lost');
    };
    await expect(outbox.enqueue([entryOf('a')])).rejects.toThrow('lost');
    await outbox.enqueue([entryOf('a')]);
    await time.advance(week);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(week);
    expect(transport.sent.map(({ id }) => id)).toEqual(['a']);
  });

  it('sends an id once, however often it is enqueued', async () => {
    const { outbox, transport, time } = setUp();
    await outbox.enqueue([entryOf('a'), entryOf('a')]);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(week);
    expect(transport.sent).toHaveLength(1);
  });

  it('repeats by the schedule under one id and the same bytes, and then keeps it as dead', async () => {
    const { outbox, transport, time, times, stored } = setUp();
    transport.answer = () => status(500);
    await outbox.enqueue([entryOf('a', { body: '{"n":1}' })]);
    await time.advance(week);
    expect(times('a')).toEqual([0, 1, 6, 36, 336, 2_136, 9_336, 27_336, 63_336, 113_736, 185_736, 272_136]);
    expect(new Set(transport.sent.map(({ body }) => body))).toEqual(new Set(['{"n":1}']));
    expect(stored('a')).toMatchObject({ state: 'dead', attempts: 12, lastStatus: 500 });
  });

  it('gives dead messages a new life on request', async () => {
    const { outbox, transport, time, stored } = setUp();
    transport.answer = () => status(410);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(minute);
    transport.answer = () => status(200);
    expect(await outbox.revive('acme', ['a', 'unknown'])).toBe(1);
    await time.advance(minute);
    expect(stored('a')).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(await outbox.revive('acme', ['a'])).toBe(0);
  });

  it('lets the whole endpoint rest while the receiver asks for it, and no other', async () => {
    const { outbox, transport, time, times } = setUp();
    transport.answer = (id) => (id === 'a' ? status(429, '60') : status(200));
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    transport.answer = () => status(200);
    await outbox.enqueue([entryOf('b'), entryOf('c', { endpoint: 'other' })]);
    await time.advance(59_000);
    expect([times('b'), times('c')]).toEqual([[], [0]]);
    await time.advance(1_000);
    expect([times('a'), times('b')]).toEqual([[0, 60], [60]]);
  });

  it('stops sending to an endpoint that is gone, and keeps what was meant for it', async () => {
    const { outbox, transport, time, stored, times } = setUp();
    transport.answer = (id) => (id === 'a' ? status(410) : status(500));
    await outbox.enqueue([entryOf('b')]);
    await time.advance(0);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(week);
    await outbox.enqueue([entryOf('c')]);
    await time.advance(week);
    expect(times('b').length).toBe(1);
    expect(times('c')).toEqual([]);
    for (const id of ['a', 'b', 'c']) expect(stored(id)?.state).toBe('dead');
  });

  it('keeps to its concurrency, and sends revocations first', async () => {
    const { options, time, transport } = setUp();
    const outbox = createOutbox({ ...options, concurrency: 2 });
    const answers: (() => void)[] = [];
    let now = 0;
    let most = 0;
    transport.answer = () => {
      most = Math.max(most, ++now);
      return new Promise<Attempt>((resolve) =>
        answers.push(() => {
          now -= 1;
          resolve(status(200));
        }),
      );
    };
    const alerts = Array.from({ length: 6 }, (_, i) => entryOf(`a${i}`));
    await outbox.enqueue([...alerts, entryOf('r', { responseId: 'r' })]);
    while (answers.length > 0) {
      answers.shift()?.();
      await time.advance(0);
    }
    expect(most).toBe(2);
    expect(transport.sent.map(({ id }) => id)).toEqual(['r', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('sends on while the store does not take what was answered, within a bound', async () => {
    let isAway = true;
    const away = async () => {
      if (isAway) throw new Error('away');
    };
    const { options, time, transport, stored } = setUp();
    const outbox = createOutbox({ ...options, concurrency: 1, onOutcomes: away });
    await outbox.enqueue(Array.from({ length: 70 }, (_, i) => entryOf(`a${i}`)));
    await time.advance(0);
    expect(transport.sent).toHaveLength(64);
    isAway = false;
    await time.advance(1_000);
    expect(transport.sent).toHaveLength(70);
    expect(new Set(transport.sent.map(({ id }) => id)).size).toBe(70);
    expect(stored('a69')).toMatchObject({ state: 'delivered' });
  });

  it('holds a bounded number in memory and fetches the rest when there is room', async () => {
    const { options, time, transport, stored } = setUp();
    const outbox = createOutbox({ ...options, entriesMax: 4, concurrency: 1 });
    const ids = Array.from({ length: 25 }, (_, i) => `m${i}`);
    const held: number[] = [];
    transport.answer = () => {
      held.push(outbox.stats.waiting + outbox.stats.inFlight);
      return status(200);
    };
    await outbox.enqueue(ids.map((id) => entryOf(id)));
    await time.advance(minute);
    expect(Math.max(...held)).toBe(4);
    expect(ids.every((id) => stored(id)?.state === 'delivered')).toBe(true);
    expect(transport.sent).toHaveLength(25);
  });

  it('does not send again what was delivered while it was being fetched', async () => {
    const { options, store, time, transport } = setUp();
    const outbox = createOutbox({ ...options, entriesMax: 4, concurrency: 1 });
    const { pendingOutbox } = store;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let read = 0;
    store.pendingOutbox = async () => {
      const rows = await pendingOutbox();
      read = rows.length;
      await released;
      return rows;
    };
    await outbox.enqueue(Array.from({ length: 10 }, (_, i) => entryOf(`m${i}`)));
    await time.advance(minute);
    expect([read, transport.sent.length]).toEqual([8, 4]);
    release();
    await time.advance(minute);
    expect(transport.sent).toHaveLength(10);
  });

  it('sends what is new although memory is full of what waits for a retry', async () => {
    const { options, time, transport, times, stored } = setUp();
    const outbox = createOutbox({ ...options, entriesMax: 3 });
    transport.answer = (id) => (id.startsWith('old') ? status(500) : status(200));
    await outbox.enqueue(['old1', 'old2', 'old3'].map((id) => entryOf(id)));
    await time.advance(minute);
    await outbox.enqueue([entryOf('new', { nextAttemptMs: startMs + minute })]);
    await time.advance(0);
    expect(times('new')).toEqual([60]);
    await time.advance(week);
    for (const id of ['old1', 'old2', 'old3']) expect(stored(id)?.attempts).toBe(12);
  });

  it('does not send again while a delivery cannot be noted, and notes it when the store is back', async () => {
    const { outbox, store, transport, time, stored } = setUp();
    transport.answer = () => {
      store.down = true;
      return status(200);
    };
    await outbox.enqueue([entryOf('a')]);
    await time.advance(10 * minute);
    expect(stored('a')?.state).toBe('pending');
    store.down = false;
    await time.advance(minute);
    expect(stored('a')?.state).toBe('delivered');
    expect(transport.sent).toHaveLength(1);
  });

  it('leaves an entry pending when it is stopped before the store is back', async () => {
    const { outbox, store, transport, time, stored, options } = setUp();
    transport.answer = () => {
      store.down = true;
      return status(200);
    };
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    await outbox.stop();
    store.down = false;
    transport.answer = () => status(409);
    const next = createOutbox(options);
    await next.start();
    await time.advance(0);
    expect(stored('a')).toMatchObject({ state: 'delivered', lastStatus: 409 });
    expect(transport.sent.map(({ id }) => id)).toEqual(['a', 'a']);
  });

  it('takes up after a restart what is pending, at its time, and nothing else', async () => {
    const { outbox, options, transport, time, times } = setUp();
    transport.answer = (id) => (id === 'done' ? status(200) : status(500));
    await outbox.enqueue([entryOf('done'), entryOf('late')]);
    await time.advance(10_000);
    await outbox.stop();
    await time.advance(minute);
    expect(times('late')).toEqual([0, 1, 6]);
    transport.answer = () => status(200);
    const next = createOutbox(options);
    await next.start();
    await next.enqueue([entryOf('done'), entryOf('late')]);
    await time.advance(week);
    expect(times('late')).toEqual([0, 1, 6, 70]);
    expect(times('done')).toEqual([0]);
  });

  it('asks before every attempt whether the message may still leave', async () => {
    let reason: string | undefined;
    const { outbox, transport, time, stored } = setUp({ veto: () => reason });
    transport.answer = () => status(500);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    reason = 'the kill switch is on';
    await time.advance(week);
    expect(transport.sent).toHaveLength(1);
    expect(stored('a')).toMatchObject({ state: 'dead', lastError: 'the kill switch is on' });
  });

  it('cancels what waits, not what is on its way', async () => {
    const { outbox, transport, time, stored } = setUp();
    transport.answer = () => status(500);
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    expect(await outbox.cancel('acme', 'a', 'withdrawn')).toBe(true);
    let answer: ((attempt: Attempt) => void) | undefined;
    transport.answer = () => new Promise((resolve) => (answer = resolve));
    await outbox.enqueue([entryOf('b')]);
    await time.advance(0);
    expect(await outbox.cancel('acme', 'b', 'withdrawn')).toBe(false);
    answer?.(status(200));
    await time.advance(week);
    expect(stored('a')).toMatchObject({ state: 'dead', lastError: 'withdrawn', attempts: 1 });
    expect(stored('b')).toMatchObject({ state: 'delivered' });
    expect(transport.sent).toHaveLength(2);
  });

  it('leaves a disabled endpoint alone, and ends what was meant for one that is no more', async () => {
    const { options, transport, time, stored, store } = setUp();
    await store.writeOutbox([entryOf('a'), entryOf('b', { endpoint: 'removed' })]);
    const channels = transport.channels([endpointOf('ops', { disabled: true })]);
    const outbox = createOutbox({ ...options, channels });
    await outbox.start();
    await time.advance(week);
    expect(transport.sent).toEqual([]);
    expect(stored('a')?.state).toBe('pending');
    expect(stored('b')).toMatchObject({ state: 'dead', lastError: 'the endpoint is not configured' });
  });
});
