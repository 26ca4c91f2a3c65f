import { expect, it } from 'vitest';
import { chainHref, hrefWith } from './links.ts';

it('keeps an id in its segment, whatever is in it', () => {
  expect(chainHref('chn_1')).toBe('/chains/chn_1');
  expect(chainHref('../admin?x=1#y "<')).toBe('/chains/..%2Fadmin%3Fx%3D1%23y%20%22%3C');
});

it('changes some parameters of a page and keeps the others', () => {
  const url = new URL('http://console.invalid/incidents?state=open&cursor=abc');
  expect(hrefWith(url, { cursor: undefined })).toBe('/incidents?state=open');
  expect(hrefWith(url, { cursor: 'a&b', state: '' })).toBe('/incidents?cursor=a%26b');
  expect(hrefWith(url, { cursor: undefined, state: undefined })).toBe('/incidents');
});
