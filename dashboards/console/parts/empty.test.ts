import { expect, it } from 'vitest';
import { html } from '../html.ts';
import { emptyState, noMatch } from './empty.ts';

it('says what is empty, why, and what to do next', () => {
  const shown = String(
    emptyState({ what: 'No <b>.', why: 'Because & so.', next: html`<a href="/hunt">Hunt</a>` }),
  );
  expect(shown).toContain('<strong>No &lt;b&gt;.</strong> Because &amp; so.');
  expect(shown).toContain('<p><a href="/hunt">Hunt</a></p>');
});

it('leaves out what is not known', () => {
  expect(String(emptyState({ what: 'Nothing is open.' })).match(/<p>/g)).toHaveLength(1);
});

it('leads back from filters that leave nothing', () => {
  expect(String(noMatch('alerts', '/incidents'))).toContain('<a href="/incidents">Show all alerts</a>');
});
