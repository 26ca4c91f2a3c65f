import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import {
  action,
  bot,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  silentFeeds,
  sourceView,
  startMs,
  token,
} from '../../test/support/views.ts';
import { trustBoundary } from './detector.ts';

const partner = 'https://id.partner.example';
const abroad = (differs: Partial<TokenView> = {}) =>
  token('abroad', { ref: { iss: partner, jti: 'abroad' }, key: 'k', issuer: partner, ...differs });

const mint = (held: TokenView, rules: object) =>
  look(trustBoundary, { on: 'token', token: held, policy: policy(rules) });
const use = (held: TokenView | undefined, rules: object, differs: Partial<ActionView> = {}) =>
  look(trustBoundary, { on: 'action', action: action({ token: held, ...differs }), policy: policy(rules) });

describe('untrusted issuer', () => {
  const rules = { trust: { issuers: ['https://as.example', 'urn:acme:*'] } };

  it('says what its token was good for', () => {
    expect(use(abroad(), rules)).toEqual([
      {
        subject: { kind: 'token', key: 'k', label: 'abroad' },
        fact: 'untrusted-issuer',
        kind: 'alert',
        severity: 'high',
        title: `CRM agent did tool:send_mail with a token of ${partner}, whom policy does not trust`,
        atMs: startMs + 10 * minuteMs,
        evidence: {
          issuer: partner,
          action: 'tool:send_mail',
          effect: 'write',
          outcome: 'accepted',
          system: null,
        },
        eventIds: ['call-event-1', 'issued-abroad'],
        revoke: { iss: partner, jti: 'abroad' },
      },
    ]);
  });

  it.each([
    ['a refusal', abroad(), { outcome: 'denied' }, 'signal', 'low'],
    ['a failure', abroad(), { outcome: 'failed' }, 'signal', 'low'],
    ['the platform', abroad(), { platform: true }, 'signal', 'low'],
    ['a deletion', abroad(), { effect: 'delete', target: { system: 'crm' } }, 'alert', 'critical'],
    ['a token known by digest', abroad({ ref: { hash: 'sha256:x' } }), {}, 'signal', 'low'],
  ] as const)('%s is %4$s', (_, held, differs, kind, severity) => {
    expect(use(held, rules, differs)).toMatchObject([{ kind, severity }]);
  });

  it.each([
    ['a trusted issuer', token('root'), rules],
    ['an issuer that a pattern fits', abroad({ issuer: 'urn:acme:sts' }), rules],
    ['an issuer of whom nobody knows', abroad({ issuer: undefined }), rules],
    ['anybody without a list', abroad(), {}],
    ['no token', undefined, rules],
  ])('trusts %s', (_, held, trusting) => {
    expect(use(held, trusting)).toEqual([]);
  });

  it('finds a trusted issuer that mints from it, on the token that should not have been accepted', () => {
    expect(mint(token('ours', { parent: abroad(), parentLevel: 2 }), rules)).toMatchObject([
      {
        subject: { label: 'abroad' },
        fact: 'untrusted-issuer',
        kind: 'alert',
        severity: 'high',
        title: `CRM agent exchanged a token of ${partner}, whom policy does not trust, at https://as.example`,
        evidence: { issuer: partner, acceptedBy: 'https://as.example', child: 'ours', linkLevel: 2 },
        revoke: { iss: 'https://as.example', jti: 'ours' },
        linkLevel: 2,
      },
    ]);
  });

  it.each([
    ['a signal for a digest', token('ours', { parent: abroad({ ref: { hash: 'sha256:x' } }) }), ['signal']],
    ['nothing between strangers', abroad({ parent: abroad() }), []],
    ['nothing for a child of nobody', abroad({ issuer: undefined, parent: abroad() }), []],
    ['nothing for a child of our own', lineOf({}, {}), []],
  ])('is %s', (_, held, kinds) => {
    expect(mint(held, rules).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('domain crossed', () => {
  const rules = {
    trust: {
      domains: [
        { name: 'acme', issuers: ['https://as.example', 'https://sts.example'] },
        { name: 'partner', issuers: [partner] },
      ],
    },
  };
  const made = (issuer: string | undefined, differs: Partial<TokenView> = {}) =>
    token('made', { issuer, parent: token('root'), ...differs });

  it.each([
    ['inside one domain', made('https://sts.example'), []],
    ['at the same issuer', made('https://as.example'), []],
    ['to another domain', made(partner), ['alert']],
    ['to an issuer of no domain', made('https://new.example'), ['signal']],
    [
      'from an issuer of no domain',
      made(partner, { parent: token('root', { issuer: 'https://new.example' }) }),
      ['signal'],
    ],
    [
      'between issuers of no domain',
      made('https://a', { parent: token('root', { issuer: 'https://b' }) }),
      [],
    ],
    ['to nobody', made(undefined), []],
    ['from nobody', made(partner, { parent: token('root', { issuer: undefined }) }), []],
    ['by an assertion', made(partner, { grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }), []],
    ['as a federation token', made(partner, { tokenKind: 'urn:ietf:params:oauth:token-type:id-jag' }), []],
    [
      'from a federation token',
      made(partner, { parent: token('root', { tokenKind: 'urn:ietf:params:oauth:token-type:id-jag' }) }),
      [],
    ],
    ['by a call of a cloud', made(partner, { grant: 'sts:AssumeRoleWithWebIdentity' }), []],
    ['by another call of a cloud', made(partner, { grant: 'sts:AssumeRole' }), ['alert']],
    ['by an unknown grant', made(partner, { grant: undefined, tokenKind: undefined }), ['alert']],
  ])('%s', (_, held, kinds) => {
    expect(mint(held, rules).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('says from where to where', () => {
    expect(mint({ ...made(partner), parentLevel: undefined }, rules)).toMatchObject([
      {
        fact: 'domain-crossed',
        severity: 'high',
        title: 'CRM agent took authority from acme to partner without a federation grant',
        evidence: {
          fromDomain: 'acme',
          toDomain: 'partner',
          fromIssuer: 'https://as.example',
          toIssuer: partner,
          parent: 'root',
        },
        linkLevel: 4,
      },
    ]);
    expect(mint(made('https://new.example'), rules)[0]?.title).toContain('from acme to https://new.example');
    const unknown = token('root', { issuer: 'https://old.example' });
    expect(mint(made(partner, { parent: unknown }), rules)[0]?.title).toContain(
      'from https://old.example to partner',
    );
  });

  it('needs domains', () => {
    expect(mint(made(partner), {})).toEqual([]);
    expect(mint(token('root'), rules)).toEqual([]);
  });
});

describe('tenant crossed', () => {
  const of = (principal: Principal, tenant: string | undefined): Principal =>
    tenant === undefined ? principal : { ...principal, tenant };
  const ann: Principal = { id: 'ann@example', kind: 'human' };
  const hop = (from: (string | undefined)[], to: (string | undefined)[], differs: Partial<TokenView> = {}) =>
    lineOf(
      { subject: of(ann, from[0]), actor: of(bot, from[1]) },
      { subject: of(ann, to[0]), actor: of(bot, to[1]), ...differs },
    );

  it.each([
    ['nobody tells a tenant', hop([], []), 0],
    ['all are of one', hop(['a', 'a'], ['a', 'a']), 0],
    ['the subject changes its own', hop(['a'], ['b']), 1],
    ['an actor of another comes in', hop(['a', 'a'], ['a', 'b']), 1],
    ['a vendor was there before', hop(['a', 'b'], ['a', 'b']), 0],
    ['the subject takes that of the actor', hop(['a', 'b'], ['b', 'b']), 0],
    ['only the parent is known', hop(['a'], []), 0],
    ['only the child is known', hop([], ['b', 'b']), 0],
    ['it is federated', hop(['a'], ['b'], { grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }), 0],
  ])('%s', (_, held, count) => {
    expect(mint(held, {})).toHaveLength(count);
  });

  it('says who, and of which tenants the authority was', () => {
    expect(mint(hop(['a', 'c'], ['a', 'b']), {})).toMatchObject([
      {
        fact: 'tenant-crossed',
        kind: 'alert',
        title: 'CRM agent of tenant b got authority of tenant a, c',
        evidence: { tenant: 'b', tenants: ['a', 'c'], principal: 'agent/crm' },
      },
    ]);
  });

  const held = token('root', { subject: of(ann, 'a'), actor: of(bot, 'b') });
  it.each([
    ['the subject', 'a', {}, []],
    ['the actor', 'b', {}, []],
    ['nobody of them', 'c', {}, ['alert high']],
    ['nobody of them, refused', 'c', { outcome: 'denied' }, ['signal low']],
    ['nobody of them, deleting', 'c', { effect: 'delete' }, ['alert critical']],
    ['one that is not told', undefined, {}, []],
  ] as const)('a use by the tenant of %s', (_, tenant, differs, said) => {
    const found = use(held, {}, { actor: of(bot, tenant), ...differs });
    expect(found.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual(said);
  });

  it('asks nothing of a token of no tenant, or of no token', () => {
    expect(use(token('root'), {}, { actor: of(bot, 'c') })).toEqual([]);
    expect(use(undefined, {}, { actor: of(bot, 'c') })).toEqual([]);
    expect(use(held, {}, { actor: undefined })).toEqual([]);
  });
});

describe('untrusted root', () => {
  const rules = { trust: { roots: ['*@example'] } };
  const machine = token('root', { subject: { id: 'service/x', kind: 'service' } });
  const see = (differs: Partial<ChainView>, trusting: object = rules) =>
    look(trustBoundary, { on: 'chain', chain: chain(differs), feeds: silentFeeds, policy: policy(trusting) });

  it('says with whose credential it began, once something was done', () => {
    expect(
      see({ rootToken: machine, actions: [action({ outcome: 'denied' }), action({ id: 'call-2' })] }),
    ).toEqual([
      {
        subject: { kind: 'chain', key: machine.key, label: 'root' },
        fact: 'untrusted-root',
        kind: 'alert',
        severity: 'high',
        title: 'A chain began with root of service/x, with whose credentials none may begin',
        atMs: startMs + 10 * minuteMs,
        evidence: { root: 'root', subject: 'service/x', issuer: 'https://as.example', actions: 1 },
        eventIds: ['call-event-1', 'issued-root'],
        settlesAtMs: startMs + 10 * minuteMs,
        revoke: { iss: 'https://as.example', jti: 'root' },
        shownBy: 'call-2',
      },
    ]);
  });

  it.each([
    ['nothing was done', { rootToken: machine }, ['signal']],
    ['the issuer is not known', { rootToken: { ...machine, issuer: undefined } }, ['signal']],
    ['the subject may', { rootToken: token('root') }, []],
    ['the subject is not known', { rootToken: token('root', { subject: undefined }) }, []],
    ['nobody reported the root', { rootToken: { ...machine, issued: false } }, []],
    ['there is no token', { rootToken: undefined }, []],
    [
      'the credential above it may',
      { rootToken: token('hop', { subject: machine.subject, parent: token('root') }) },
      [],
    ],
  ] as const)('%s', (_, differs, kinds) => {
    expect(see(differs).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('looks at the topmost credential, above a standing one', () => {
    const below = token('hop', { parent: machine, parentLevel: 3 });
    expect(see({ rootToken: below })).toMatchObject([{ evidence: { root: 'root' }, linkLevel: 3 }]);
    const further = token('further', { parent: below, parentLevel: 1 });
    expect(see({ rootToken: further })).toMatchObject([{ evidence: { root: 'root' }, linkLevel: 3 }]);
  });

  it('needs a list', () => {
    expect(see({ rootToken: machine }, {})).toEqual([]);
  });
});

it('says null of what nobody told, and dates it by its report', () => {
  const untold = { iatMs: undefined, grant: undefined, tokenKind: undefined, parentLevel: undefined };
  const rules = {
    trust: { issuers: ['https://as.example'], domains: [{ name: 'acme', issuers: ['https://as.example'] }] },
  };
  expect(mint(token('ours', { parent: abroad(), ...untold }), rules)).toMatchObject([
    { fact: 'untrusted-issuer', atMs: startMs, linkLevel: 4, evidence: { grant: null } },
    { fact: 'domain-crossed', atMs: startMs, linkLevel: 4, evidence: { grant: null } },
  ]);
});

it('has nothing to say of sources', () => {
  expect(look(trustBoundary, { on: 'source', source: sourceView(), policy: policy() })).toEqual([]);
});
