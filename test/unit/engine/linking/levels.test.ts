import { describe, expect, it } from 'vitest';
import { both, chainsOf, exchange, iss, keyOf, mint } from './support.ts';

describe('the level of a link', () => {
  it('is 1 when the issuer itself names the parent, by jti or by hash', () => {
    const linked = chainsOf([mint(both('p', 'h')), exchange('a', 'p'), exchange('b', '#h')]);
    expect(linked.families).toEqual([['a', 'b', 'p']]);
    for (const name of ['a', 'b']) {
      expect(linked.hop(keyOf(name))).toMatchObject({ parentKey: keyOf('p'), level: 1, alternatives: [] });
    }
  });

  it('is 2 when the platform names it by its own id', () => {
    const linked = chainsOf([
      mint('p', { adapter: 'cloudtrail' }),
      exchange('c', 'p', { adapter: 'cloudtrail' }),
    ]);
    expect(linked.hop(keyOf('c'))).toMatchObject({ parentKey: keyOf('p'), level: 2 });
  });

  it('is 4 when somebody else asserts it', () => {
    const linked = chainsOf([mint('p'), exchange('c', 'p', { bound: false })]);
    expect(linked.hop(keyOf('c'))).toMatchObject({ parentKey: keyOf('p'), level: 4 });
  });

  it('is the best that any report of the same link gives', () => {
    const linked = chainsOf([
      mint('p'),
      exchange('c', 'p', { bound: false }),
      exchange('c', 'p', { adapter: 'cloudtrail' }),
      exchange('c', 'p', { source: '//again' }),
    ]);
    expect(linked.hop(keyOf('c'))).toMatchObject({ parentKey: keyOf('p'), level: 1, alternatives: [] });
  });
});

describe('rival parents', () => {
  it('of a better level win, and the others stay on the hop', () => {
    const linked = chainsOf([
      mint('asserted'),
      mint('platform'),
      mint('true'),
      exchange('c', 'asserted', { bound: false }),
      exchange('c', 'platform', { adapter: 'cloudtrail' }),
      exchange('c', 'true'),
    ]);
    expect(linked.hop(keyOf('c'))).toMatchObject({
      parentKey: keyOf('true'),
      level: 1,
      alternatives: [
        { key: keyOf('platform'), ref: { iss, jti: 'platform' }, level: 2 },
        { key: keyOf('asserted'), ref: { iss, jti: 'asserted' }, level: 4 },
      ],
    });
    expect(linked.families).toEqual([['asserted'], ['c', 'true'], ['platform']]);
  });

  it('of one level fall to the smallest reference, whoever spoke first', () => {
    const linked = chainsOf([
      mint('a'),
      mint('b'),
      exchange('c', 'b', { at: 1 }),
      exchange('c', 'a', { at: 9 }),
    ]);
    expect(linked.hop(keyOf('c'))).toMatchObject({
      parentKey: keyOf('a'),
      alternatives: [{ key: keyOf('b'), level: 1 }],
    });
  });

  it('of one report stand in its order: the subject token comes first', () => {
    const linked = chainsOf([mint('a'), mint('b'), exchange('c', ['b', 'a'])]);
    expect(linked.hop(keyOf('c'))).toMatchObject({
      parentKey: keyOf('b'),
      alternatives: [{ key: keyOf('a'), level: 1 }],
    });
  });

  it('join nothing while they are alternatives', () => {
    const linked = chainsOf([mint('a'), mint('b'), exchange('c', ['b', 'a'])]);
    expect(linked.families).toEqual([['a'], ['b', 'c']]);
  });

  it('are one when two names turn out to be one token', () => {
    const linked = chainsOf([mint(both('p', 'h')), exchange('c', ['p', '#h'])]);
    expect(linked.hop(keyOf('c'))).toMatchObject({ parentKey: keyOf('p'), alternatives: [] });
  });

  it('go by the name that everybody knows, not by the hash that one report used', () => {
    const linked = chainsOf([
      mint('a'),
      mint(both('z', 'h')),
      exchange('c', 'a'),
      exchange('c', '#h', { source: '//again' }),
    ]);
    expect(linked.hop(keyOf('c')).alternatives.map((link) => link.key)).toEqual([keyOf('z')]);
  });

  it('that lose to a cycle open a chain without a parent instead of taking another one', () => {
    const linked = chainsOf([
      mint('other'),
      exchange('a', ['b', 'other'], { at: 1 }),
      exchange('b', 'a', { at: 2 }),
    ]);
    expect(linked.families).toEqual([['a', 'b'], ['other']]);
    expect(linked.facts()).toContain('lineage-cycle');
  });
});
