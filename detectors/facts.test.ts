import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFixtures } from '../src/cli/fixtures.ts';
import { facts } from './facts.ts';
import { detectors } from './registry.ts';

const here = new URL('.', import.meta.url);
const sources = readdirSync(here)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'facts.ts')
  .map((name) => readFileSync(new URL(name, here), 'utf8'));

it('knows every detector, and no other', () => {
  expect(Object.keys(facts)).toEqual(detectors.map(({ id }) => id));
});

describe.each(detectors.map((detector) => [detector.id, detector] as const))(
  'facts of %s',
  (id, detector) => {
    const told = facts[id] ?? {};

    it('answer exactly what it says it covers', () => {
      const answered = [...new Set(Object.values(told).flat())].sort();
      expect(answered).toEqual([...detector.covers].sort());
    });

    it('are all that its stories tell, and stand in its code', () => {
      const inStories = readFixtures(id).flatMap(({ fixture }) =>
        fixture.expect.filter((one) => one.detector === id).map(({ fact }) => fact),
      );
      expect(Object.keys(told)).toEqual(expect.arrayContaining(inStories));
      const folder = new URL(`${id}/`, here);
      const own = readdirSync(folder)
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .map((name) => readFileSync(new URL(name, folder), 'utf8'));
      const code = [...own, ...sources].join('\n');
      const missing = Object.keys(told).filter((fact) => !code.includes(`'${fact}'`));
      // Two of them are made of words: `initiator-` and what became of it, `request-` and why it ended.
      expect(missing.filter((fact) => !/^(?:initiator|request)-/.test(fact))).toEqual([]);
      const written = own.flatMap((text) =>
        [...text.matchAll(/\bfact: '([a-z-]+)'/g)].map(([, fact]) => fact),
      );
      expect(Object.keys(told)).toEqual(expect.arrayContaining(written));
    });
  },
);
