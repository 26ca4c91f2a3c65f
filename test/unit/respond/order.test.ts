import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../../src/domain/response.ts';
import { createOutbox, type OutboxOptions } from '../../../src/respond/outbox.ts';
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
  const order = () => transport.sent.map(({ id }) => id);
  return { time, store, transport, options, order };
}

/** The n-th message about something. */
function word(orderKey: string, n: number, over: Partial<OutboxEntry> = {}): OutboxEntry {
  return entryOf(`${orderKey}${n}`, { orderKey, createdMs: startMs + n, ...over });
}

describe('messages about one thing', () => {
  it('leave one after the other, oldest first; others do not wait for them', async () => {
    const { time, transport, options, order } = setUp();
    const outbox = createOutbox(options);
    transport.answer = (id, attempt) => status(id === 'a1' && attempt < 3 ? 500 : 200);
    await outbox.enqueue([word('a', 1), word('a', 2), word('b', 1)]);
    await outbox.enqueue([word('a', 3), word('a', 1, { id: 'else', endpoint: 'other' })]);
    await time.advance(0);
    expect(order()).toEqual(['a1', 'b1', 'else']);
    await time.advance(minute);
    expect(order()).toEqual(['a1', 'b1', 'else', 'a1', 'a1', 'a2', 'a3']);
  });

  it('leave as they were made, also those of one millisecond', async () => {
    const { time, options, order } = setUp();
    const outbox = createOutbox(options);
    await outbox.enqueue(['z', 'm', 'a'].map((id) => entryOf(id, { orderKey: 'k' })));
    await time.advance(minute);
    expect(order()).toEqual(['z', 'm', 'a']);
  });

  it('go on when the first of them is given up', async () => {
    const { time, transport, options, order } = setUp();
    const outbox = createOutbox(options);
    transport.answer = (id) => status(id === 'a1' ? 500 : 200);
    await outbox.enqueue([word('a', 1), word('a', 2)]);
    await time.advance(week);
    expect(new Set(order())).toEqual(new Set(['a1', 'a2']));
    expect(order().indexOf('a2')).toBe(order().length - 1);
  });

  it('keep their order when an old one gets a new life', async () => {
    const { time, transport, options, order, store } = setUp();
    await store.writeOutbox([word('a', 1, { state: 'dead' })]);
    const outbox = createOutbox(options);
    transport.answer = (_, attempt) => status(attempt === 1 ? 500 : 200);
    await outbox.enqueue([word('a', 2)]);
    await time.advance(0);
    await outbox.revive('acme', ['a1']);
    await time.advance(minute);
    expect(order()).toEqual(['a2', 'a1', 'a1', 'a2']);
  });

  it('of different tenants do not wait for each other', async () => {
    const { time, transport, options, order } = setUp();
    const outbox = createOutbox(options);
    transport.answer = (id) => status(id === 'a1' ? 500 : 200);
    await outbox.enqueue([word('a', 1), word('a', 2, { tenant: 'globex' })]);
    await time.advance(0);
    expect(order()).toEqual(['a1', 'a2']);
  });

  it('never overtake, whatever fails, whatever does not fit into memory and whenever a process ends', async () => {
    const message = fc.record({
      key: fc.constantFrom('a', 'b', 'c', ''),
      gapMs: fc.integer({ min: 0, max: 90_000 }),
    });
    const world = fc.record({
      messages: fc.array(message, { minLength: 1, maxLength: 25 }),
      failures: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 25, maxLength: 25 }),
      restarts: fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 3 }),
      entriesMax: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ messages, failures, restarts, entriesMax }) => {
        const { time, transport, options, store } = setUp({ entriesMax, concurrency: 2 });
        const keyOf = new Map<string, string>();
        const early: string[] = [];
        transport.answer = (id, attempt) => {
          const key = keyOf.get(id);
          const mine = [...store.outbox.values()].filter((entry) => entry.orderKey === key);
          const before = mine.filter((entry) => entry.state === 'pending' && entry.id < id);
          if (key !== '' && before.length > 0) early.push(`${id} before ${before.map((entry) => entry.id)}`);
          return status(attempt <= (failures[Number(id.slice(1))] ?? 0) ? 500 : 200);
        };
        let outbox = createOutbox(options);
        for (const [n, { key, gapMs }] of messages.entries()) {
          const id = `m${String(n).padStart(2, '0')}`;
          keyOf.set(id, key);
          const nowMs = time.clock();
          await outbox.enqueue([entryOf(id, { orderKey: key, createdMs: nowMs + n, nextAttemptMs: nowMs })]);
          await time.advance(gapMs);
          if (!restarts.includes(n)) continue;
          await outbox.stop();
          outbox = createOutbox(options);
          await outbox.start();
        }
        await time.advance(week);
        expect(early).toEqual([]);
        expect([...store.outbox.values()].filter(({ state }) => state !== 'delivered')).toEqual([]);
        await outbox.stop();
      }),
      { numRuns: 60 },
    );
  });
});
