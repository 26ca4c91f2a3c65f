import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../domain/policy.ts';
import { includes } from './reach.ts';

/** All words of up to five letters; `c` is in no pattern. */
const words = Array.from({ length: 5 }).reduce<string[]>(
  (all) => [...new Set([...all, ...all.flatMap((word) => ['a', 'b', 'c'].map((letter) => word + letter))])],
  [''],
);

describe('whether one pattern fits all that another one fits', () => {
  it('is what trying every word says', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pattern, pattern, (wide, narrow) => {
        const tried = words
          .filter((word) => matchesPattern(narrow, word))
          .every((word) => matchesPattern(wide, word));
        expect(includes(wide, narrow)).toBe(tried);
      }),
      { numRuns: 2_000 },
    );
  });
});
