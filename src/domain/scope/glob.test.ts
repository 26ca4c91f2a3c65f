import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globCovers, matchesGlob } from './glob.ts';

/** Every text over the letters, up to a length. */
function textsOver(letters: readonly string[], length: number): readonly string[] {
  const all = [''];
  let last: readonly string[] = [''];
  for (let at = 0; at < length; at += 1) {
    last = last.flatMap((text) => letters.map((letter) => text + letter));
    all.push(...last);
  }
  return all;
}

/** The same question asked of another engine. */
function asRegExp(pattern: string): RegExp {
  const source = [...pattern].map((symbol) => (symbol === '*' ? '.*' : symbol === '?' ? '.' : symbol));
  return new RegExp(`^${source.join('')}$`);
}

/** Inclusion by looking at every text: `c` stands for all letters that no pattern names. */
function includesAll(parent: string, child: string, texts: readonly string[]): boolean {
  const [outer, inner] = [asRegExp(parent), asRegExp(child)];
  return texts.every((text) => !inner.test(text) || outer.test(text));
}

const short = textsOver(['a', 'b', 'c'], 6);
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 });

describe('globCovers', () => {
  it('agrees with brute force on every pair of patterns up to four symbols', () => {
    const patterns = textsOver(['a', 'b', '*', '?'], 4);
    const matched = patterns.map((one) => {
      const expression = asRegExp(one);
      return Uint8Array.from(short, (text) => (expression.test(text) ? 1 : 0));
    });
    const wrong: string[] = [];
    patterns.forEach((parent, outer) => {
      patterns.forEach((child, inner) => {
        const isIncluded = matched[inner]?.every((hit, at) => hit === 0 || matched[outer]?.[at] === 1);
        if (globCovers(parent, child) !== (isIncluded ? 'yes' : 'no')) wrong.push(`${child} in ${parent}`);
      });
    });
    expect(patterns).toHaveLength(341);
    expect(wrong).toEqual([]);
  });

  it('agrees with brute force on longer patterns', () => {
    const texts = textsOver(['a', 'b', 'c'], 8);
    fc.assert(
      fc.property(pattern, pattern, (parent, child) => {
        expect(globCovers(parent, child)).toBe(includesAll(parent, child, texts) ? 'yes' : 'no');
      }),
      { numRuns: 150 },
    );
  });

  it('is reflexive, and transitive where it says yes', () => {
    fc.assert(
      fc.property(pattern, pattern, pattern, (a, b, c) => {
        expect(globCovers(a, a)).toBe('yes');
        if (globCovers(a, b) === 'yes' && globCovers(b, c) === 'yes') expect(globCovers(a, c)).toBe('yes');
      }),
    );
  });

  it.each([
    ['a?*', 'a*a', 'yes'],
    ['s3:Get*', 's3:GetObject*', 'yes'],
    ['s3:GetObject*', 's3:Get*', 'no'],
    ['*:read', 'crm:*', 'no'],
    ['crm:*', 'crmadmin:*', 'no'],
    ['arn:aws:s3:::logs/*', 'arn:aws:s3:::logs/2026/*.gz', 'yes'],
    ['*', 'anything', 'yes'],
    ['?', '', 'no'],
  ] as const)('%s covers %s: %s', (parent, child, cover) => {
    expect(globCovers(parent, child)).toBe(cover);
  });

  it.each([
    ['a child that is too long', '*b', `${'a'.repeat(256)}*b`],
    ['a parent that is too long', `a*${'b'.repeat(256)}*c`, 'a*c'],
    ['a parent of too many wildcards', 'a*'.repeat(17), 'a*'],
    ['a child of too many wildcards', 'a*', 'a?'.repeat(17)],
    ['patterns made to be hard', `*a${'?'.repeat(14)}`, `*ba${'?'.repeat(14)}`],
  ])('answers unknown for %s', (_, parent, child) => {
    expect(globCovers(parent, child)).toBe('unknown');
  });

  it('has no bound where the child is one text', () => {
    expect(globCovers('a*'.repeat(100), 'a'.repeat(100))).toBe('yes');
    expect(globCovers('a*'.repeat(101), 'a'.repeat(100))).toBe('no');
  });

  it('takes a run of wildcards for what it matches, however it is written', () => {
    expect(globCovers('a*?**', 'a?*')).toBe('yes');
    expect(globCovers('a?*', 'a**?')).toBe('yes');
  });
});

it('matches texts as a regular expression does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
  fc.assert(
    fc.property(pattern, text, (glob, value) => {
      expect(matchesGlob(glob, value)).toBe(asRegExp(glob).test(value));
    }),
    { numRuns: 2_000 },
  );
});
