import { describe, expect, it } from 'vitest';
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
const hour = 60 * minute;

function setUp(over: Partial<OutboxOptions> = {}, pendingMax?: number) {
  const time = createTime();
  const store = createMemoryResponses(pendingMax);
  const transport = createScripted(time.clock);
  const outbox = createOutbox({
    store,
    channels: transport.channels([endpointOf('ops'), endpointOf('other')]),
    clock: time.clock,
    timer: time.timer,
    random: () => 0,
    log: silent,
    ...over,
  });
  const open = () => [...store.outbox.values()].filter(({ state }) => state === 'pending').length;
  const lane = (name = 'ops') => outbox.lanes.find(({ endpoint }) => endpoint === name);
  return { time, store, transport, outbox, open, lane };
}

const entries = (prefix: string, count: number, endpoint = 'ops') =>
  Array.from({ length: count }, (_, i) =>
    entryOf(`${prefix}${i}`, { endpoint, nextAttemptMs: startMs + i, createdMs: startMs + i }),
  );

/** Every connection hangs until it is given up. */
function hanging(timer: OutboxOptions['timer']): Promise<Attempt> {
  const given: Attempt = { kind: 'failed', code: 'DELIVERY_FAILED', message: 'TIMEOUT', retriable: true };
  return new Promise((resolve) => timer(() => resolve(given), 15_000));
}

describe('a receiver that is slow or away', () => {
  it.each([
    ['dead', () => ({ kind: 'failed', code: 'DELIVERY_FAILED', message: 'x', retriable: true }) as Attempt],
    ['answering 500', () => status(500)],
    ['answering 429', () => status(429)],
    ['answering 503 and asking for a minute', () => status(503, '60')],
    ['hanging', hanging],
  ] as const)('%s for five minutes gets everything afterwards, and costs a bounded lane', async (_, bad) => {
    const { outbox, time, transport, open, lane } = setUp({ entriesMax: 50 });
    transport.answer = () => bad(time.timer);
    await outbox.enqueue(entries('m', 300));
    let most = 0;
    for (let second = 0; second < 300; second += 10) {
      await time.advance(10_000);
      most = Math.max(most, outbox.stats.waiting + outbox.stats.inFlight);
    }
    expect(most).toBe(50);
    expect(lane()).toMatchObject({ overflowed: true, failingSinceMs: expect.any(Number) });
    transport.answer = () => status(204);
    await time.advance(hour);
    expect(open()).toBe(0);
    expect(outbox.stats).toMatchObject({ delivered: 300, dead: 0 });
    expect(lane()).toMatchObject({ overflowed: false, failingSinceMs: undefined, waiting: 0, inFlight: 0 });
  });

  it('does not hold up another receiver, also not with more messages than one look at the store shows', async () => {
    const { outbox, time, transport, lane } = setUp({ entriesMax: 20 }, 100);
    transport.answer = (id) => (id.startsWith('stuck') ? hanging(time.timer) : status(204));
    await outbox.enqueue(entries('stuck', 500));
    await outbox.enqueue(entries('fine', 200, 'other'));
    await time.advance(minute);
    expect(transport.sent.filter(({ endpoint }) => endpoint === 'other')).toHaveLength(200);
    expect(lane('other')).toMatchObject({ waiting: 0, overflowed: false });
  });

  it('hides nothing of the other receivers from a new process either', async () => {
    const { outbox, time, transport, store } = setUp({ entriesMax: 20 }, 100);
    await store.writeOutbox([...entries('stuck', 500), ...entries('fine', 200, 'other')]);
    transport.answer = (id) => (id.startsWith('stuck') ? hanging(time.timer) : status(204));
    await outbox.start();
    await time.advance(minute);
    expect(transport.sent.filter(({ endpoint }) => endpoint === 'other')).toHaveLength(200);
  });

  it('that refuses some messages for hours gets those that were never tried at once', async () => {
    const { outbox, time, transport, open } = setUp({ entriesMax: 20 });
    transport.answer = (id) => (id.startsWith('bad') ? status(500) : status(204));
    await outbox.enqueue([...entries('bad', 20), ...entries('good', 100)]);
    await time.advance(hour);
    expect(transport.sent.filter(({ id }) => id.startsWith('good'))).toHaveLength(100);
    expect(open()).toBe(20);
  });

  it('does not have the store read again and again while everything waits', async () => {
    const { outbox, time, transport, store } = setUp({ entriesMax: 20 });
    let reads = 0;
    const { pendingOutbox } = store;
    store.pendingOutbox = (of) => {
      reads += 1;
      return pendingOutbox(of);
    };
    transport.answer = () => status(500);
    await outbox.enqueue(entries('m', 100));
    await time.advance(hour);
    expect(reads).toBeLessThanOrEqual(hour / 30_000 + 1);
  });
});

describe('the end of the process', () => {
  it('waits for answers as long as it may, and leaves what is cut off to the next one, untouched', async () => {
    const { outbox, time, transport, store } = setUp();
    let cut: (attempt: Attempt) => void = () => undefined;
    transport.answer = () => new Promise((resolve) => (cut = resolve));
    await outbox.enqueue([entryOf('a')]);
    await time.advance(0);
    let ended = false;
    const stopping = outbox.stop().then(() => {
      ended = true;
    });
    await time.advance(3_000);
    expect(ended).toBe(false);
    await time.advance(2_000);
    await stopping;
    cut({ kind: 'failed', code: 'DELIVERY_FAILED', message: 'destroyed', retriable: true });
    await time.advance(minute);
    expect([...store.outbox.values()]).toMatchObject([{ state: 'pending', attempts: 0, version: 1 }]);
  });
});
