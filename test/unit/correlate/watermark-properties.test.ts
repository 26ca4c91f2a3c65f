import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatermarkTracker } from '../../../src/correlate/watermark.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LATENESS_MS = 10 * MINUTE_MS;
const HOLD_MS = 10 * MINUTE_MS;
/** A frontier is the smallest time of at most this long. */
const WINDOW_MS = 10 * SECOND_MS;
const now = Date.UTC(2026, 0, 5, 8);

const names = fc.constantFrom('a', 'b', 'c');
const waits = fc.integer({ min: 0, max: 3 * MINUTE_MS });
/** Anything a clock can say: a little off, hours, years, either way, and what is no time at all. */
const offsets = fc.oneof(
  fc.integer({ min: -5 * SECOND_MS, max: 0 }),
  fc.integer({ min: -3 * HOLD_MS, max: HOLD_MS }),
  fc.integer({ min: -400 * DAY_MS, max: 400 * DAY_MS }),
  fc.constant(Number.NaN),
);

type Step =
  | { readonly do: 'hear'; readonly name: string; readonly offsetMs: number; readonly waitMs: number }
  | { readonly do: 'behind'; readonly name: string; readonly on: boolean; readonly waitMs: number }
  | { readonly do: 'outage'; readonly waitMs: number };

const hears = fc.record({ do: fc.constant('hear' as const), name: names, offsetMs: offsets, waitMs: waits });
const behinds = fc.record({
  do: fc.constant('behind' as const),
  name: names,
  on: fc.boolean(),
  waitMs: waits,
});
const outages = fc.record({
  do: fc.constant('outage' as const),
  waitMs: fc.integer({ min: 0, max: DAY_MS }),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: hears },
  { weight: 1, arbitrary: behinds },
  { weight: 1, arbitrary: outages },
);

describe('whatever sources say', () => {
  it('time never goes back, never runs ahead of the clock, and is back within twenty minutes of silence', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 120 }), fc.option(offsets), (script, start) => {
        const startMs = start === null || Number.isNaN(start) ? undefined : now + Math.min(0, start);
        const tracker = createWatermarkTracker(LATENESS_MS, startMs === undefined ? {} : { startMs });
        let clockMs = now;
        let reachedMs = startMs ?? Number.NEGATIVE_INFINITY;
        for (const step of script) {
          const sinceMs = clockMs;
          clockMs += step.waitMs;
          if (step.do === 'hear') tracker.observe(step.name, clockMs + step.offsetMs, clockMs);
          if (step.do === 'behind') tracker.setBehind(step.name, step.on, clockMs);
          if (step.do === 'outage') tracker.outage(sinceMs, clockMs);
          const atMs = tracker.at(clockMs);
          expect(atMs).toBeGreaterThanOrEqual(reachedMs);
          expect(atMs).toBeLessThanOrEqual(Math.max(reachedMs, clockMs - LATENESS_MS));
          reachedMs = atMs;
        }
        const looks = [0, HOLD_MS + 1, 2 * HOLD_MS + 2].map((afterMs) => tracker.at(clockMs + afterMs));
        expect(looks.at(-1)).toBe(Math.max(reachedMs, clockMs + 2 * HOLD_MS + 2 - LATENESS_MS));
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('one source whose clock does what it likes moves time by no more than it may hold it', () => {
    const wild = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_600 }), offsets), { maxLength: 200 });
    fc.assert(
      fc.property(wild, fc.integer({ min: 0, max: 30 }), (said, delaySeconds) => {
        const bySecond = new Map<number, number[]>();
        for (const [second, offsetMs] of said)
          bySecond.set(second, [...(bySecond.get(second) ?? []), offsetMs]);
        const without = createWatermarkTracker(LATENESS_MS);
        const beside = createWatermarkTracker(LATENESS_MS);
        for (let second = 0; second <= 3_600; second += 10) {
          const clockMs = now + second * SECOND_MS;
          for (const tracker of [without, beside]) {
            tracker.observe('good', clockMs - delaySeconds * SECOND_MS, clockMs);
          }
          for (let each = second - 9; each <= second; each += 1)
            for (const offsetMs of bySecond.get(each) ?? [])
              beside.observe('wild', clockMs + offsetMs, clockMs);
          const [expected, found] = [without.at(clockMs), beside.at(clockMs)];
          expect(found).toBeLessThanOrEqual(expected);
          expect(found).toBeGreaterThanOrEqual(expected - HOLD_MS - WINDOW_MS);
        }
        // It is over as soon as the wild one is silent.
        const laterMs = now + 3_620 * SECOND_MS;
        for (const tracker of [without, beside]) tracker.observe('good', laterMs, laterMs);
        expect(beside.at(laterMs)).toBe(without.at(laterMs));
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
