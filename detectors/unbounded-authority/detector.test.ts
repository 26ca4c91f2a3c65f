import { describe, expect, it } from 'vitest';
import type { ChainView, TokenView } from '../../src/domain/chain.ts';
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
import { unboundedAuthority } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const facts = (found: readonly { fact: string; kind: string }[]) =>
  found.map(({ fact, kind }) => `${kind} ${fact}`);

function mint(differs: Partial<TokenView>, rules: object = {}, config: object = {}) {
  return look(
    unboundedAuthority,
    { on: 'token', token: token('root', { txn: 't1', ...differs }), policy: policy(rules) },
    config,
  );
}

describe('a grant without a boundary', () => {
  it.each([
    ['*', 1],
    ['crm:*', 1],
    ['repo/*', 1],
    ['mail.*', 1],
    ['crm:**', 1],
    ['https://graph.microsoft.com/.default', 1],
    ['.default', 1],
    ['full_access', 1],
    ['logs-*', 0],
    ['crm:*:read', 0],
    ['crm:read', 0],
    ['fuller', 0],
  ])('%s', (grant, count) => {
    expect(mint({ scope: ['crm:read', grant] })).toHaveLength(count);
  });

  it.each([
    ['details of which only the type is stated', [{ type: 'payment' }], ['payment (any)']],
    ['details with locations', [{ type: 'payment', locations: ['https://bank.example'] }], undefined],
    ['both', [{ type: 'a' }, { type: 'b', actions: ['read'] }], ['a (any)']],
  ])('%s', (_, authorizationDetails, unbounded) => {
    expect(mint({ authorizationDetails })[0]?.evidence['unbounded']).toEqual(unbounded);
  });

  it('takes names that mean everything from the configuration', () => {
    expect(mint({ scope: ['god'] }, {}, { unbounded: ['god'] })).toHaveLength(1);
    expect(mint({ scope: ['root'] }, {}, { unbounded: [] })).toEqual([]);
  });

  it.each([
    ['handed on', { parent: token('up') }, 1],
    ['with a claim of who acts', { actor: undefined, act: { sub: 'x' } }, 1],
    ['held by somebody else', {}, 1],
    ['of whoever holds it', { actor: undefined }, 0],
    ['of whoever acts with it', { subject: bot }, 0],
    ['of nobody that anyone knows', { subject: undefined }, 0],
  ])('counts on a token %s', (_, differs, count) => {
    expect(mint({ scope: ['*'], ...differs })).toHaveLength(count);
  });
});

describe('a wildcard that met a sensitive target', () => {
  const sensitive = { sensitive: { targets: ['vault/*', 'payroll'] } };
  const on = (system: string, resource?: string, differs = {}) => ({
    scope: ['*'],
    uses: [action({ id: 'safe' }), action({ target: { system, resource }, atMs: at(20), ...differs })],
  });

  it.each([
    ['by resource', on('vault', 'root'), sensitive, 'alert'],
    ['by system', on('payroll', 'ann'), sensitive, 'alert'],
    ['another one', on('crm', 'ann'), sensitive, 'signal'],
    ['in vain', on('payroll', 'ann', { outcome: 'denied' }), sensitive, 'signal'],
    ['as the platform', on('payroll', 'ann', { platform: true }), sensitive, 'signal'],
    ['where policy names none', on('payroll'), {}, 'signal'],
    [
      'where policy bounds its targets',
      on('payroll'),
      { ...sensitive, agents: [{ agent: 'agent/*', targets: ['*'] }] },
      'signal',
    ],
    [
      'where policy bounds its fields',
      on('payroll'),
      { ...sensitive, agents: [{ agent: 'agent/*', task: 'x', fields: [] }] },
      'signal',
    ],
    [
      'where policy bounds only its actions',
      on('payroll'),
      { ...sensitive, agents: [{ agent: 'agent/*', actions: [] }] },
      'alert',
    ],
    [
      'where policy bounds somebody else',
      on('payroll'),
      { ...sensitive, agents: [{ agent: 'x', targets: [] }] },
      'alert',
    ],
  ] as const)('%s', (_, differs, rules, kind) => {
    expect(facts(mint(differs, rules))).toEqual([`${kind} wildcard-scope`]);
  });

  it('says what it met', () => {
    expect(mint(on('payroll', 'ann'), sensitive)).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'wildcard-scope',
        kind: 'alert',
        severity: 'high',
        title: "CRM agent holds * in somebody's name, and used it on payroll/ann",
        atMs: at(20),
        evidence: {
          unbounded: ['*'],
          grants: 1,
          holder: 'CRM agent',
          rule: null,
          action: 'tool:send_mail',
          target: 'payroll/ann',
          usedAt: '2026-01-05T08:20:00.000Z',
        },
        eventIds: ['call-event-1', 'issued-root'],
        revoke: token('root').ref,
        shownBy: 'call-1',
      },
    ]);
  });
});

describe('before boundaries', () => {
  const many = Array.from({ length: 20 }, (_, index) => `g${index}`);
  const early = (differs: Partial<TokenView>, rules: object = {}) =>
    facts(mint({ scope: many, txn: undefined, ...differs }, rules));

  it.each([
    ['many grants', {}, {}, ['signal before-boundaries']],
    ['one fewer', { scope: many.slice(1) }, {}, []],
    ['for a transaction', { txn: 't1' }, {}, []],
    ['with details', { authorizationDetails: [{ type: 'a', actions: ['b'] }] }, {}, []],
    ['with a row in policy', {}, { agents: [{ agent: 'agent/*', task: 'x' }] }, []],
    ['for a service', { actor: { id: 'svc', kind: 'service' } as const }, {}, []],
    [
      'for an orchestrator',
      { actor: { id: 'o', kind: 'orchestrator' } as const },
      {},
      ['signal before-boundaries'],
    ],
    ['for an agent of its own', { actor: undefined, subject: bot }, {}, ['signal before-boundaries']],
    ['one wildcard', { scope: ['*'], actor: undefined, subject: bot }, {}, ['signal before-boundaries']],
    [
      "a wildcard in somebody's name",
      { scope: ['*'] },
      {},
      ['signal wildcard-scope', 'signal before-boundaries'],
    ],
    ['an unknown scope', { scope: undefined }, {}, []],
  ] as const)('%s', (_, differs, rules, expected) => {
    expect(early(differs, rules)).toEqual(expected);
  });

  it('says how many', () => {
    expect(mint({ scope: many, txn: undefined })).toMatchObject([
      {
        title: 'CRM agent holds 20 grants, and nothing says for which task',
        evidence: { grants: 20, agent: bot.id },
      },
    ]);
  });

  it('takes what is broad from the configuration', () => {
    const few = { scope: ['a', 'b'], txn: undefined };
    expect(mint(few, {}, { broadGrants: 2 })).toHaveLength(1);
    expect(mint(few)).toEqual([]);
  });
});

describe('accumulated', () => {
  const rules = { limits: { grantsPerChain: 3 } };
  const see = (tokens: readonly TokenView[], differs: Partial<ChainView> = {}) =>
    look(unboundedAuthority, {
      on: 'chain',
      chain: chain({ tokens, ...differs }),
      feeds: silentFeeds,
      policy: policy(rules),
    });
  const held = (jti: string, ...scope: readonly string[]) => token(jti, { scope, iatMs: at(5) });

  it.each([
    ['at the limit', [held('a', 'x', 'y'), held('b', 'z')], 0],
    ['above it', [held('a', 'x', 'y'), held('b', 'z', 'w')], 1],
    ['the same again', [held('a', 'x', 'y'), held('b', 'x', 'y', 'z')], 0],
    ['the same of two issuers', [held('a', 'x', 'y'), { ...held('b', 'x', 'y'), issuer: undefined }], 1],
    ['with a standing ancestor', [{ ...held('a', 'x', 'y'), standing: true }, held('b', 'z', 'w')], 0],
    ['of unknown scope', [held('a', 'x', 'y', 'z'), token('b', { scope: undefined })], 0],
  ])('%s', (_, tokens, count) => {
    expect(see(tokens)).toHaveLength(count);
  });

  it('says how much, and ends with the root', () => {
    expect(see([held('a', 'x', 'y'), held('b', 'z', 'w')])).toMatchObject([
      {
        subject: { kind: 'chain', label: 'root' },
        fact: 'accumulated',
        kind: 'alert',
        severity: 'high',
        atMs: at(5),
        evidence: { observed: 4, ceiling: 3, tokens: 2, largest: 2, initiator: 'ann@example' },
        revoke: { jti: 'root' },
      },
    ]);
    const all = [held('a', 'x', 'y', 'z', 'w')];
    expect(see(all, { rootToken: lineOf({ standing: true }) })[0]).not.toHaveProperty('revoke');
    expect(see(all, { platform: true })).toEqual([]);
  });
});

it('looks at tokens and chains only', () => {
  expect(look(unboundedAuthority, { on: 'source', source: sourceView(), policy: policy() })).toEqual([]);
});
