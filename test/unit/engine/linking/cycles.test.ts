import { describe, expect, it } from 'vitest';
import { both, call, chainsOf, exchange, keyOf, mint, tool } from './support.ts';

describe('authority that goes in a circle', () => {
  it('loses the edge of its earliest token, and says so', () => {
    const linked = chainsOf([
      exchange('a', 'c', { at: 3 }),
      exchange('b', 'a', { at: 1 }),
      exchange('c', 'b', { at: 2 }),
      call('a', { at: 4 }),
    ]);
    expect(linked.families).toEqual([['a', 'b', 'c']]);
    expect(linked.chain).toMatchObject({ rootKey: keyOf('b'), depth: 2 });
    expect(linked.findings).toMatchObject([
      { detector: 'contradicting-reports', fact: 'lineage-cycle', subject: { key: keyOf('b') } },
    ]);
  });

  it('of two tokens of one second falls to the smaller reference', () => {
    const linked = chainsOf([exchange('a', 'b'), exchange('b', 'a')]);
    expect(linked.chain.rootKey).toBe(keyOf('a'));
    expect(linked.facts()).toEqual(['lineage-cycle']);
  });

  it('is told of once for each circle', () => {
    const linked = chainsOf([
      exchange('a', 'b', { at: 1 }),
      exchange('b', 'a', { at: 2 }),
      exchange('c', 'd', { at: 1 }),
      exchange('d', 'c', { at: 2 }),
    ]);
    expect(linked.facts()).toEqual(['lineage-cycle', 'lineage-cycle']);
  });

  it('heals when the issuer names another parent', () => {
    const linked = chainsOf([
      exchange('a', 'b', { at: 1, bound: false }),
      exchange('b', 'a', { at: 2 }),
      exchange('a', 'p', { at: 3 }),
      mint('p'),
    ]);
    expect(linked.families).toEqual([['a', 'b', 'p']]);
    expect(linked.facts()).not.toContain('lineage-cycle');
  });
});

describe('a token that is its own parent', () => {
  it.each([['by its hash', exchange(both('t', 'h'), '#h')]])('%s survives, and is told of', (_, record) => {
    const linked = chainsOf([record, call('t', { at: 1 })]);
    expect(linked.families).toEqual([['t']]);
    expect(linked.hop(keyOf('t'))).toMatchObject({ parentKey: undefined, useCount: 1, alternatives: [] });
    expect(linked.facts()).toContain('lineage-cycle');
  });
});

describe('calls that go in a circle', () => {
  it('are nobody’s circle when a token or a transaction says where they hang', () => {
    const linked = chainsOf([
      mint('t'),
      tool('a', { parentCallId: 'b', at: 1, token: { iss: 'https://as.example', jti: 't' } }),
      tool('b', { parentCallId: 'a', at: 2, token: { iss: 'https://as.example', jti: 't' } }),
    ]);
    expect(linked.hop(keyOf('t')).useCount).toBe(2);
  });
});
