import { describe, expect, it } from 'vitest';
import { both, call, chainsOf, exchange, invoke, keyOf, mint, refresh, tool } from './support.ts';

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
  it.each([
    ['by its jti', exchange('t', 't')],
    ['by its hash', exchange(both('t', 'h'), '#h')],
    ['as a refresh', refresh('t', 't')],
  ])('%s survives, and is told of', (_, record) => {
    const linked = chainsOf([record, call('t', { at: 1 })]);
    expect(linked.families).toEqual([['t']]);
    expect(linked.hop(keyOf('t'))).toMatchObject({ parentKey: undefined, useCount: 1, alternatives: [] });
    expect(linked.facts()).toContain('lineage-cycle');
  });

  it('keeps the other parent that it names, and is told of all the same', () => {
    const linked = chainsOf([mint('p'), exchange('t', ['t', 'p'])]);
    expect(linked.families).toEqual([['p', 't']]);
    expect(linked.hop(keyOf('t'))).toMatchObject({ parentKey: keyOf('p'), alternatives: [] });
    expect(linked.facts()).toContain('lineage-cycle');
  });
});

describe('calls that go in a circle', () => {
  it('hang together and are told of', () => {
    const linked = chainsOf([
      tool('a', { parentCallId: 'c', at: 1 }),
      tool('b', { parentCallId: 'a', at: 2 }),
      tool('c', { parentCallId: 'b', at: 3 }),
      tool('d', { parentCallId: 'c', at: 4 }),
    ]);
    expect(linked.chain.actionCount).toBe(4);
    expect(linked.facts()).toEqual(['call-cycle']);
  });

  it.each([
    ['a call', tool('a', { parentCallId: 'a' })],
    ['an invocation', invoke('a', { parentCallId: 'a' })],
  ])('alone: %s that names itself survives and is told of', (_, record) => {
    const linked = chainsOf([record]);
    expect(linked.chain.hopCount).toBe(1);
    expect(linked.facts()).toEqual(['call-cycle']);
  });

  it('among invocations lose the edge of the earliest, and are told of', () => {
    const linked = chainsOf([
      invoke('a', { parentCallId: 'b', at: 2 }),
      invoke('b', { parentCallId: 'a', at: 1 }),
      tool('t', { parentCallId: 'a', at: 3 }),
    ]);
    expect(linked.chain).toMatchObject({ hopCount: 2, actionCount: 1 });
    expect(linked.hop('inv:["//world","a"]').parentKey).toBe('inv:["//world","b"]');
    expect(linked.facts()).toEqual(['call-cycle']);
  });

  it('through a call and an invocation survive, and are told of', () => {
    const linked = chainsOf([
      invoke('i', { parentCallId: 'c', at: 1 }),
      tool('c', { parentCallId: 'i', at: 2 }),
    ]);
    expect(linked.chain).toMatchObject({ hopCount: 1, actionCount: 1 });
    expect(linked.facts()).toEqual(['call-cycle']);
  });

  it('are nobody’s circle when a token or a transaction says where they hang', () => {
    const linked = chainsOf([
      mint('t'),
      tool('a', { parentCallId: 'b', at: 1, token: { iss: 'https://as.example', jti: 't' } }),
      tool('b', { parentCallId: 'a', at: 2, token: { iss: 'https://as.example', jti: 't' } }),
    ]);
    expect(linked.hop(keyOf('t')).useCount).toBe(2);
  });
});
