import { expect, it } from 'vitest';
import type { Api } from '../api.ts';
import { apiPath, fixedHref, HuntFault, huntHref, rangeStart, readHunt } from './hunt-query.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;
const at = (query: string) => readHunt(new URL(`/hunt?${query}`, 'http://console.invalid'));
const refuse = () => Promise.reject(new Error('nobody asked for this'));
const api: Api = { get: refuse, post: refuse, delete: refuse, text: refuse };
const path = (query: string, of: Api = api) => apiPath(of, at(query), nowMs, 50);

it('asks for what is new when nothing is named, and for any time when something is', () => {
  expect(at('')).toEqual({ of: 'chains', filters: { range: '24h' }, cursor: undefined });
  expect(at('txn=t').filters).toEqual({ txn: 't', range: 'any' });
  expect(at('from=2026-01-01T00:00').filters).toEqual({ from: '2026-01-01T00:00' });
  expect(at('of=nothing&system=+&range=7d').filters).toEqual({ range: '7d' });
});

it('leaves out what the other one is asked for', () => {
  expect(at('of=actions&detector=d&effect=read').filters).toEqual({ effect: 'read', range: 'any' });
  expect(at('of=chains&detector=d&effect=read').filters).toEqual({ detector: 'd', range: 'any' });
});

it('is the same hunt after it was shared', () => {
  const hunt = at('of=actions&system=a%26b&range=6h&outcome=denied');
  expect(readHunt(new URL(huntHref(hunt), 'http://console.invalid'))).toEqual(hunt);
});

it.each([
  ['6h', nowMs - 6 * hour],
  ['30d', nowMs - 720 * hour],
  ['any', undefined],
  ['99999h', undefined],
  ['-1h', undefined],
])('a range of %s begins at %s', (range, ms) => {
  expect(rangeStart(range, nowMs)).toBe(ms);
});

it('fixes a range to the times that it means now', () => {
  expect(fixedHref(at('range=6h&txn=t'), nowMs)).toBe(
    '/hunt?of=chains&from=2026-11-21T06%3A00%3A00.000Z&to=2026-11-21T12%3A00%3A00.000Z&txn=t',
  );
  expect(fixedHref(at('txn=t'), nowMs)).toBeUndefined();
});

it('asks the API in its own words', async () => {
  expect(await path('range=6h&principal=p&verdict=gap&cursor=c')).toBe(
    '/v1/chains?verdict=gap&from=2026-11-21T06%3A00%3A00.000Z&limit=50&cursor=c&principal=p',
  );
  expect(await path('of=actions&principal=p&resource=r*')).toBe('/v1/actions?limit=50&actor=p&resource=r*');
  expect(await path('system=s&resource=r')).toBe('/v1/chains?limit=50&target=s%2Fr');
  expect(await path('to=2026-11-21T06:00')).toBe('/v1/chains?to=2026-11-21T06%3A00%3A00.000Z&limit=50');
});

it('names a token by its hash, its reference or its jti', async () => {
  const hash = `sha256:${'A'.repeat(43)}`;
  expect(await path(`token=${hash}`)).toBe(`/v1/chains?hash=${encodeURIComponent(hash)}&limit=50`);
  const ref = Buffer.from('tok:["https://i","j"]').toString('base64url');
  expect(await path(`token=${ref}`)).toBe('/v1/chains?iss=https%3A%2F%2Fi&jti=j&limit=50');
  const found = (...ids: string[]): Api => ({
    ...api,
    get: async <T>() => ({ items: ids.map((id) => ({ kind: 'token', id })) }) as T,
  });
  expect(await path('token=j', found(ref))).toBe('/v1/chains?iss=https%3A%2F%2Fi&jti=j&limit=50');
  await expect(path('token=j', found())).rejects.toThrow(HuntFault);
  await expect(path('token=j', found(ref, hash))).rejects.toThrow(HuntFault);
});

it.each(['from=x', 'to=2026-13-01', 'resource=r', 'system=s&resource=r*'])(
  'says why not: %s',
  async (query) => {
    await expect(path(query)).rejects.toThrow(HuntFault);
  },
);
