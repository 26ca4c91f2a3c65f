import { describe, expect, it } from 'vitest';
import { both, call, chainsOf, exchange, invoke, keyOf, mint, ref, refresh, revoke } from './support.ts';

describe('one token by two names', () => {
  it('is one as soon as any record shows both, whatever came first', () => {
    const linked = chainsOf([
      mint('t'),
      call('#h', { at: 1 }),
      exchange('child', '#h', { at: 2 }),
      call('t', { at: 3 }),
      {
        ...call(undefined, { at: 4 }),
        data: { ...call('t', { at: 4 }).data, token: both('t', 'h') } as never,
      },
    ]);
    expect(linked.families).toEqual([['child', 't']]);
    expect(linked.hop(keyOf('t'))).toMatchObject({ useCount: 3, token: both('t', 'h') });
    expect(linked.hop(keyOf('child')).parentKey).toBe(keyOf('t'));
  });

  it.each([
    ['an issuance', mint(both('t', 'h'))],
    ['a parent', exchange('other', [both('t', 'h')], { at: 5 })],
    ['what a refresh replaces', refresh('other', both('t', 'h'), { at: 5 })],
    ['a revocation', revoke({ token: both('t', 'h'), at: 5 })],
    ['an invocation', invoke('i', { token: both('t', 'h'), at: 5 })],
    ["an exchange's actor token", exchange('other', 'elsewhere', { actorToken: both('t', 'h'), at: 5 })],
  ])('is joined by %s', (_, record) => {
    const linked = chainsOf([mint('t'), call('#h', { at: 1 }), record]);
    expect(linked.hop(keyOf('t')).useCount).toBe(1);
    expect(linked.hops.map((hop) => hop.key)).not.toContain(keyOf('#h'));
  });

  it('is revoked by either', () => {
    const linked = chainsOf([
      mint(both('t', 'h')),
      revoke({ token: ref('#h'), at: 10, reason: 'compromise' }),
      call('t', { at: 200 }),
    ]);
    expect(linked.facts()).toContain('used-after-revocation');
  });

  it('is two for as long as two tokens claim the hash, and both are told of', () => {
    const linked = chainsOf([
      mint(both('a', 'h')),
      mint(both('b', 'h')),
      call('#h', { at: 1 }),
      call('a', { at: 2 }),
    ]);
    expect(linked.hop(keyOf('#h')).useCount).toBe(1);
    expect(linked.hop(keyOf('a')).useCount).toBe(1);
    expect(linked.families).toHaveLength(3);
    expect(linked.facts().filter((fact) => fact === 'disagreeing-reference')).toHaveLength(2);
  });

  it('is none for a jti with two hashes', () => {
    const linked = chainsOf([
      mint(both('a', 'h')),
      mint(both('a', 'k')),
      call('#h', { at: 1 }),
      call('#k', { at: 1 }),
    ]);
    expect(linked.families).toHaveLength(3);
    expect(linked.facts()).toContain('disagreeing-reference');
    expect(linked.hop(keyOf('a')).token).toEqual(ref('a'));
  });
});
