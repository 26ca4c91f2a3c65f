import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWatermarkTracker } from '../../src/correlate/watermark.ts';
import type { Detection } from '../../src/detection.ts';
import { ChainwardenError } from '../../src/domain/errors.ts';
import { createEngine } from '../../src/engine.ts';
import { startHeartbeat } from '../../src/heartbeat.ts';
import type { KafkaIntake } from '../../src/intake.ts';
import { createHealth, createMetrics } from '../../src/observe/index.ts';

const LATENESS_MS = 600_000;
const start = Date.UTC(2026, 0, 5, 8);

/** A heart on virtual time, over a log that can be slow or refuse. */
function stage(kafka?: KafkaIntake) {
  vi.useFakeTimers({ now: start });
  const tracker = createWatermarkTracker(LATENESS_MS);
  const metrics = createMetrics();
  const told: number[] = [];
  const spent = [{ detector: 'slow', evaluations: 0, ms: 0 }];
  const log = { answer: async (): Promise<void> => undefined };
  const detection = {
    tracker,
    watch: { detectors: [], spent },
    engine: { ...createEngine({ detectors: [] }), waiting: true },
    responder: {
      unconfirmed: 0,
      lanes: [],
      stats: { attempts: 0, delivered: 0, dead: 0, waiting: 0, inFlight: 0 },
    },
    pipeline: { pressure: { records: 0, chars: 0, stuckMs: 0 } },
    eventLog: {
      queuedEvents: 0,
      lastSeq: 0,
      pressure: { queuedEvents: 0, queuedChars: 0 },
      async control({ watermarkMs }: { watermarkMs: number }) {
        await log.answer();
        told.push(watermarkMs);
      },
    },
  } as unknown as Detection;
  const heart = startHeartbeat({
    detection,
    metrics,
    health: createHealth(() => Date.now()),
    kafka,
    clock: () => Date.now(),
  });
  return {
    tracker,
    told,
    spent,
    log,
    heart,
    pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000),
    page: () => metrics.render(),
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the heartbeat', () => {
  it('tells the log of every second while something waits', async () => {
    const { told, pass, heart } = stage();
    await pass(3);
    expect(told).toEqual([1, 2, 3].map((second) => start + second * 1_000 - LATENESS_MS));
    await heart.stop();
    await pass(3);
    expect(told).toHaveLength(3);
  });

  it('stands still while the log takes nothing, and gives publishers as long to come back', async () => {
    const { tracker, told, log, pass, heart } = stage();
    await pass(2);
    let open = (): void => undefined;
    log.answer = () => new Promise((resolve) => (open = () => resolve()));
    await pass(300);
    expect(told).toHaveLength(2);
    log.answer = async () => undefined;
    open();
    await pass(2);
    // What had been under way is all that time has moved: it goes on from there.
    const stoodAt = start + 3_000 - LATENESS_MS;
    expect(told.at(-1)).toBe(stoodAt);
    tracker.observe('http/crm', start + 4_000, Date.now());
    await pass(290);
    expect(told.at(-1)).toBe(stoodAt);
    await pass(20);
    expect(told.at(-1)).toBeGreaterThan(Date.now() - LATENESS_MS - 2_000);
    await heart.stop();
  });

  it('offers a watermark again that a full log refused, and the same one', async () => {
    const { told, log, pass, heart } = stage();
    const offered: number[] = [];
    log.answer = async () => {
      offered.push(Date.now());
      throw new ChainwardenError('OVERLOADED', 'full');
    };
    await pass(5);
    expect(offered).toHaveLength(5);
    log.answer = async () => undefined;
    await pass(1);
    expect(told).toEqual([start + 1_000 - LATENESS_MS]);
    await heart.stop();
  });

  it('shows who holds time back and why, one at a time', async () => {
    const { tracker, pass, page, heart } = stage();
    tracker.observe('http/crm', start - 60_000, Date.now());
    await pass(1);
    expect(await page()).toMatch(/watermark_held_seconds\{partition="http\/crm",why="live"\} 661/);
    expect(await page()).toMatch(/watermark_partitions\{state="live"\} 1/);
    await pass(11);
    expect(await page()).not.toMatch(/watermark_held_seconds\{/);
    expect(await page()).toMatch(/watermark_partitions\{state="idle"\} 1/);
    await heart.stop();
  });
});

it('counts what detectors take since it looked last', async () => {
  const { spent, pass, page, heart } = stage();
  spent[0] = { detector: 'slow', evaluations: 3, ms: 250 };
  await pass(1);
  spent[0] = { detector: 'slow', evaluations: 5, ms: 750 };
  await pass(2);
  expect(await page()).toMatch(/detector_evaluations_total\{detector="slow"\} 5\n/);
  expect(await page()).toMatch(/detector_evaluation_seconds_total\{detector="slow"\} 0\.75\n/);
  await heart.stop();
});

describe('what waits in Kafka', () => {
  const source = { messages: 0, commits: 0, retries: 0, unreadableBatches: 0, rebalances: 0, restarts: 0 };

  /** A topic of one partition, as the broker and the consumer see it. */
  function topic() {
    const state = { running: true, lag: 0, delivered: 0, assigned: true };
    const kafka: KafkaIntake = {
      status: () => ({
        ...source,
        state: state.running ? 'running' : 'connecting',
        partitions: state.assigned ? [{ topic: 'calls', partition: 0, lag: state.lag }] : [],
      }),
      delivered: () => state.delivered,
      stop: async () => undefined,
    };
    return { state, kafka };
  }

  it('holds time until it is read, and not while a busy topic is merely never empty', async () => {
    const { state, kafka } = topic();
    const { tracker, told, pass, page, heart } = stage(kafka);
    state.lag = 50_000;
    await pass(5);
    expect(told).toEqual([]);
    expect(await page()).toMatch(/watermark_held_seconds\{partition="calls\/0",why="behind"\} \+?Inf/i);
    tracker.observe('calls/0', start - 7_200_000, Date.now());
    state.delivered += 1;
    await pass(1);
    expect(told.at(-1)).toBe(start - 7_200_000 - LATENESS_MS);
    // Ten thousand a second from here on, always a thousand in flight, and all of them by a clock that is an hour behind.
    state.lag = 1_000;
    for (let second = 0; second < 40; second += 1) {
      state.delivered += 10_000;
      tracker.observe('calls/0', Date.now() - 3_600_000, Date.now());
      await pass(1);
    }
    expect(told.at(-1)).toBeGreaterThan(Date.now() - LATENESS_MS - 15_000);
    await heart.stop();
  });

  it('is unknown while there is no connection: then time waits, ten minutes at most', async () => {
    const { state, kafka } = topic();
    state.running = false;
    const { told, pass, heart } = stage(kafka);
    await pass(600);
    expect(told).toEqual([]);
    await pass(2);
    expect(told.at(-1)).toBe(Date.now() - LATENESS_MS);
    await heart.stop();
  });

  it('is no longer ours to wait for when the partition is given to another process', async () => {
    const { state, kafka } = topic();
    const { tracker, pass, heart } = stage(kafka);
    state.lag = 10;
    await pass(2);
    expect(tracker.partitions.behind).toBe(1);
    const other = { topic: 'calls', partition: 1, lag: 0 };
    kafka.status = () => ({ ...source, state: 'running', partitions: [other] });
    await pass(2);
    expect(tracker.partitions.behind).toBe(0);
    await heart.stop();
  });
});
