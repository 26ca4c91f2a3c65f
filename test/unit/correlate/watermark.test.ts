import { describe, expect, it } from 'vitest';
import { createWatermarkTracker } from '../../../src/correlate/watermark.ts';

const MINUTE_MS = 60_000;
const now = Date.UTC(2026, 0, 5, 8);

describe('the watermark', () => {
  it('stays the allowed lateness behind the slowest source', () => {
    const tracker = createWatermarkTracker(MINUTE_MS);
    tracker.observe('a', now - 5_000, now);
    tracker.observe('b', now - 30_000, now);
    expect(tracker.at(now)).toBe(now - 30_000 - MINUTE_MS);
  });

  it('follows the clock when every source is idle', () => {
    const tracker = createWatermarkTracker(MINUTE_MS);
    tracker.observe('a', now - 30_000, now);
    expect(tracker.at(now + MINUTE_MS)).toBe(now);
  });

  it('waits for a source that is paused, because it is slow and not idle', () => {
    const tracker = createWatermarkTracker(MINUTE_MS);
    tracker.observe('a', now, now);
    tracker.pause('a', true);
    expect(tracker.at(now + 5 * MINUTE_MS)).toBe(now - MINUTE_MS);
  });

  it('is not dragged along by a publisher from the future', () => {
    const tracker = createWatermarkTracker(MINUTE_MS);
    tracker.observe('a', now + 365 * 86_400_000, now);
    expect(tracker.at(now)).toBe(now - MINUTE_MS);
  });

  it('is not stopped by a publisher from the past', () => {
    const tracker = createWatermarkTracker(MINUTE_MS);
    tracker.observe('stuck', Date.UTC(1999, 0), now);
    tracker.observe('a', now, now);
    expect(tracker.at(now)).toBe(now - 10 * MINUTE_MS - MINUTE_MS);
  });

  it('never goes back', () => {
    const tracker = createWatermarkTracker(MINUTE_MS);
    tracker.observe('a', now, now);
    const reached = tracker.at(now);
    tracker.observe('b', now - 5 * MINUTE_MS, now);
    expect(tracker.at(now)).toBe(reached);
  });
});
