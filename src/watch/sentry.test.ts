import { describe, expect, it } from 'vitest';
import { createSentry } from './sentry.ts';

const MIB = 2 ** 20;
const limits = { budgetMs: 5_000, growthBytes: 100 * MIB, suspectMs: 250, lookMsMax: 300 };

/** Looks every 100 ms; each gives the turn and the process's memory in MiB. */
function verdicts(looks: readonly (readonly [turn: number, rssMiB: number, nowMs?: number])[]): string[] {
  const judge = createSentry(limits);
  return looks.map(
    ([turn, rssMiB, nowMs], index) =>
      judge({ turn, rssBytes: rssMiB * MIB, nowMs: nowMs ?? index * 100 }).verdict,
  );
}

const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);

describe('the sentry', () => {
  it('calls stuck what is under way for longer than its budget, and not before', () => {
    const seen = verdicts(repeat(52, [1, 50]));
    expect(seen.indexOf('stuck')).toBe(50);
    expect(seen.slice(0, 3)).toEqual(['calm', 'calm', 'calm']);
    expect(new Set(seen.slice(3, 50))).toEqual(new Set(['suspect']));
  });

  it('is calm while each evaluation is another, however long they take together', () => {
    expect(new Set(verdicts(Array.from({ length: 100 }, (_, i) => [i * 2 + 1, 50])))).toEqual(
      new Set(['calm']),
    );
  });

  it('is calm while nothing is under way', () => {
    expect(new Set(verdicts(repeat(100, [2, 50])))).toEqual(new Set(['calm']));
    expect(new Set(verdicts(repeat(100, [-2, 50])))).toEqual(new Set(['calm']));
  });

  it('notices growth against the memory before the evaluation was first seen', () => {
    expect(
      verdicts([
        [2, 50],
        [3, 140],
        [3, 150],
        [3, 150],
        [3, 151],
      ]),
    ).toEqual(['calm', 'calm', 'calm', 'calm', 'grew']);
  });

  it('does not blame an evaluation for growth that is over in no time', () => {
    expect(
      verdicts([
        [2, 50],
        [3, 500],
        [4, 500],
        [5, 500],
        [5, 510],
      ]),
    ).toEqual(repeat(5, 'calm'));
  });

  it('does not count the time in which the whole process stood still', () => {
    const asleep = verdicts([
      [1, 50, 0],
      [1, 50, 100],
      [1, 50, 3_600_000],
      [1, 50, 3_600_100],
    ]);
    expect(asleep).toEqual(['calm', 'calm', 'suspect', 'suspect']);
  });

  it('counts on when the number of turns runs over', () => {
    expect(verdicts(repeat(52, [-(2 ** 31) + 1, 50])).at(-1)).toBe('stuck');
  });
});
