import fc from 'fast-check';
import { expect, it } from 'vitest';
import { html } from './html.ts';

it('escapes whatever is not markup, in text and in attributes', () => {
  const hostile = '"><script>alert(`1`)</script>\'&';
  expect(String(html`<a title="${hostile}">${hostile}</a>`)).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#96;1&#96;)&lt;/script&gt;&#39;&amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#96;1&#96;)&lt;/script&gt;&#39;&amp;</a>',
  );
});

it('keeps markup and lists of it, and shows nothing for what is absent', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  expect(String(html`<ul>${items}${undefined}${null}${false}${0}</ul>`)).toBe(
    '<ul><li>a</li><li>&lt;b&gt;</li>0</ul>',
  );
});

it('lets no string become a tag, end an attribute or turn the direction of the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = String(html`${text}`);
      expect(shown).not.toMatch(/[<>"'`]/);
      expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});
