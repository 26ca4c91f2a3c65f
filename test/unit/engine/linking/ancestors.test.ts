import { describe, expect, it } from 'vitest';
import { START_MS } from '../worlds.ts';
import { call, chainsOf, exchange, invoke, keyOf, mint, ref } from './support.ts';

const DAY = 86_400;

describe('a standing credential', () => {
  const key = mint('key', { tokenKind: 'access_key', exp: null });

  it('is above chains, not one itself: each transaction opens one', () => {
    const linked = chainsOf([
      key,
      call('key', { txn: 'x', at: 1 }),
      call('key', { txn: 'y', at: 2 }),
      call('key', { txn: 'y', at: 3 }),
    ]);
    expect(linked.chains.map((chain) => [chain.rootKey, chain.actionCount])).toEqual([
      ['txn:x', 1],
      ['txn:y', 2],
    ]);
    for (const chain of linked.chains) {
      expect(linked.hop(chain.rootKey)).toMatchObject({ ancestorKey: keyOf('key') });
    }
  });

  it('opens one a day for what names no transaction', () => {
    const linked = chainsOf([key, call('key', { at: 1 }), call('key', { at: 2 }), call('key', { at: DAY })]);
    expect(linked.chains.map((chain) => chain.actionCount)).toEqual([2, 1]);
    expect(linked.hops.filter((hop) => hop.kind === 'session').map((hop) => hop.ancestorKey)).toEqual([
      keyOf('key'),
      keyOf('key'),
    ]);
  });

  it('opens one for each first hop below it', () => {
    const linked = chainsOf([
      key,
      exchange('a', 'key', { at: 1 }),
      exchange('b', 'key', { at: 2 }),
      exchange('c', 'a', { at: 3 }),
    ]);
    expect(linked.families).toEqual([['a', 'c'], ['b']]);
    expect(linked.hop(keyOf('a'))).toMatchObject({
      parentKey: keyOf('key'),
      ancestorKey: keyOf('key'),
      level: 1,
    });
  });

  it('opens one for each invocation made with it', () => {
    const linked = chainsOf([
      key,
      invoke('1', { token: ref('key'), txn: 'x', at: 1 }),
      invoke('2', { token: ref('key'), txn: 'y', at: 2 }),
    ]);
    expect(linked.chains.map((chain) => chain.rootKey)).toEqual(['txn:x', 'txn:y']);
    for (const callId of ['1', '2']) {
      expect(linked.hop(`inv:["//world","${callId}"]`).ancestorKey).toBe(keyOf('key'));
    }
  });

  it.each([
    ['because its kind never ends', { tokenKind: 'api_key' }],
    ['because it never expires', { exp: null }],
    ['because it lives longer than a day', { exp: START_MS / 1000 + DAY + 1 }],
  ])('is one %s', (_, rest) => {
    const linked = chainsOf([
      mint('key', rest),
      call('key', { txn: 'x', at: 1 }),
      call('key', { txn: 'y', at: 2 }),
    ]);
    expect(linked.chains).toHaveLength(2);
  });

  it('becomes one when several transactions share it, and says so on their chains', () => {
    const linked = chainsOf([
      mint('shared'),
      exchange('a', 'shared', { txn: 'x', at: 1 }),
      exchange('b', 'shared', { txn: 'y', at: 2 }),
    ]);
    expect(linked.families).toEqual([['a'], ['b']]);
    expect(linked.hop(keyOf('a'))).toMatchObject({ parentKey: 'txn:x', ancestorKey: keyOf('shared') });
  });

  it('is known by what a gateway read in it', () => {
    const linked = chainsOf([
      call('key', { txn: 'x', at: 1, presented: { iat: START_MS / 1000, exp: START_MS / 1000 + 2 * DAY } }),
      call('key', { txn: 'y', at: 2 }),
    ]);
    expect(linked.chains.map((chain) => chain.rootKey)).toEqual(['txn:x', 'txn:y']);
  });

  it('that was revoked ends what hangs below it', () => {
    const linked = chainsOf([
      key,
      exchange('a', 'key', { at: 1 }),
      { at: 10, data: { v: 1, type: 'token.revoked', token: ref('key'), reason: 'compromise' } },
      call('a', { at: 200 }),
    ]);
    expect(linked.facts()).toContain('ancestor-revoked');
  });

  it('states the level of the link that is shown', () => {
    const linked = chainsOf([key, exchange('a', 'key', { at: 1, txn: 'x' })]);
    expect(linked.hop(keyOf('a'))).toMatchObject({ parentKey: 'txn:x', level: 4, ancestorKey: keyOf('key') });
  });
});
