import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineOf, token } from '../../../test/support/views.ts';
import type { TokenView } from '../chain.ts';
import { createScopeAlgebra } from './algebra.ts';
import { addedScopes, driftOf, isPlainlyHeld } from './drift.ts';
import { refusedExcess } from './request.ts';
import { ScopeRules } from './rules.ts';

const algebraOf = (rules: object = {}) => createScopeAlgebra(ScopeRules.parse(rules));
const drift = (held: TokenView, rules: object = {}) => driftOf(held, algebraOf(rules), undefined);

/** A line of tokens; every one after the first that names `family` is a refresh. */
const refreshes = (...line: readonly Partial<TokenView>[]): TokenView =>
  lineOf(
    ...line.map((one, at) => ({ family: 'f', ...(at === 0 ? {} : { grant: 'refresh_token' }), ...one })),
  );

describe('addedScopes', () => {
  const root = token('root', { scope: ['a'] });

  it('lists what a token holds beyond what was handed to it', () => {
    expect(addedScopes(token('child', { parent: root, scope: ['c', 'a', 'b'] }), algebraOf())).toEqual([
      'b',
      'c',
    ]);
  });

  it.each([
    ['a root', root],
    ['a token that narrows', token('child', { parent: root, scope: [] })],
    ["a token below another issuer's", token('child', { parent: root, scope: ['b'], issuer: 'urn:other' })],
  ])('lists nothing for %s', (_, held) => {
    expect(addedScopes(held, algebraOf())).toEqual([]);
  });
});

describe('a detour', () => {
  const abroad = { issuer: 'https://other.example' };
  const home = 'https://as.example';
  const mappings = [
    { from: { issuer: home, scope: 'read' }, to: { ...abroad, scope: 'reader' } },
    { from: { ...abroad, scope: 'reader' }, to: { issuer: home, scope: 'write' } },
  ];

  it('may not bring back more than went into it, whatever mappings allow at each step', () => {
    const held = lineOf({ scope: ['read'] }, { ...abroad, scope: ['reader'] }, { scope: ['read', 'write'] });
    expect(drift(held, { mappings })).toMatchObject({ kind: 'root', added: ['write'] });
  });

  it('is compared with the nearest token of its own namespace', () => {
    const scopes = ['https://a', 'https://b'].map((audience) => ({
      issuer: '*',
      audience,
      dialect: 'exact',
    }));
    const [a, b] = [{ aud: ['https://a'] }, { aud: ['https://b'] }];
    const held = lineOf({ ...a, scope: ['x'] }, { ...b, scope: ['x', 'y'] }, { ...a, scope: ['x', 'y'] });
    expect(drift(held, { scopes })).toMatchObject({ kind: 'root', added: ['y'] });
    expect(drift(held)).toBeUndefined();
  });
});

describe('an ancestor that nobody can list', () => {
  it('bounds nothing, and what it does list was gained there', () => {
    const held = lineOf({ scope: ['a'] }, { scope: ['.default', 'b'] }, { scope: ['b', 'c'] });
    expect(drift(held.parent as TokenView)).toMatchObject({ kind: 'hop', added: ['b'] });
    expect(drift(held)).toMatchObject({ kind: 'root', added: ['c'] });
  });

  it('is blamed for all of it when that is all there is', () => {
    expect(drift(lineOf({ scope: ['a'] }, { scope: ['.default', 'b'] }, { scope: ['b'] }))).toBeUndefined();
    const unknown = { scope: undefined };
    expect(
      drift(lineOf({ scope: ['a'] }, { scope: ['.default', 'b'] }, unknown, { scope: ['b'] })),
    ).toBeUndefined();
  });

  it('is blamed for its authorization details, once', () => {
    const can = (...actions: string[]) => ({ authorizationDetails: [{ type: 'x', actions }] });
    const held = lineOf(
      { scope: ['a'], ...can('read') },
      { scope: ['.default'], ...can('write') },
      {
        ...{ scope: ['a'], ...can('write') },
      },
    );
    expect(drift(held.parent as TokenView)).toMatchObject({ kind: 'hop', added: ['x[write]'] });
    expect(drift(held)).toBeUndefined();
  });
});

describe('isPlainlyHeld', () => {
  const detail = { authorizationDetails: [{ type: 'x' }] };
  const graph = { issuer: 'https://login.microsoftonline.com/t', aud: ['https://graph.microsoft.com'] };

  it.each([
    ['a root', token('root'), true],
    ['a token that narrows', lineOf({ scope: ['a', 'b'] }, { scope: ['b'] }), true],
    [
      'below a parent that holds more than it lists',
      lineOf({ scope: ['a', '.default'] }, { scope: ['a'] }),
      true,
    ],
    ['a token that gains', lineOf({ scope: ['a'] }, { scope: ['a', 'b'] }), false],
    ['an unknown scope', lineOf({}, { scope: undefined }), false],
    ['an unknown parent', lineOf({ scope: undefined }, {}), false],
    ['a grant that stands for others', lineOf({ scope: ['.default'] }, { scope: ['.default'] }), false],
    ['authorization details', lineOf(detail, detail), false],
    ['another issuer', lineOf({ issuer: 'urn:other' }, {}), false],
    ['another namespace', lineOf(graph, { ...graph, grant: 'client_credentials' }), false],
  ])('of %s: %#', (_, held, isHeld) => {
    expect(isPlainlyHeld(held, algebraOf())).toBe(isHeld);
  });
});

describe('a refresh', () => {
  it('may take back what an earlier one left out', () => {
    expect(drift(refreshes({ scope: ['a', 'b'] }, { scope: ['a'] }, { scope: ['a', 'b'] }))).toBeUndefined();
  });

  it('is bounded by the first grant of its family', () => {
    const held = refreshes({ scope: ['a'] }, { scope: ['a', 'b'] }, { scope: ['a', 'b', 'c'] });
    expect(drift(held.parent as TokenView)).toMatchObject({ kind: 'cumulative', added: ['b'], grown: ['b'] });
    expect(drift(held)).toMatchObject({
      ...{ kind: 'cumulative', added: ['c'], grown: ['b', 'c'], held: ['a'] },
      ...{ holder: { token: { ref: { jti: 'root' } } }, between: [{ token: { ref: { jti: 'hop-1' } } }] },
    });
  });

  it('counts what an earlier one gained and a later one left out again', () => {
    const held = refreshes({ scope: ['a'] }, { scope: ['a', 'b'] }, { scope: ['a', 'c'] });
    expect(drift(held)).toMatchObject({ added: ['c'], grown: ['b', 'c'] });
  });

  it('is bounded by what its family was made from where the family is unknown', () => {
    const held = refreshes({ scope: ['a'], family: 'other' }, { scope: undefined }, { scope: ['b'] });
    expect(drift(held)).toMatchObject({ kind: 'root', added: ['b'] });
  });

  it('is for whom its family is, where it does not say', () => {
    const rules = { scopes: [{ issuer: '*', audience: 'https://a', dialect: 'hierarchical' }] };
    const first = { scope: ['a'], aud: ['https://a'] };
    expect(drift(refreshes(first, { scope: ['a'] }, { scope: ['a:b'] }), rules)).toBeUndefined();
    expect(drift(refreshes(first, { scope: ['a'] }, { scope: ['b'] }), rules)).toMatchObject({
      added: ['b'],
    });
    expect(drift(lineOf(first, { scope: ['b'], aud: undefined }), rules)).toBeUndefined();
  });

  it('continues a family only as a refresh of the same issuer', () => {
    const traded = refreshes({ scope: ['a', 'b'] }, { scope: ['a'] }, { scope: ['b'], grant: 'exchange' });
    expect(drift(traded)).toMatchObject({ kind: 'hop', added: ['b'] });
    const unnamed = refreshes({ scope: ['a', 'b'] }, { scope: ['a'] }, { scope: ['b'], family: undefined });
    expect(drift(unnamed)).toMatchObject({ kind: 'hop', added: ['b'] });
    const moved = refreshes({ scope: ['b'], issuer: 'urn:b' }, { scope: ['a'] }, { scope: ['b'] });
    expect(drift(moved)).toMatchObject({ kind: 'cumulative', added: ['b'], held: ['a'] });
  });
});

describe('every line of tokens', () => {
  it('gives no finding where everything is plainly held, at any depth', () => {
    const any = fc.uniqueArray(fc.constantFrom('a', 'a:b', 'b', '*', '.default'));
    const of = fc.constantFrom<Partial<TokenView>>(
      {},
      { issuer: 'urn:b' },
      { family: 'f', grant: 'refresh_token' },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(any, of), { minLength: 1, maxLength: 5 }), (line) => {
        const last = lineOf(...line.map(([one, differs]) => ({ scope: one, ...differs })));
        const algebra = algebraOf();
        fc.pre(last.parent !== undefined && isPlainlyHeld(last, algebra));
        const { excess, unknown } = algebra.compare(
          algebra.authorityOf(last.parent),
          algebra.authorityOf(last),
        );
        expect([...excess, ...unknown]).toEqual([]);
      }),
    );
  });

  const scope = fc.uniqueArray(fc.constantFrom('a', 'a:b', 'b', 'b:c', 'c'), { minLength: 1 });
  const rules = fc.constantFrom({}, { scopes: [{ issuer: '*', dialect: 'hierarchical' }] });

  it('has drifted somewhere when its last token exceeds what all above agree on', () => {
    fc.assert(
      fc.property(rules, fc.array(scope, { minLength: 2, maxLength: 5 }), (by, line) => {
        const last = lineOf(...line.map((one) => ({ scope: one })));
        const algebra = algebraOf(by);
        const above: TokenView[] = [];
        let isBlamed = driftOf(last, algebra, undefined) !== undefined;
        for (let at = last.parent; at !== undefined; at = at.parent) {
          above.push(at);
          isBlamed ||= driftOf(at, algebra, undefined) !== undefined;
        }
        const effective = { all: above.map((one) => algebra.authorityOf(one)) };
        const { excess } = algebra.compare(effective, algebra.authorityOf(last));
        if (excess.length > 0) expect(isBlamed).toBe(true);
      }),
    );
  });
});

describe('refusedExcess', () => {
  const root = token('root', { scope: ['a', 'b'] });
  const asking = (differs: Partial<TokenView>) =>
    refusedExcess(token('child', { parent: root, scope: ['a'], ...differs }), algebraOf());

  it.each([
    ['what was asked beyond the parent and not given', { requestedScope: ['a', 'd', 'c'] }, ['c', 'd']],
    ['nothing that was given after all', { requestedScope: ['c'], scope: ['c'] }, []],
    ['nothing that the parent held', { requestedScope: ['b'] }, []],
    ['nothing where nobody knows what was asked', { requestedScope: undefined }, []],
    ['nothing where nobody knows what was given', { requestedScope: ['c'], scope: undefined }, []],
    ['nothing for a root', { requestedScope: ['c'], parent: undefined }, []],
    ['nothing that cannot be compared', { requestedScope: ['c'], issuer: 'urn:other' }, []],
  ])('lists %s', (_, differs, refused) => {
    expect(asking(differs)).toEqual(refused);
  });
});
