import { expect, it } from 'vitest';
import { html } from '../html.ts';
import { table } from './table.ts';

it('names its region as its caption, heads its columns and escapes its cells', () => {
  const shown = String(
    table({
      caption: 'Hops',
      columns: ['From', { name: 'Uses', numeric: true }],
      rows: [['<b>', 3], { cells: ['x', 4], attributes: html` id="${'"'}"` }],
    }),
  );
  expect(shown).toContain('role="region" aria-label="Hops"');
  expect(shown).toContain('<caption>Hops</caption>');
  expect(shown).toContain('<th scope="col">From</th><th scope="col" class="num">Uses</th>');
  expect(shown).toContain('<tr><td>&lt;b&gt;</td><td class="num">3</td></tr>');
  expect(shown).toContain('<tr id="&quot;"><td>x</td>');
});

it('says why it is empty in place of an empty table', () => {
  expect(String(table({ caption: 'Hops', columns: ['From'], rows: [], empty: 'No hops yet.' }))).toBe(
    '<div class="empty">No hops yet.</div>',
  );
});
