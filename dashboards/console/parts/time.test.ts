import { expect, it } from 'vitest';
import { durationOf, relativeTo, timeOf, untilOf } from './time.ts';

const now = '2026-03-04T05:06:07.890Z';
const nowMs = Date.parse(now);

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [5_460_000, '1 h 31 min'],
  [90_000_000, '1 d 1 h'],
  [172_800_000, '2 d'],
  [-61_000, '1 min'],
])('says %i ms aloud as %s', (ms, text) => {
  expect(durationOf(ms)).toBe(text);
});

it('says how far away an instant is', () => {
  expect(relativeTo('2026-03-04T05:07:07.890Z', nowMs)).toBe('in 1 min');
  expect(relativeTo('2026-03-04T03:06:07.890Z', nowMs)).toBe('2 h ago');
});

it('gives the absolute time first, machine-readable', () => {
  expect(String(timeOf(now, nowMs + 5_000))).toBe(
    `<time datetime="${now}" class="nowrap">2026-03-04 05:06:07 UTC</time> <span class="muted nowrap">5 s ago</span>`,
  );
  expect(timeOf(undefined, nowMs)).toBeUndefined();
});

it('tells never, unknown, ended and still alive apart in words', () => {
  expect(String(untilOf(null, nowMs))).toContain('never ends by itself');
  expect(String(untilOf(undefined, nowMs))).toContain('unknown');
  expect(String(untilOf('2026-03-04T05:00:00.000Z', nowMs))).toContain('ended');
  expect(String(untilOf('2026-03-04T06:06:07.890Z', nowMs))).toContain('in 1 h');
});
