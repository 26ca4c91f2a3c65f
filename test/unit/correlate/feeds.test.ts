import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFeedWatch } from '../../../src/correlate/feed-watch.ts';
import { ANYONE, Feeds } from '../../../src/correlate/feeds.ts';
import { Policy } from '../../../src/domain/policy.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const start = Date.UTC(2026, 0, 5, 8);
const as = 'https://as.example';
const lateness = 10 * minuteMs;
const silence = 15 * minuteMs;

/** A feed that speaks in these minutes after the start, thirty seconds past the minute. */
function feedsOf(...minutes: readonly number[]): Feeds {
  const feeds = new Feeds();
  for (const minute of minutes) feeds.heard(as, start + minute * minuteMs + 30_000, false);
  return feeds;
}

const aliveAt = (feeds: Feeds, minute: number): boolean =>
  feeds.aliveAround(as, start + minute * minuteMs, lateness, silence);

describe('a feed', () => {
  it.each<[string, number[], number, boolean]>([
    ['speaks before and after', [0, 10], 5, true],
    ['is silent before, because it is young', [6, 7], 5, false],
    ['never speaks again', [0, 4], 5, false],
    ['speaks again when it is too late to wait for', [0, 15], 5, false],
    ['speaks again in a minute that is not over by then', [2, 16], 6, false],
    ['speaks in that minute, and not again', [0, 5], 5.9, false],
    ['was silent for too long around it', [0, 16], 8, false],
    ['was silent for just as long as it may be', [0, 15], 8, true],
    ['has just come back', [0, 60, 61], 60.1, false],
    ['has been back for a minute', [0, 60, 61, 62], 61, true],
    ['is about to fall silent', [0, 1, 60], 1, false],
  ])('that %s', (_, minutes, at, alive) => {
    expect(aliveAt(feedsOf(...minutes), at)).toBe(alive);
  });

  it('is young until the very moment of its first word', () => {
    const feeds = feedsOf(0, 1);
    expect(feeds.aliveAround(as, start + 29_999, lateness, silence)).toBe(false);
    expect(feeds.aliveAround(as, start + 30_000, lateness, silence)).toBe(true);
  });

  it('is judged within the minute where lateness leaves no room for more', () => {
    expect(feedsOf(0, 1).aliveAround(as, start + minuteMs, minuteMs, silence)).toBe(true);
    expect(feedsOf(0, 2).aliveAround(as, start + minuteMs, minuteMs, silence)).toBe(false);
    expect(feedsOf(0, 1).aliveAround(as, start + minuteMs, 3_000, silence)).toBe(true);
  });

  it('that nobody knows is not alive', () => {
    expect(aliveAt(new Feeds(), 5)).toBe(false);
    const named = new Feeds();
    named.named(as);
    expect(aliveAt(named, 5)).toBe(false);
  });
});

describe('what is remembered', () => {
  const minutes = fc.array(fc.integer({ min: 0, max: 40 * 1_440 }), { maxLength: 60 });

  it('depends neither on order nor on repetition, nor on how often it was written down in between', () => {
    fc.assert(
      fc.property(minutes, minutes, fc.integer({ min: 0, max: 60 }), (list, again, cut) => {
        const once = feedsOf(...list, ...again);
        const other = feedsOf(...again.toReversed(), ...list.slice(0, cut));
        const restored = new Feeds();
        restored.restore(as, JSON.parse(JSON.stringify(other.bodyOf(as) ?? { minutes: {} })));
        for (const minute of list) restored.heard(as, start + minute * minuteMs + 30_000, false);
        expect(restored.bodyOf(as)).toEqual(once.bodyOf(as) ?? { minutes: {} });
        expect(restored.lastMs(as)).toBe(once.lastMs(as));
      }),
    );
  });

  it('says what is news, so that only that is written down', () => {
    const feeds = new Feeds();
    expect([feeds.heard(as, start + 1, false), feeds.heard(as, start + 2, false)]).toEqual([true, false]);
    // The first moment is kept to the millisecond.
    expect(feeds.heard(as, start, false)).toBe(true);
    expect([feeds.named(as), feeds.named(as)]).toEqual([true, false]);
    const { version } = feeds;
    expect([feeds.heard(as, start, false), feeds.version]).toEqual([false, version]);
    expect(feeds.bodyOf('https://nobody.example')).toBeUndefined();
  });

  it('counts what comes late once there is no more of it, and until then what was known before', () => {
    const feeds = feedsOf(0, 1, 13);
    for (const minute of [6, 9, 4]) expect(feeds.heard(as, start + minute * minuteMs, true)).toBe(true);
    expect(feeds.fillsUntilMs(as)).toBe(Number.POSITIVE_INFINITY);
    const watermarkMs = start + 60 * minuteMs;
    expect([aliveAt(feeds, 1), aliveAt(feeds, 3)]).toEqual([false, false]);
    expect(aliveAt(feeds, 5)).toBe(true);
    expect(feeds.settle(watermarkMs, lateness)).toEqual([as]);
    expect(feeds.settle(watermarkMs + lateness - 1, lateness)).toEqual([]);
    const restored = new Feeds();
    restored.restore(as, JSON.parse(JSON.stringify(feeds.bodyOf(as))));
    for (const each of [feeds, restored]) {
      expect(aliveAt(each, 2.5)).toBe(false);
      expect(each.settle(watermarkMs + lateness, lateness)).toEqual([as]);
      expect(aliveAt(each, 2.5)).toBe(true);
      expect(each.fillsUntilMs(as)).toBe(Number.NEGATIVE_INFINITY);
      expect(each.bodyOf(as)).not.toHaveProperty('refill');
    }
  });

  it('is thirty-two days of each, the latest', () => {
    const feeds = new Feeds();
    for (let day = 0; day < 50; day += 1) feeds.heard(as, start + day * dayMs, false);
    expect(Object.keys(feeds.bodyOf(as)?.minutes ?? {})).toHaveLength(32);
    expect(feeds.heard(as, start + dayMs, false)).toBe(false);
    expect(feeds.lastMs(as)).toBe(start + 49 * dayMs);
  });

  it('is a thousand issuers, whoever came first, and always those that policy expects', () => {
    const invented = Array.from({ length: 1_500 }, (_, index) => `https://evil-${index}.example`);
    const names = (order: readonly string[]): string[] => {
      const feeds = new Feeds();
      feeds.expect(['https://as-*']);
      for (const issuer of order) feeds.heard(issuer, start, false);
      feeds.heard('https://as-1.example', start, false);
      feeds.heard(ANYONE, start, false);
      expect(feeds.firstMs).toBe(start);
      return [...feeds.issuers()].sort();
    };
    const known = names(invented);
    expect(known.length).toBeLessThanOrEqual(1_000);
    expect(known).toContain('https://as-1.example');
    expect(names(invented.toReversed())).toEqual(known);
  });
});

describe('the watch over expected feeds', () => {
  const expecting = (...issuers: string[]): Policy => Policy.parse({ expects: { issuers } });
  const state = (found: ReturnType<ReturnType<typeof createFeedWatch>['take']>) =>
    found.changed.map(({ issuer, silent, lastMs }) => [issuer, silent, lastMs]);

  it('says once that a feed fell silent, once the watermark has passed the silence, and once that it is back', () => {
    const feeds = feedsOf(0, 3);
    feeds.heard(ANYONE, start + dayMs, false);
    const watch = createFeedWatch(feeds);
    const policy = expecting(as);
    expect(watch.take(policy, Number.NEGATIVE_INFINITY).changed).toEqual([]);
    expect(state(watch.take(policy, start))).toEqual([[as, false, start + 3 * minuteMs]]);
    expect(state(watch.take(policy, start + 19 * minuteMs - 1))).toEqual([]);
    expect(state(watch.take(policy, start + 19 * minuteMs))).toEqual([[as, true, start + 3 * minuteMs]]);
    expect(state(watch.take(policy, start + 60 * minuteMs))).toEqual([]);
    feeds.heard(as, start + 61 * minuteMs, false);
    expect(state(watch.take(policy, start + 60 * minuteMs))).toEqual([[as, false, start + 61 * minuteMs]]);
    expect(state(watch.take(policy, start + 60 * minuteMs))).toEqual([]);
  });

  it.each([start + dayMs, Number.POSITIVE_INFINITY])(
    'counts silence while others speak: up to %d',
    (until) => {
      const feeds = feedsOf(0);
      const watch = createFeedWatch(feeds);
      feeds.heard(ANYONE, start + 14 * minuteMs, false);
      expect(state(watch.take(expecting(as), until))).toEqual([[as, false, start]]);
      feeds.heard(ANYONE, start + 15 * minuteMs, false);
      expect(state(watch.take(expecting(as), until))).toEqual([[as, true, start]]);
    },
  );

  it('measures a feed that was never heard by everybody else, also after a restart', () => {
    const feeds = new Feeds();
    const watch = createFeedWatch(feeds);
    expect(watch.take(expecting(as), start)).toEqual({ changed: [], gone: [] });
    feeds.heard(ANYONE, start, false);
    expect(state(watch.take(expecting(as), start))).toEqual([[as, false, undefined]]);
    feeds.heard(ANYONE, start + dayMs, false);
    const restored = new Feeds();
    restored.restore(ANYONE, feeds.bodyOf(ANYONE) ?? { minutes: {} });
    const again = createFeedWatch(restored);
    expect(state(again.take(expecting(as), start + silence - 1))).toEqual([[as, false, undefined]]);
    expect(state(again.take(expecting(as), start + silence))).toEqual([[as, true, undefined]]);
    restored.named(as);
    expect(again.take(expecting(as), start + silence).changed).toMatchObject([{ silent: true, inUse: true }]);
    // Somebody spoke earlier than was known: the finding is to say so.
    restored.heard(ANYONE, start - 1, false);
    expect(again.take(expecting(as), start + silence).changed).toMatchObject([{ sinceMs: start - 1 }]);
  });

  it('looks at every issuer that a pattern fits, at each one once, and at the pattern while there is none', () => {
    const feeds = new Feeds();
    feeds.heard(ANYONE, start, false);
    const watch = createFeedWatch(feeds);
    const policy = expecting('https://as*', as);
    expect(state(watch.take(policy, start)).map(([issuer]) => issuer)).toEqual(['https://as*', as]);
    feeds.heard(as, start, false);
    feeds.heard('https://as2.example', start, false);
    const found = watch.take(policy, start);
    expect(state(found).map(([issuer]) => issuer)).toEqual(['https://as2.example']);
    expect(found.gone).toEqual(['https://as*']);
  });

  it('takes back what is no longer expected, and says everything again under other rules', () => {
    const feeds = feedsOf(0);
    feeds.heard(ANYONE, start + dayMs, false);
    const watch = createFeedWatch(feeds);
    watch.take(expecting(as), start + dayMs);
    watch.renew();
    expect(state(watch.take(expecting(as), start + dayMs))).toEqual([[as, true, start]]);
    watch.renew();
    expect(watch.take(expecting(), start + dayMs)).toMatchObject({ changed: [], gone: [as] });
    expect(watch.take(expecting(), start + 2 * dayMs)).toMatchObject({ changed: [], gone: [] });
  });
});
