import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverageTable } from '../src/cli/coverage-table.ts';
import { concepts, elsewhere, partly, uncovered } from './concepts.ts';
import { detectors } from './registry.ts';

const ids = Object.keys(concepts);
const numbered = (letter: string, last: number): string[] =>
  Array.from({ length: last }, (_, index) => letter + String(index + 1).padStart(2, '0'));
const covered = new Set(detectors.flatMap(({ covers }) => covers));

describe('the table of coverage', () => {
  it('has every requirement and violation, and no other', () => {
    expect(ids).toEqual([...numbered('R', 72), ...numbered('V', 44)]);
    expect([...covered].filter((id) => concepts[id] === undefined)).toEqual([]);
  });

  it('says of each what answers it, or why nothing does, and never both', () => {
    for (const id of ids) {
      const answered = covered.has(id) || elsewhere[id] !== undefined;
      expect([id, answered]).toEqual([id, uncovered[id] === undefined]);
    }
    for (const id of [...Object.keys(elsewhere), ...Object.keys(uncovered)]) expect(ids).toContain(id);
    for (const id of Object.keys(partly)) expect(covered.has(id), id).toBe(true);
  });

  it('names every framework label with its detectors, never a printed one alone', () => {
    const text = coverageTable();
    for (const { id, frameworks } of detectors) {
      for (const { framework, corrected, asPrinted } of frameworks) {
        for (const label of corrected.replace(/^Tenets: /, '').split('; ')) {
          const row = text
            .split('\n')
            .find((line) => line.startsWith(`| ${framework} | ${label} | ${asPrinted ?? ''} |`));
          expect(row, `${framework} ${label}`).toContain(`\`${id}\``);
        }
      }
    }
  });

  it('stands in COVERAGE.md as it is: `chainwarden detectors coverage > detectors/COVERAGE.md`', () => {
    expect(readFileSync(new URL('COVERAGE.md', import.meta.url), 'utf8')).toBe(coverageTable());
  });
});
