import { expect, it } from 'vitest';
import { structure } from './structure.ts';

const hostile = '"><script>alert(1)</script>';

it('shows rows as a table, members as terms, and nothing as none', () => {
  const rows = String(
    structure(
      [
        { id: 'a', on: true },
        { id: 'b', tools: ['x', 'y'] },
      ],
      'agents',
    ),
  );
  expect(rows).toContain('<caption>agents</caption>');
  expect(rows.match(/<th scope="col">/g)).toHaveLength(3);
  expect(rows).toContain('yes');
  expect(rows).toContain('<li>y</li>');
  expect(String(structure({ skewSeconds: 60 }, 'clocks'))).toContain('<dt>skewSeconds</dt><dd>60</dd>');
  for (const empty of [[], {}, null, undefined]) expect(String(structure(empty, 'x'))).toContain('none');
});

it('escapes names and values, and stops at a depth', () => {
  const shown = String(structure([{ [hostile]: { a: { b: { c: { d: hostile } } } } }], hostile));
  expect(shown).not.toContain('<script>');
  expect(shown).toContain('<code>');
});

it('counts what it does not show', () => {
  expect(
    String(
      structure(
        Array.from({ length: 205 }, (_, index) => index),
        'many',
      ),
    ),
  ).toContain('and 5 more');
});
