import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { token } from '../../test/support/views.ts';
import { defaultPolicy, Policy } from './policy.ts';
import { addedScopes, coversGrant, coversScope, type Dialect, dialectOf, excessScope } from './scope.ts';

const exact: Dialect = { kind: 'exact' };
const prefix: Dialect = { kind: 'hierarchical', separator: ':', direction: 'prefix' };
const suffix: Dialect = { kind: 'hierarchical', separator: ':', direction: 'suffix' };

describe('coversGrant', () => {
  it.each([
    ['the same value', exact, 'crm:read', 'crm:read', 'yes'],
    ['another case: scopes are case-sensitive', exact, 'crm:read', 'CRM:read', 'no'],
    ['a longer value under an exact dialect', exact, 'crm', 'crm:read', 'no'],
    ['a wildcard that an exact dialect does not read', exact, 'crm:*', 'crm:read', 'unclear'],
    ['a wildcard of another namespace', exact, 'crm:*', 'erp:read', 'no'],
    ['a wildcard that the parent does not hold', exact, 'crm:read', 'crm:*', 'no'],
    ['a segment below', prefix, 'crm', 'crm:read', 'yes'],
    ['two segments below', prefix, 'crm', 'crm:contacts:read', 'yes'],
    ['a name that only starts alike', prefix, 'crm', 'crmadmin', 'no'],
    ['half a segment', prefix, 'crm:re', 'crm:read', 'no'],
    ['a segment above', prefix, 'crm:read', 'crm', 'no'],
    ['the last segment, suffix direction', suffix, 'orders', 'read:orders', 'yes'],
    ['a name that only ends alike', suffix, 'orders', 'read:reorders', 'no'],
    ['the first segment, suffix direction', suffix, 'read', 'read:orders', 'no'],
  ] as const)('%s', (_, dialect, parent, child, cover) => {
    expect(coversGrant(dialect, parent, child)).toBe(cover);
  });

  const grant = fc
    .array(fc.constantFrom('a', 'ab', 'b'), { minLength: 1, maxLength: 4 })
    .map((s) => s.join(':'));
  const dialect = fc.constantFrom(exact, prefix, suffix);

  it('is reflexive', () => {
    fc.assert(fc.property(dialect, fc.string(), (d, g) => coversGrant(d, g, g) === 'yes'));
  });

  it('is transitive over every value of up to three segments', () => {
    const segments = ['a', 'ab', 'b'];
    const two = segments.flatMap((x) => segments.map((y) => `${x}:${y}`));
    const values = [...segments, ...two, ...two.flatMap((x) => segments.map((y) => `${x}:${y}`))];
    for (const d of [exact, prefix, suffix]) {
      const below = (held: string) => values.filter((value) => coversGrant(d, held, value) === 'yes');
      const broken = values.filter((a) => below(a).some((b) => below(b).some((c) => !below(a).includes(c))));
      expect(broken).toEqual([]);
    }
  });

  it('never lets two different grants cover each other', () => {
    fc.assert(
      fc.property(dialect, grant, grant, (d, a, b) => {
        fc.pre(a !== b);
        expect([coversGrant(d, a, b), coversGrant(d, b, a)]).not.toEqual(['yes', 'yes']);
      }),
    );
  });
});

describe('coversScope', () => {
  it('prefers a grant that covers to one that may', () => {
    expect(coversScope(prefix, ['*', 'crm'], 'crm:read')).toBe('yes');
  });

  it('lets nothing be covered by an empty scope', () => {
    expect(coversScope(prefix, [], 'crm:read')).toBe('no');
  });
});

describe('excessScope', () => {
  it('lists each grant that no single parent grant covers once, sorted', () => {
    expect(excessScope(exact, ['a'], ['c', 'a', 'b', 'c'])).toEqual(['b', 'c']);
  });

  it('claims nothing where a wildcard leaves it open', () => {
    expect(excessScope(exact, ['crm:*'], ['crm:read', 'erp:read'])).toEqual(['erp:read']);
  });

  const scope = fc.uniqueArray(fc.constantFrom('a', 'a:b', 'a:b:c', 'b', 'c:a', 'ab'));
  const dialect = fc.constantFrom(exact, prefix, suffix);

  it('is empty exactly when every grant is covered', () => {
    fc.assert(
      fc.property(dialect, scope, scope, (d, parent, child) => {
        const covered = child.every((grant) => parent.some((held) => coversGrant(d, held, grant) === 'yes'));
        expect(excessScope(d, parent, child).length === 0).toBe(covered);
      }),
    );
  });

  it('shrinks when the parent grows', () => {
    fc.assert(
      fc.property(dialect, scope, scope, scope, (d, parent, more, child) => {
        const before = excessScope(d, parent, child);
        for (const grant of excessScope(d, [...parent, ...more], child)) expect(before).toContain(grant);
      }),
    );
  });
});

describe('dialectOf', () => {
  const policy = Policy.parse({
    scopes: [
      { issuer: 'https://as.example', dialect: 'exact' },
      { issuer: 'https://*.example', dialect: 'hierarchical', separator: '.', direction: 'suffix' },
      { issuer: '*', dialect: 'hierarchical' },
    ],
  });

  it.each([
    ['https://as.example', exact],
    ['https://eu.example', { kind: 'hierarchical', separator: '.', direction: 'suffix' }],
    ['urn:other', prefix],
  ])('takes the first rule that matches %s', (issuer, dialect) => {
    expect(dialectOf(policy, issuer)).toEqual(dialect);
  });

  it('reads scopes as opaque where policy says nothing', () => {
    expect(dialectOf(Policy.parse({}), 'urn:any')).toEqual(exact);
  });
});

describe('addedScopes', () => {
  const root = token('root', { scope: ['a'] });

  it('lists what a token holds beyond what was handed to it', () => {
    expect(addedScopes(token('child', { parent: root, scope: ['c', 'a', 'b'] }), defaultPolicy)).toEqual([
      'b',
      'c',
    ]);
  });

  it.each([
    ['a root', root],
    ['a token that narrows', token('child', { parent: root, scope: [] })],
    ["a token below another issuer's", token('child', { parent: root, scope: ['b'], issuer: 'urn:other' })],
  ])('lists nothing for %s', (_, held) => {
    expect(addedScopes(held, defaultPolicy)).toEqual([]);
  });
});
