import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScopeAlgebra, createScopeAlgebras } from './algebra.ts';
import type { Scoped } from './authority.ts';
import { ScopeRules } from './rules.ts';

const issuer = 'https://as.example';
const other = 'https://other.example';

const held = (scope: readonly string[] | undefined, differs: Partial<Scoped> = {}): Scoped => ({
  ...{ issuer, aud: undefined, grant: undefined, scope },
  ...differs,
});
const algebraOf = (rules: object = {}) => createScopeAlgebra(ScopeRules.parse(rules));

/** How `child` stands to `parent` by these rules. */
function compare(parent: Scoped, child: Scoped, rules: object = {}) {
  const algebra = algebraOf(rules);
  return algebra.compare(algebra.authorityOf(parent), algebra.authorityOf(child));
}
const relation = (...args: Parameters<typeof compare>) => compare(...args).relation;

describe('the five results', () => {
  it.each([
    ['equal', ['a', 'b'], ['b', 'a']],
    ['narrower', ['a', 'b'], ['a']],
    ['narrower', ['a'], []],
    ['broader', ['a'], ['a', 'b']],
    ['broader', [], ['a']],
    ['unknown', undefined, ['a']],
    ['unknown', ['a'], undefined],
    ['unknown', ['a:*'], ['a:b']],
    ['unknown', ['a', 'https://graph.example/.default'], ['a', 'b']],
    ['unknown', ['.default'], ['.default']],
    ['unknown', ['a'], ['.default']],
    ['broader', ['a'], ['.default', 'b']],
    ['narrower', ['a', '.default'], ['a']],
  ] as const)('%s: %j above %j', (result, parent, child) => {
    expect(relation(held(parent), held(child))).toBe(result);
  });

  it('is incomparable across issuers, whatever the scopes are called', () => {
    expect(compare(held(['a']), held(['a', 'b'], { issuer: other }))).toEqual({
      ...{ relation: 'incomparable', excess: [], incomparable: ['a', 'b'], unknown: [], upperBound: false },
    });
  });

  it('is incomparable with what nobody knows the issuer of', () => {
    const nobody = { issuer: undefined };
    expect(relation(held(['a'], nobody), held(['a'], nobody))).toBe('incomparable');
  });

  it('lists each grant that no single parent grant covers once, sorted, and claims no other', () => {
    expect(compare(held(['a', 'x:*']), held(['c', 'a', 'b', 'c', 'x:y']))).toMatchObject({
      ...{ relation: 'broader', excess: ['b', 'c'], unknown: ['x:y'] },
    });
  });

  it('says of upper bounds that they are', () => {
    const rules = { scopes: [{ issuer: '*', dialect: 'iam' }] };
    expect(compare(held(['s3:Get*']), held(['s3:*']), rules)).toMatchObject({
      ...{ relation: 'broader', upperBound: true },
    });
  });

  it('works out a few patterns for one grant, and answers unknown past that', () => {
    const rules = { scopes: [{ issuer: '*', dialect: 'glob' }] };
    const many = (count: number) => Array.from({ length: count }, (_, at) => `*${at}*`);
    expect(relation(held([...many(31), '*x*']), held(['*xy*']), rules)).toBe('narrower');
    expect(relation(held([...many(32), '*x*']), held(['*xy*']), rules)).toBe('unknown');
    expect(relation(held([...many(32), '*x*']), held(['xy']), rules)).toBe('narrower');
  });

  it('prefers a grant that covers to one that may', () => {
    const rules = { scopes: [{ issuer: '*', dialect: 'hierarchical' }] };
    expect(relation(held(['*', 'crm']), held(['crm:read']), rules)).toBe('narrower');
  });
});

describe('whatever the scopes are', () => {
  const scope = fc.uniqueArray(
    fc.constantFrom('a', 'a:b', 'a:b:c', 'b', 'c:a', 'ab', 'a*', '*', 'b:?', '.default'),
  );
  const rules = fc.constantFrom(
    {},
    { scopes: [{ issuer: '*', dialect: 'hierarchical' }] },
    { scopes: [{ issuer: '*', dialect: 'hierarchical', direction: 'suffix' }] },
    { scopes: [{ issuer: '*', dialect: 'glob' }] },
    { implications: [{ issuer: '*', implies: { a: ['b'], 'a:b': ['ab'], b: ['c:a'] } }] },
  );
  const facts = (one: Scoped, two: Scoped, by: object) => [relation(one, two, by), relation(two, one, by)];

  it('never is broader one way and broader or equal the other way by the same excess', () => {
    fc.assert(
      fc.property(rules, scope, scope, (by, a, b) => {
        const [down, up] = facts(held(a), held(b), by);
        if (down === 'equal') expect(up).toBe('equal');
        if (down === 'narrower' && up === 'narrower') {
          // Only what is not listed on the wider side may hide behind two of these.
          expect([...a, ...b]).toContain('.default');
        }
      }),
    );
  });

  it('has an excess exactly when some grant is covered by none', () => {
    fc.assert(
      fc.property(rules, scope, scope, (by, a, b) => {
        const algebra = algebraOf(by);
        const [above, below] = [algebra.authorityOf(held(a)), algebra.authorityOf(held(b))];
        const excess = b.filter((grant) => algebra.covers(above, below, grant) === 'no');
        expect(algebra.compare(above, below).excess).toEqual([...excess].sort());
      }),
    );
  });

  it('loses excess when the parent grows', () => {
    fc.assert(
      fc.property(rules, scope, scope, scope, (by, parent, more, child) => {
        const before = compare(held(parent), held(child), by).excess;
        const wider = compare(held([...parent, ...more]), held(child), by).excess;
        for (const grant of wider) expect(before).toContain(grant);
      }),
    );
  });

  it('never calls anything narrower that an unknown parent would have to cover', () => {
    fc.assert(
      fc.property(rules, scope, (by, child) => {
        fc.pre(child.length > 0);
        expect(relation(held(undefined), held(child), by)).toBe('unknown');
      }),
    );
  });

  it('answers from memory what it answered at first', () => {
    const algebra = algebraOf({ scopes: [{ issuer: '*', dialect: 'glob' }] });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const [above, below] = [algebra.authorityOf(held([a])), algebra.authorityOf(held([b]))];
        const first = algebra.compare(above, below);
        expect(algebra.compare(above, below)).toEqual(first);
        expect(compare(held([a]), held([b]), { scopes: [{ issuer: '*', dialect: 'glob' }] })).toEqual(first);
      }),
    );
  });
});

describe('bounds of several', () => {
  const algebra = algebraOf();
  const [ab, bc] = [algebra.authorityOf(held(['a', 'b'])), algebra.authorityOf(held(['b', 'c']))];
  const abroad = algebra.authorityOf(held(['a'], { issuer: other }));
  const against = (bound: Parameters<typeof algebra.compare>[0], scope: readonly string[]) =>
    algebra.compare(bound, algebra.authorityOf(held(scope))).relation;

  it.each([
    ['any', { any: [ab, bc] }, ['a', 'c'], 'narrower'],
    ['any', { any: [ab, bc] }, ['a', 'b', 'c'], 'equal'],
    ['any', { any: [ab, bc] }, ['d'], 'broader'],
    ['any', { any: [ab, abroad] }, ['a'], 'narrower'],
    ['any', { any: [ab, abroad] }, ['c'], 'incomparable'],
    ['all', { all: [ab, bc] }, ['a'], 'broader'],
    ['all', { all: [ab, bc] }, ['b'], 'narrower'],
    ['all', { all: [ab, abroad] }, ['a'], 'incomparable'],
    ['all', { all: [ab, { any: [bc, ab] }] }, ['a', 'b'], 'equal'],
  ] as const)('%s of them: %j bounds %j: %s', (_, bound, scope, result) => {
    expect(against(bound, scope)).toBe(result);
  });

  it('keeps a definite excess among what cannot be compared', () => {
    const child = algebra.authorityOf(held(['c']));
    expect(algebra.compare({ all: [ab, abroad] }, child)).toMatchObject({
      excess: ['c'],
      relation: 'broader',
    });
  });
});

describe('namespaces', () => {
  const scopes = [
    { issuer, audience: 'https://files.*', dialect: 'glob' },
    { issuer, dialect: 'hierarchical' },
    { issuer: '*', dialect: 'exact' },
  ];
  const files = { aud: ['https://files.example'] };

  it('takes the first rule that fits issuer and audience', () => {
    expect(relation(held(['a*'], files), held(['ab'], files), { scopes })).toBe('narrower');
    expect(relation(held(['a']), held(['a:b']), { scopes })).toBe('narrower');
    expect(relation(held(['a'], { issuer: other }), held(['a:b'], { issuer: other }), { scopes })).toBe(
      'broader',
    );
  });

  it('needs every audience to fit a rule that names some', () => {
    const both = { aud: ['https://files.example', 'https://mail.example'] };
    expect(relation(held(['a*'], both), held(['ab'], both), { scopes })).toBe('unknown');
    expect(relation(held(['a'], files), held(['a'], both), { scopes })).toBe('incomparable');
    expect(relation(held(['a'], files), held(['a'], { aud: [] }), { scopes })).toBe('incomparable');
  });

  it('keeps audiences together where no rule tells them apart', () => {
    expect(relation(held(['a'], files), held(['a'], { aud: ['https://mail.example'] }))).toBe('equal');
  });

  it('keeps what a person delegated apart from what an application was given', () => {
    const graph = {
      issuer: 'https://login.microsoftonline.com/t/v2.0',
      aud: ['https://graph.microsoft.com'],
    };
    const application = { ...graph, grant: 'client_credentials' };
    expect(relation(held(['Mail.ReadWrite'], graph), held(['Mail.Read'], graph))).toBe('narrower');
    expect(relation(held(['Mail.Read'], graph), held(['Mail.Read'], application))).toBe('incomparable');
    const rule = { ...{ issuer: '*', audience: '*' }, dialect: 'msgraph', permissions: 'delegated' };
    expect(relation(held(['Mail.Read'], graph), held(['Mail.Read'], application), { scopes: [rule] })).toBe(
      'equal',
    );
  });

  it('knows scopes of Google without a policy', () => {
    const google = { issuer: 'https://accounts.google.com' };
    const address = (name: string) => `https://www.googleapis.com/auth/${name}`;
    const ask = (parent: string, child: string) => relation(held([parent], google), held([child], google));
    expect(ask(address('drive'), address('drive.metadata.readonly'))).toBe('narrower');
    expect(ask(address('drive.readonly'), address('drive'))).toBe('broader');
    expect(ask('https://mail.google.com/', address('gmail.send'))).toBe('narrower');
    expect(ask(address('cloud-platform'), address('devstorage.read_only'))).toBe('narrower');
    expect(ask(address('cloud-platform'), address('cloud-translation'))).toBe('unknown');
  });

  it('takes full addresses for themselves where a rule wants no table', () => {
    const address = 'https://api.example/auth/';
    const rule = {
      issuer,
      dialect: 'url',
      table: 'none',
      implies: { [`${address}all`]: [`${address}some`] },
    };
    expect(relation(held([`${address}all`]), held([`${address}some`]), { scopes: [rule] })).toBe('narrower');
    expect(relation(held(['profile']), held(['email']), { scopes: [rule] })).toBe('broader');
  });

  it('answers the same when there are more namespaces than it remembers', () => {
    const algebra = algebraOf({ scopes: [{ issuer: '*', dialect: 'hierarchical' }] });
    const ask = (at: number) => {
      const own = { issuer: `https://as-${at}.example` };
      return algebra.compare(algebra.authorityOf(held(['a'], own)), algebra.authorityOf(held(['a:b'], own)))
        .relation;
    };
    expect(new Set(Array.from({ length: 1_100 }, (_, at) => ask(at)))).toEqual(new Set(['narrower']));
    expect(ask(0)).toBe('narrower');
  });
});

describe('implications and mappings', () => {
  const implies = { admin: ['write'], write: ['read', 'list'], constructor: ['x'] };

  it.each([
    ['admin', 'read', 'narrower'],
    ['read', 'admin', 'broader'],
    ['write', 'admin', 'broader'],
    ['toString', 'x', 'broader'],
    ['constructor', 'x', 'narrower'],
  ])('of a table are transitive: %s above %s is %s', (parent, child, result) => {
    const rules = { scopes: [{ issuer, dialect: 'table', implies }] };
    expect(relation(held([parent]), held([child]), rules)).toBe(result);
    expect(relation(held([parent]), held([child]), { implications: [{ issuer, implies }] })).toBe(result);
  });

  it('go on from what the dialect covers, in the middle of a path too', () => {
    const rules = {
      scopes: [{ issuer, dialect: 'hierarchical' }],
      implications: [{ issuer, implies: { 'crm:admin': ['erp'], 'erp:write': ['log'] } }],
    };
    expect(relation(held(['crm']), held(['erp:read']), rules)).toBe('narrower');
    expect(relation(held(['crm']), held(['log:read']), rules)).toBe('narrower');
    expect(relation(held(['erp']), held(['crm:admin']), rules)).toBe('broader');
  });

  it('leave open what the end of a path leaves open', () => {
    const rules = { implications: [{ issuer, implies: { admin: ['files:*'] } }] };
    expect(relation(held(['admin']), held(['files:read']), rules)).toBe('unknown');
  });

  it('of one issuer are not those of another, whoever was asked about first', () => {
    const algebra = algebraOf({
      implications: [
        { issuer, implies: { a: ['b'] } },
        { issuer: '*', implies: { a: ['c'] } },
      ],
    });
    const ask = (child: string, of: string) =>
      algebra.compare(
        algebra.authorityOf(held(['a'], { issuer: of })),
        algebra.authorityOf(held([child], { issuer: of })),
      ).relation;
    expect([ask('b', issuer), ask('b', other), ask('c', issuer), ask('c', other)]).toEqual([
      ...['narrower', 'broader', 'broader', 'narrower'],
    ]);
  });

  it('may be declared for some audiences only', () => {
    const rules = { implications: [{ issuer, audience: 'https://a', implies }] };
    expect(
      relation(held(['admin'], { aud: ['https://a'] }), held(['read'], { aud: ['https://a'] }), rules),
    ).toBe('narrower');
    expect(relation(held(['admin']), held(['read']), rules)).toBe('broader');
  });

  const mappings = [
    { from: { issuer, scope: 'crm:read' }, to: { issuer: other, scope: 'CrmReader' } },
    { from: { issuer, scope: 'crm:*' }, to: { issuer: other, scope: 'CrmAdmin' } },
  ];
  const abroad = { issuer: other };

  it('lead from one namespace into another, and not back', () => {
    expect(relation(held(['crm:read']), held(['CrmReader'], abroad), { mappings })).toBe('narrower');
    expect(relation(held(['CrmReader'], abroad), held(['crm:read']), { mappings })).toBe('incomparable');
    expect(relation(held(['crm:read']), held(['CrmWriter'], abroad), { mappings })).toBe('incomparable');
    expect(relation(held(['erp:read']), held(['CrmReader'], abroad), { mappings })).toBe('incomparable');
  });

  it('lead nowhere for what nobody knows the issuer of', () => {
    expect(
      relation(held(['crm:read'], { issuer: undefined }), held(['CrmReader'], abroad), { mappings }),
    ).toBe('incomparable');
    expect(relation(held(['crm:read']), held(['CrmReader'], { issuer: undefined }), { mappings })).toBe(
      'incomparable',
    );
  });

  it('start from what covers them, and end at what they cover', () => {
    const scopes = [{ issuer: '*', dialect: 'hierarchical' }];
    const rules = { scopes, mappings: [{ from: { issuer, scope: 'a:b' }, to: { issuer: '*', scope: 'x' } }] };
    expect(relation(held(['a']), held(['x:y'], abroad), rules)).toBe('narrower');
  });

  it('are needed between two audiences that rules tell apart', () => {
    const scopes = ['https://a', 'https://b'].map((audience) => ({ issuer, audience, dialect: 'exact' }));
    const [a, b] = [{ aud: ['https://a'] }, { aud: ['https://b'] }];
    expect(relation(held(['s'], a), held(['s'], b), { scopes })).toBe('incomparable');
    const row = {
      from: { issuer, audience: 'https://a', scope: 's' },
      to: { issuer, audience: 'https://b', scope: 's' },
    };
    expect(relation(held(['s'], a), held(['s'], b), { scopes, mappings: [row] })).toBe('narrower');
    expect(relation(held(['s'], b), held(['s'], a), { scopes, mappings: [row] })).toBe('incomparable');
  });
});

describe('authorization details', () => {
  const detail = (actions: readonly string[], more: object = {}) => ({
    authorizationDetails: [{ type: 'files', actions, ...more }],
  });
  const rules = { scopes: [{ issuer, dialect: 'rar', types: { files: { members: { size: 'max' } } } }] };

  it.each([
    ['equal', detail(['read']), detail(['read'])],
    ['narrower', detail(['read', 'write'], { size: 2 }), detail(['read'], { size: 1 })],
    ['broader', detail(['read']), detail(['read', 'write'])],
    ['broader', { authorizationDetails: [] }, detail(['read'])],
    ['incomparable', detail(['read'], { colour: 'red' }), detail(['read'], { colour: 'blue' })],
    ['unknown', {}, detail(['read'])],
    ['narrower', detail(['read']), {}],
    ['incomparable', detail(['read']), { ...detail(['read']), issuer: other }],
  ] as const)('%s: %j above %j', (result, parent, child) => {
    expect(relation(held([], parent), held([], child), rules)).toBe(result);
  });

  it('stand beside scope values, which their own rule compares', () => {
    const both = { scopes: [...rules.scopes, { issuer, dialect: 'hierarchical' }] };
    const child = held(['a:b'], detail(['write']));
    expect(compare(held(['a'], detail(['read'])), child, both)).toMatchObject({
      ...{ relation: 'broader', excess: ['files[write]'] },
    });
  });

  it('are bounded by several as scope values are', () => {
    const algebra = algebraOf(rules);
    const [read, write] = [['read'], ['write']].map((one) => algebra.authorityOf(held([], detail(one))));
    if (read === undefined || write === undefined) throw new Error('two were made');
    expect(algebra.compare({ any: [read, write] }, write).relation).toBe('narrower');
    expect(algebra.compare({ all: [read, write] }, write).relation).toBe('broader');
  });
});

it('keeps one algebra for each policy', () => {
  const algebras = createScopeAlgebras();
  const [one, two] = [ScopeRules.parse({}), ScopeRules.parse({})];
  expect(algebras(one)).toBe(algebras(one));
  expect(algebras(one)).not.toBe(algebras(two));
});
