import { describe, expect, it } from 'vitest';
import type { Pausing } from '../../src/domain/pausing.ts';
import { atOnce, createSlices } from '../../src/slices.ts';

/** Every step takes a millisecond of a clock that nothing else moves, except who comes in between. */
function bench(steps: number, fault?: Error) {
  let nowMs = 0;
  let turns = 0;
  function* work(): Pausing<string> {
    for (let step = 0; step < steps; step += 1) {
      nowMs += 1;
      yield;
    }
    if (fault !== undefined) throw fault;
    return 'done';
  }
  const slices = createSlices({
    now: () => nowMs,
    turn: async () => {
      turns += 1;
      nowMs += 50;
    },
    sliceMs: 3,
  });
  return { work, slices, turns: () => turns };
}

describe('work in slices', () => {
  it('lets others have their turn after each, and does not count their time as its own', async () => {
    const { work, slices, turns } = bench(10);
    expect(await slices(work())).toEqual({ value: 'done', workedMs: 10 });
    expect(turns()).toBe(3);
  });

  it('that is over within one has no turns', async () => {
    const { work, slices, turns } = bench(2);
    expect(await slices(work())).toEqual({ value: 'done', workedMs: 2 });
    expect(turns()).toBe(0);
  });

  it('fails with what it throws, in whichever slice', async () => {
    const fault = new Error('broken');
    for (const steps of [0, 10]) {
      const { work, slices } = bench(steps, fault);
      await expect(slices(work())).rejects.toBe(fault);
    }
  });

  it('comes to the same at once', () => {
    expect(atOnce(bench(10).work())).toBe('done');
    const fault = new Error('broken');
    expect(() => atOnce(bench(1, fault).work())).toThrow(fault);
  });
});
