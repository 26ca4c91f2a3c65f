import { expect, it } from 'vitest';
import { pager } from './pager.ts';

const first = new URL('http://console.invalid/incidents?state=open');
const second = new URL('http://console.invalid/incidents?state=open&cursor=a');

it('offers nothing where one page is all', () => {
  expect(pager(first, undefined)).toBeUndefined();
});

it('keeps the filters from page to page', () => {
  expect(String(pager(first, 'a"b'))).toContain('href="/incidents?state=open&amp;cursor=a%22b"');
  expect(String(pager(first, 'a'))).not.toContain('First page');
  expect(String(pager(second, undefined))).toContain('href="/incidents?state=open"');
});
