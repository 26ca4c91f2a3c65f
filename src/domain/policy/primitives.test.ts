import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from './primitives.ts';

const few = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
const glob = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '*'), maxLength: 6 });

describe('a pattern', () => {
  it('fits what the same regular expression fits', () => {
    fc.assert(
      fc.property(glob, few, (pattern, value) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`);
        expect(matchesPattern(pattern, value)).toBe(expression.test(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes every character but the asterisk for itself', () => {
    expect(matchesPattern('a.c?', 'abcd')).toBe(false);
    expect(matchesPattern('a.c?', 'a.c?')).toBe(true);
    expect(matchesPattern('', '')).toBe(true);
    expect(matchesPattern('*', '')).toBe(true);
  });
});
