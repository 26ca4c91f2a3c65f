import { describe, expect, it } from 'vitest';
import { judge, parseRetryAfter } from '../../../src/respond/schedule.ts';
import { startMs, status } from './support.ts';

const second = 1_000;
const hour = 3_600 * second;

function waits(responseId: string): number[] {
  const found: number[] = [];
  for (let attempts = 1; ; attempts += 1) {
    const verdict = judge({ responseId, attempts }, status(500), startMs, () => 0);
    if (verdict.state !== 'pending') return found;
    found.push((verdict.nextAttemptMs - startMs) / second);
  }
}

describe('the schedule', () => {
  it('is the one of Standard Webhooks for messages to people, after three quick tries', () => {
    expect(waits('')).toEqual([1, 5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  });

  it('begins with a fast ladder for revocations', () => {
    expect(waits('rsp_1').slice(0, 6)).toEqual([1, 3, 10, 30, 300, 1_800]);
  });

  it('spreads by a fifth at most, and never earlier', () => {
    const at = (random: number) => judge({ responseId: '', attempts: 4 }, status(500), 0, () => random);
    expect(at(0)).toMatchObject({ nextAttemptMs: 300 * second });
    expect(at(1)).toMatchObject({ nextAttemptMs: 360 * second });
  });
});

describe('judge', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [409, 'delivered'],
    [301, 'pending'],
    [307, 'pending'],
    [400, 'pending'],
    [404, 'pending'],
    [429, 'pending'],
    [500, 'pending'],
    [410, 'dead'],
  ] as const)('takes %i for %s', (code, state) => {
    expect(judge({ responseId: '', attempts: 1 }, status(code), startMs, () => 0).state).toBe(state);
  });

  it('gives up at once on what cannot succeed later', () => {
    const attempt = {
      kind: 'failed',
      code: 'DESTINATION_FORBIDDEN',
      message: 'refused',
      retriable: false,
    } as const;
    expect(judge({ responseId: '', attempts: 1 }, attempt, startMs, () => 0)).toMatchObject({
      state: 'dead',
      gone: false,
      error: 'DESTINATION_FORBIDDEN: refused',
    });
  });

  it.each([
    [429, 90],
    [503, 90],
    [500, 1],
    [404, 1],
  ])('heeds Retry-After on %i: next in %i s', (code, seconds) => {
    expect(judge({ responseId: '', attempts: 1 }, status(code, '90'), startMs, () => 0)).toMatchObject({
      nextAttemptMs: startMs + seconds * second,
    });
  });

  it.each([
    ['a message', '', 24 * hour],
    ['a revocation', 'rsp_1', 15 * 60 * second],
  ])('lets nobody postpone %s for as long as they like', (_, responseId, pauseMs) => {
    const verdict = judge({ responseId, attempts: 1 }, status(503, '999999'), startMs, () => 0);
    const untilMs = startMs + pauseMs;
    expect(verdict).toMatchObject({ nextAttemptMs: untilMs, pauseUntilMs: untilMs });
  });

  it('never comes back sooner than its own schedule', () => {
    expect(judge({ responseId: '', attempts: 4 }, status(429, '1'), startMs, () => 0)).toMatchObject({
      nextAttemptMs: startMs + 300 * second,
    });
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120 * second],
    [' 7 ', 7 * second],
    ['0', 0],
    [new Date(startMs + 30 * second).toUTCString(), 30 * second],
    [new Date(startMs - hour).toUTCString(), 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['999999999', 24 * hour],
    ['-1', undefined],
    ['soon', undefined],
    ['Someday', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (value, expected) => {
    expect(parseRetryAfter(value, startMs)).toBe(expected);
  });
});
