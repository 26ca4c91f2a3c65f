import { describe, expect, it } from 'vitest';
import { createWatermarkTracker, type WatermarkTracker } from '../../../src/correlate/watermark.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LATENESS_MS = 10 * MINUTE_MS;
const now = Date.UTC(2026, 0, 5, 8);

/** Lets a publisher speak every second from `fromMs` to `toMs`, with a clock of its own; ends with a look. */
function play(
  tracker: WatermarkTracker,
  [fromMs, toMs]: readonly [number, number],
  says: Readonly<Record<string, (clockMs: number) => number | undefined>>,
): number {
  let reachedMs = tracker.at(fromMs);
  for (let clockMs = fromMs; clockMs <= toMs; clockMs += SECOND_MS) {
    for (const [name, eventMs] of Object.entries(says)) {
      const at = eventMs(clockMs);
      if (at !== undefined) tracker.observe(name, at, clockMs);
    }
    reachedMs = tracker.at(clockMs);
  }
  return reachedMs;
}

const live = (clockMs: number): number => clockMs;

describe('the watermark', () => {
  it('stays the allowed lateness behind the slowest source', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    tracker.observe('a', now - 5_000, now);
    tracker.observe('b', now - 30_000, now);
    expect(tracker.at(now)).toBe(now - 30_000 - LATENESS_MS);
    expect(tracker.holder).toEqual({ partition: 'b', why: 'live' });
    expect(tracker.partitions).toMatchObject({ live: 2, idle: 0 });
  });

  it('follows a source that does not say everything in order, by the smallest time of its last moments', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    for (const behindMs of [0, 40_000, 10_000]) tracker.observe('a', now - behindMs, now);
    expect(tracker.at(now)).toBe(now - 40_000 - LATENESS_MS);
    expect(play(tracker, [now + SECOND_MS, now + 11 * SECOND_MS], { a: live })).toBeGreaterThanOrEqual(
      now - LATENESS_MS,
    );
  });

  it('follows the clock when every source is idle', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    tracker.observe('a', now - 30_000, now);
    expect(tracker.at(now + 10 * SECOND_MS)).toBe(now - 30_000 - LATENESS_MS);
    expect(tracker.at(now + 11 * SECOND_MS)).toBe(now + 11 * SECOND_MS - LATENESS_MS);
    expect(tracker.holder).toBeUndefined();
    expect(tracker.partitions.idle).toBe(1);
  });

  it('takes another lateness as it comes, and never goes back for it', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    const at = now + 20 * SECOND_MS;
    expect(tracker.at(at)).toBe(at - LATENESS_MS);
    tracker.setLateness(LATENESS_MS * 2);
    expect(tracker.at(at)).toBe(at - LATENESS_MS);
    tracker.setLateness(SECOND_MS);
    expect(tracker.at(at)).toBe(at - SECOND_MS);
  });

  it('never goes back, also when our own clock does, and goes on soon after', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    const reached = play(tracker, [now, now + MINUTE_MS], { a: live });
    tracker.observe('b', now - 5 * MINUTE_MS, now + MINUTE_MS);
    expect(tracker.at(now + MINUTE_MS)).toBe(reached);
    const back = now - HOUR_MS;
    expect(tracker.at(back)).toBe(reached);
    expect(play(tracker, [back, back + 2 * MINUTE_MS], { b: live })).toBe(reached);
    expect(tracker.at(now + 2 * MINUTE_MS)).toBeGreaterThan(reached);
  });

  it('waits for nobody into a future that our own clock has left again', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    const reached = play(tracker, [now, now + MINUTE_MS], { a: live });
    tracker.outage(now + MINUTE_MS, now + 365 * DAY_MS);
    tracker.observe('a', now + 365 * DAY_MS, now + 365 * DAY_MS);
    expect(tracker.at(now + 365 * DAY_MS)).toBe(reached);
    expect(tracker.at(now + 2 * MINUTE_MS)).toBe(reached);
    expect(tracker.at(now + 13 * MINUTE_MS)).toBe(now + 13 * MINUTE_MS - LATENESS_MS);
    expect(tracker.partitions).toMatchObject({ idle: 1, live: 0 });
  });
});

describe('a clock that is wrong', () => {
  it('drags nobody along when it lives in the future', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    const reachedMs = play(tracker, [now, now + MINUTE_MS], {
      a: (clockMs) => clockMs - 30_000,
      wild: (clockMs) => clockMs + 365 * DAY_MS,
    });
    expect(reachedMs).toBeLessThanOrEqual(now + 30_000 - LATENESS_MS);
  });

  it('is not waited for when it is years behind, from the first moment on', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    tracker.observe('wild', Date.UTC(1999, 0), now);
    tracker.observe('a', now, now);
    expect(tracker.at(now)).toBe(now - LATENESS_MS);
    expect(tracker.partitions).toMatchObject({ skewed: 1 });
    tracker.observe('wild', Date.UTC(1999, 0), now);
    tracker.observe('a', Number.NaN, now);
    expect(tracker.at(now + SECOND_MS)).toBe(now - LATENESS_MS);
    expect(tracker.partitions).toMatchObject({ late: 1, live: 1 });
  });

  it.each<[string, (clockMs: number) => number]>([
    ['stuck', () => now],
    ['slow', (clockMs) => now + (clockMs - now) / 2],
    ['behind by as much as may be', (clockMs) => clockMs - 10 * MINUTE_MS],
    ['jumping', (clockMs) => clockMs - ((clockMs / SECOND_MS) % 7) * HOUR_MS],
    ['running backwards', (clockMs) => now - (clockMs - now)],
  ])('holds time back by ten minutes at most when it is %s', (_, wild) => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    for (let hour = 0; hour < 3; hour += 1) {
      const toMs = now + (hour + 1) * HOUR_MS;
      const reachedMs = play(tracker, [now + hour * HOUR_MS, toMs], { a: live, wild });
      expect(reachedMs).toBeGreaterThanOrEqual(toMs - 10 * MINUTE_MS - 10 * SECOND_MS - LATENESS_MS);
    }
  });

  it('cannot fill memory with names, and those beyond still count', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    for (let index = 0; index < 1_000; index += 1) tracker.observe(`p${index}`, now, now);
    tracker.observe('one more', now - MINUTE_MS, now);
    expect(tracker.at(now)).toBe(now - MINUTE_MS - LATENESS_MS);
    expect(tracker.holder?.partition).toBe('others');
    tracker.at(now + HOUR_MS);
    tracker.at(now + HOUR_MS);
    expect(Object.values(tracker.partitions).reduce((sum, count) => sum + count)).toBe(0);
  });
});

describe('a backlog that offsets prove', () => {
  it('holds time by its own events for as long as it gains, and is never taken for idle', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    const reached = play(tracker, [now, now + MINUTE_MS], { 'topic/0': live, a: live });
    tracker.setBehind('topic/0', true, now + MINUTE_MS);
    // Three hours at half the speed of time, one look a minute: an overloaded consumer.
    for (let minute = 2; minute < 180; minute += 1) {
      const clockMs = now + minute * MINUTE_MS;
      tracker.observe('topic/0', now + (minute / 2) * MINUTE_MS, clockMs);
      tracker.observe('a', clockMs, clockMs);
      const reachedMs = tracker.at(clockMs);
      expect(reachedMs).toBeLessThanOrEqual(Math.max(reached, now + (minute / 2) * MINUTE_MS - LATENESS_MS));
      expect(tracker.holder).toEqual({ partition: 'topic/0', why: 'behind' });
    }
    const end = now + 180 * MINUTE_MS;
    tracker.setBehind('topic/0', false, end);
    expect(play(tracker, [end, end + 11 * SECOND_MS], { 'topic/0': live })).toBeGreaterThan(
      end - LATENESS_MS,
    );
  });

  it('is given up when it gains nothing for ten minutes, and waited for again when it does', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    tracker.setBehind('topic/0', true, now);
    expect(tracker.at(now)).toBe(Number.NEGATIVE_INFINITY);
    tracker.observe('topic/0', now - HOUR_MS, now);
    expect(tracker.at(now)).toBe(now - HOUR_MS - LATENESS_MS);
    expect(tracker.at(now + 10 * MINUTE_MS)).toBe(now - HOUR_MS - LATENESS_MS);
    expect(tracker.at(now + 11 * MINUTE_MS)).toBe(now + MINUTE_MS);
    expect(tracker.partitions.stuck).toBe(1);
    tracker.observe('topic/0', now + 2 * MINUTE_MS, now + 30 * MINUTE_MS);
    expect(tracker.at(now + 30 * MINUTE_MS)).toBe(now + MINUTE_MS);
  });

  it('does not move what it never said anything of', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    tracker.setBehind('topic/1', false, now);
    tracker.setBehind('topic/0', true, now);
    tracker.setBehind('topic/0', true, now + 9 * MINUTE_MS);
    expect(tracker.at(now + 9 * MINUTE_MS)).toBe(Number.NEGATIVE_INFINITY);
    // Saying it again is no gain.
    expect(tracker.at(now + 11 * MINUTE_MS)).toBe(now + MINUTE_MS);
    // Being behind once more is.
    tracker.setBehind('topic/0', false, now + 12 * MINUTE_MS);
    tracker.setBehind('topic/0', true, now + 15 * MINUTE_MS);
    expect(tracker.at(now + 15 * MINUTE_MS)).toBe(now + MINUTE_MS);
  });
});

describe('after an outage of ours', () => {
  const startMs = now - 2 * HOUR_MS;

  it('goes on where the log ended, and gives those who were refused time to come back', () => {
    const tracker = createWatermarkTracker(LATENESS_MS, { startMs });
    expect(tracker.at(now)).toBe(startMs);
    expect(tracker.holder).toEqual({ partition: '', why: 'outage' });
    expect(tracker.at(now + 10 * MINUTE_MS - 1)).toBe(startMs);
    expect(tracker.at(now + 10 * MINUTE_MS)).toBe(now);
  });

  it('waits no longer than it was away', () => {
    const tracker = createWatermarkTracker(LATENESS_MS, { startMs: now - LATENESS_MS - 3 * SECOND_MS });
    expect(tracker.at(now)).toBe(now - LATENESS_MS - 3 * SECOND_MS);
    expect(tracker.at(now + 3 * SECOND_MS)).toBe(now + 3 * SECOND_MS - LATENESS_MS);
  });

  it('begins at once on a log without any time, and after a restart by a clock that was set back', () => {
    expect(createWatermarkTracker(LATENESS_MS).at(now)).toBe(now - LATENESS_MS);
    const tracker = createWatermarkTracker(LATENESS_MS, { startMs: now + HOUR_MS });
    expect(tracker.at(now)).toBe(now + HOUR_MS);
    expect(tracker.at(now + 3 * HOUR_MS)).toBe(now + 3 * HOUR_MS - LATENESS_MS);
  });

  it('holds time by what publishers kept and send now, beside what they send live, until they are done', () => {
    const tracker = createWatermarkTracker(LATENESS_MS, { startMs });
    let judgedLate = 0;
    let reachedMs = tracker.at(now);
    // Two hours in thirty minutes, in bursts of a minute, and everything that happens meanwhile.
    for (let second = 0; second < 1_800; second += 1) {
      const clockMs = now + second * SECOND_MS;
      const keptMs = startMs + LATENESS_MS + second * 4_000;
      if (second % 60 < 5) {
        if (keptMs < reachedMs) judgedLate += 1;
        tracker.observe('http/crm', keptMs, clockMs);
      }
      tracker.observe('http/crm', clockMs, clockMs);
      tracker.observe('http/other', clockMs, clockMs);
      reachedMs = tracker.at(clockMs);
    }
    expect(judgedLate).toBe(0);
    expect(tracker.partitions).toMatchObject({ late: 0 });
    const end = now + 31 * MINUTE_MS;
    expect(play(tracker, [end, end + 11 * MINUTE_MS], { 'http/crm': live })).toBeGreaterThan(end);
  });

  it('waits ten minutes for one that stays in the past, and not again for the next one', () => {
    const tracker = createWatermarkTracker(LATENESS_MS, { startMs });
    const wild = (clockMs: number): number => clockMs - HOUR_MS;
    const during = play(tracker, [now, now + 9 * MINUTE_MS], { a: live, wild });
    expect(during).toBe(startMs);
    // Its first words came in the grace; it has gained nothing since.
    const end = now + 21 * MINUTE_MS;
    expect(play(tracker, [now + 9 * MINUTE_MS, end], { a: live, wild })).toBeGreaterThan(
      end - 11 * MINUTE_MS,
    );
    expect(play(tracker, [end, end + SECOND_MS], { a: live, next: wild })).toBeGreaterThan(
      end - 11 * MINUTE_MS,
    );
  });

  it('is the same for one that the process lived through', () => {
    const tracker = createWatermarkTracker(LATENESS_MS);
    const reached = play(tracker, [now, now + MINUTE_MS], { a: live });
    const back = now + 3 * HOUR_MS;
    tracker.outage(now + MINUTE_MS, back);
    expect(tracker.at(back)).toBe(reached);
    expect(tracker.at(back + 9 * MINUTE_MS)).toBe(reached);
    tracker.outage(back, back);
    expect(tracker.at(back + 10 * MINUTE_MS + 1)).toBe(back + 1);
  });
});
