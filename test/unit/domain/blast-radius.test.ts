import { expect, it } from 'vitest';
import { aliveUntilOf, descendantsOf, lifeOf } from '../../../src/domain/blast-radius.ts';
import type { Hop } from '../../../src/domain/chain.ts';
import { originsOf } from '../../../src/domain/provenance.ts';
import type { Lineage, LineageToken } from '../../../src/domain/reach.ts';

const nowMs = 1_000;

function token(key: string, over: Partial<LineageToken> = {}): LineageToken {
  return {
    ...{ key, ref: { iss: 'i', jti: key }, label: key, tokenKind: undefined, chainId: 'c', parents: [] },
    ...{ family: undefined, session: undefined, holder: undefined, subject: undefined },
    ...{ environment: undefined, standing: false, issuedMs: 0, expiresMs: 2_000 },
    ...{ revokedMs: undefined, lastUsedMs: undefined, ...over },
  };
}
const under = (key: string, level: 1 | 2 | 4 = 1) => ({ parents: [{ key, level }] });
const lineage = (...tokens: LineageToken[]): Lineage => ({ tenant: 't', tokens, isCut: false });
const seen = (of: Lineage, key: string) =>
  descendantsOf(of, key).map(
    (one) => `${one.token.key} ${one.by} ${one.depth} ${one.level} ${one.parentKey}`,
  );

it('reaches what hangs on a token at any depth, by the weakest link', () => {
  const all = lineage(token('a'), token('b', under('a', 2)), token('c', under('b')), token('x', under('y')));
  expect(seen(all, 'a')).toEqual(['b parent 1 2 a', 'c parent 2 2 b']);
  expect(seen(all, 'c')).toEqual([]);
});

it('reaches a family once, and what hangs on its members', () => {
  const kin = { family: 'f' };
  const all = lineage(token('a', kin), token('b', kin), token('c', { ...under('b', 4), ...kin }));
  expect(seen(all, 'a')).toEqual(['b family 1 1 a', 'c family 1 1 a']);
});

it('needs to know nothing of the token itself, and ends where tokens go round', () => {
  const all = lineage(token('b', under('a')), token('c', under('b')), token('b2', under('c')));
  expect(seen(all, 'a')).toHaveLength(3);
  const round = lineage(token('a', under('c')), token('b', under('a')), token('c', under('b')));
  expect(seen(round, 'a')).toEqual(['b parent 1 1 a', 'c parent 2 1 b']);
});

it('follows ten thousand at once', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => token(`t${n + 1}`, under(`t${n}`)));
  expect(descendantsOf(lineage(token('t0'), ...many), 't0')).toHaveLength(10_000);
});

it.each([
  [{ expiresMs: 2_000 }, 'alive'],
  [{ expiresMs: null }, 'alive'],
  [{ expiresMs: 1_000 }, 'ended'],
  [{ expiresMs: undefined }, 'unknown'],
  [{ expiresMs: null, revokedMs: 999 }, 'revoked'],
  [{ expiresMs: 2_000, revokedMs: 1_500 }, 'alive'],
] as const)('of %j the life is %s', (over, life) => {
  expect(lifeOf(token('a', over), nowMs)).toBe(life);
});

it('says until when the last of them lives', () => {
  const until = (...ends: (number | null | undefined)[]) =>
    aliveUntilOf(
      ends.map((expiresMs) => ({ expiresMs, revokedMs: undefined })),
      nowMs,
    );
  expect(until(2_000, 3_000, 500)).toBe(3_000);
  expect(until(2_000, null)).toBeNull();
  expect(until(500, undefined)).toBeUndefined();
});

it('goes up over chains, to the end that is known, and not in circles', async () => {
  const hop = (key: string, over: Partial<Hop> = {}) => ({ key, level: undefined, ...over }) as Hop;
  const a = hop('a', { parentKey: 'b', level: 2 });
  const b = hop('b', { ancestorKey: 'k' });
  const elsewhere = new Map([['k', hop('k', { parentKey: 'a' })]]);
  const path = await originsOf(a, [a, b], async (key) => elsewhere.get(key));
  expect(path.map(({ hop: { key }, level }) => [key, level])).toEqual([
    ['a', undefined],
    ['b', 2],
    ['k', 4],
  ]);
});
