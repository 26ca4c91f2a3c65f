import { describe, expect, it } from 'vitest';
import { readProject } from '../support/markdown.ts';
import { bundle } from './bundle.ts';
import { mutations } from './mutations.ts';
import { range, runSeeds } from './run.ts';

/** No planted bug may need more worlds than this; CI runs many times as many. */
const SEEDS_MAX = 400;

describe('a planted bug', () => {
  it('is one of twenty, and each stands in the source where it says', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(20);
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    const misplaced = mutations.filter(({ file, search }) => readProject(file).split(search).length !== 2);
    expect(misplaced).toEqual([]);
  });

  it.each(mutations)('is found: $name', async (mutation) => {
    let found: string | undefined;
    await runSeeds({
      bundle: await bundle(mutation),
      seeds: [mutation.seed ?? 1, ...range(1, SEEDS_MAX)],
      threads: 1,
      onVerdict({ seed, problems: [problem] }) {
        if (problem !== undefined) found = `seed ${seed}: ${problem}`;
        return found === undefined;
      },
    });
    expect(found).toBeDefined();
  });
});
