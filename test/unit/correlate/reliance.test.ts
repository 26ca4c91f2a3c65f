import { expect, it } from 'vitest';
import { Feeds } from '../../../src/correlate/feeds.ts';
import { Reliance } from '../../../src/correlate/reliance.ts';

const as = 'https://as.example';
const minuteMs = 60_000;
const start = Date.UTC(2026, 0, 5, 8);
const at = (minutes: number): number => start + minutes * minuteMs;

function setUp() {
  const feeds = new Feeds();
  const reliance = new Reliance(feeds);
  const asks = (instance: string) =>
    reliance.feedsFor(instance).aliveAround(as, at(5), 2 * minuteMs, 10 * minuteMs);
  const hear = (minute: number, late: boolean) => {
    if (feeds.heard(as, at(minute), late)) reliance.heard(as);
  };
  return { feeds, reliance, asks, hear };
}

it('has what was judged of a feed that fills in its past judged again, when the feed is done', () => {
  const { feeds, reliance, asks, hear } = setUp();
  for (const minute of [1, 6]) hear(minute, true);
  expect(asks('chain:a')).toBe(false);
  expect(reliance.waiting).toBe(true);
  expect(reliance.takeDue(at(100))).toEqual([]);

  feeds.settle(at(100), minuteMs);
  expect(reliance.untilMs('chain:a')).toBe(at(101));
  expect(reliance.takeDue(at(101) - 1)).toEqual([]);
  expect(reliance.takeDue(at(101))).toEqual(['chain:a']);
  expect(reliance.waiting).toBe(false);
  feeds.settle(at(101), minuteMs);
  expect(asks('chain:a')).toBe(true);
  expect(reliance.waiting).toBe(false);
});

it('has it judged again when the feed fills in something after it was judged', () => {
  const { reliance, asks, hear } = setUp();
  hear(1, false);
  expect(asks('chain:a')).toBe(false);
  hear(3, false);
  expect(reliance.waiting).toBe(false);
  hear(6, true);
  expect(reliance.waiting).toBe(true);
  expect(reliance.untilMs('chain:a')).toBe(Number.POSITIVE_INFINITY);
  expect(reliance.untilMs('chain:b')).toBe(Number.NEGATIVE_INFINITY);
});

it('forgets what is gone', () => {
  const { reliance, asks, hear } = setUp();
  hear(6, true);
  asks('chain:a');
  reliance.forget(['chain:a', 'chain:b']);
  expect(reliance.waiting).toBe(false);
  hear(7, true);
  expect(reliance.waiting).toBe(false);
});
