import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markdownCode, markdownText } from './markdown.ts';

it.each([
  ['# heading', '\\#\u2060 heading'],
  ['[x](https://evil.example)', '\\[x\\]\\(https\\://evil\\.example\\)'],
  ['a | b', 'a \\| b'],
  ['line\n\n- item', 'line \\- item'],
  ['<img onerror=1>', '\\<img onerror\\=1\\>'],
  ['@everyone', '\\@\u2060everyone'],
  ['1. first', '1\\. first'],
  ['www.evil.example', 'www\\.evil\\.example'],
  ['refund-agent-2: "it\'s"', 'refund-agent-2\\: "it\'s"'],
  ['---', '\\-\\-\\-'],
  ['a\u202eb', 'a\ufffdb'],
])('keeps %j text', (text, shown) => {
  expect(markdownText(text)).toBe(shown);
});

it('leaves no mark of Markdown without its backslash, and one line one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = markdownText(text);
      expect(shown).not.toMatch(/[\n\r\u2028\u2029]/);
      expect(shown.replace(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[\\`*_{}[\]()#+.!|<>&~@:=$^]|^-|-$| -|- /);
    }),
  );
});

it('lets no text end its code', () => {
  expect(markdownCode('a `b` c')).toBe('`` a `b` c ``');
  expect(markdownCode('```\n# x')).toBe('```` ``` # x ````');
  expect(markdownCode(' \n')).toBe('—');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = markdownCode(text);
      const [fence = ''] = /^`+/.exec(shown) ?? [];
      if (fence !== '') expect(shown.slice(fence.length, -fence.length)).not.toContain(fence);
      expect(shown).not.toMatch(/[\n\r\u2028\u2029]/);
    }),
  );
});
