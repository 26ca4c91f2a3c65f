import { describe, expect, it } from 'vitest';
import type { TokenView } from '../../src/domain/chain.ts';
import type { Sighting } from '../../src/domain/detector.ts';
import {
  action,
  bot,
  lineOf,
  look,
  minuteMs,
  policy,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { mayActViolation } from './detector.ts';

const evil = { id: 'agent/evil', kind: 'agent' } as const;
const root = { actor: undefined, client: 'portal', mayAct: { sub: 'agent/crm' } };

function see(
  view: TokenView,
  rules: object = {},
  people: Extract<Sighting, { on: 'token' }>['people'] = strangers,
) {
  return look(mayActViolation, { on: 'token', token: view, policy: policy(rules), people });
}

describe('actor not allowed', () => {
  it('says who became the actor of what, and who was to be', () => {
    expect(see(lineOf(root, { actor: evil }))).toEqual([
      {
        subject: { kind: 'token', key: 'tok:["https://as.example","hop-1"]', label: 'hop-1' },
        fact: 'actor-not-allowed',
        kind: 'alert',
        severity: 'high',
        title: 'agent/evil became the actor of root, which only agent/crm may act upon',
        atMs: startMs,
        evidence: {
          mayAct: 'agent/crm',
          parent: 'root',
          actor: 'agent/evil',
          client: 'crm-client',
          subject: 'ann@example',
          issuer: 'https://as.example',
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 1,
        },
        eventIds: ['issued-hop-1', 'issued-root'],
        settlesAtMs: startMs + 10 * minuteMs,
        revoke: { iss: 'https://as.example', jti: 'hop-1' },
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['the actor that may', root, { actor: bot }],
    ['the actor that may, its issuer told once', root, { actor: { ...bot, iss: 'https://as.example' } }],
    [
      'the client that may, under its name as a client',
      { ...root, mayAct: { sub: 'crm-client' } },
      { actor: evil },
    ],
    ['an actor that was there before', { ...root, actor: evil }, { actor: evil }],
    ['a subject that acts for itself', root, { actor: { id: 'ann@example', kind: 'human' } }],
    ['a parent that names nobody', { ...root, mayAct: undefined }, { actor: evil }],
    ['a client that refreshes', root, { actor: undefined, client: 'portal' }],
    ['nobody named at all', root, { actor: undefined, client: undefined }],
  ] as const)('stays quiet about %s', (_, parent, child) => {
    expect(see(lineOf(parent, child))).toEqual([]);
  });

  it.each([
    [
      'an actor of another issuer',
      { sub: 'agent/crm', iss: 'https://other' },
      { actor: { ...bot, iss: 'https://as' } },
    ],
    [
      'the party whose credential an allowed client showed',
      { sub: 'crm-client' },
      { actor: evil, actorToken: { iss: 'https://as.example', jti: 'svid' } },
    ],
  ] as const)('names %s', (_, mayAct, child) => {
    expect(see(lineOf({ ...root, mayAct }, child))).toMatchObject([
      { kind: 'alert', fact: 'actor-not-allowed' },
    ]);
  });

  it('judges the parent only: its actor may hand on what it holds', () => {
    expect(see(lineOf(root, { actor: bot }, { actor: evil }))).toEqual([]);
  });

  it('asks what was refreshed: the report of a refresh has no room for it', () => {
    const refreshed = { actor: undefined, client: 'portal', grant: 'refresh_token' };
    expect(see(lineOf(root, refreshed, refreshed, { actor: evil }))).toMatchObject([{ kind: 'alert' }]);
  });

  it('only suspects a client of which no actor is told', () => {
    expect(see(lineOf(root, { actor: undefined, client: 'other' }))).toMatchObject([
      {
        kind: 'signal',
        severity: 'medium',
        title: 'Client other exchanged root, which only agent/crm may act upon',
      },
    ]);
  });

  it.each([
    ['agent/crm', 0],
    ['agent/other', 1],
  ])('takes linked names for one party (%s)', (linked, count) => {
    const people = {
      ...strangers,
      same: (a: { id: string }, b: { id: string }) => [a.id, b.id].includes(linked),
    };
    expect(see(lineOf(root, { actor: { id: 'spiffe://crm', kind: 'workload' } }), {}, people)).toHaveLength(
      count,
    );
  });

  it('is critical when the subject is sensitive', () => {
    const rules = { sensitive: { principals: ['ann@*'] } };
    expect(see(lineOf(root, { actor: evil }), rules)).toMatchObject([{ severity: 'critical' }]);
  });
});

describe('not delegated to', () => {
  const rules = {
    trust: {
      delegates: [
        { from: 'ann@*', to: ['agent/crm', 'agent/mail*'] },
        { from: '*', to: ['agent/*'] },
      ],
    },
  };

  it.each([
    ['an agent in the row', { actor: bot }, 0],
    ['an agent that a pattern fits', { actor: { id: 'agent/mailer', kind: 'agent' } }, 0],
    ['an agent of a later row', { actor: evil }, 1],
    ['an agent that only starts alike', { actor: { id: 'agent/crmx', kind: 'agent' } }, 1],
    ['a subject of a later row', { subject: { id: 'bob', kind: 'human' }, actor: evil }, 0],
    ['no actor', { actor: undefined }, 0],
    ['no subject', { subject: undefined, actor: evil }, 0],
  ] as const)('of the first row that fits: %s', (_, differs, count) => {
    expect(see(token('root', differs), rules)).toHaveLength(count);
  });

  it('names the row, at the hop where the actor came in', () => {
    const line = lineOf({ actor: bot }, { actor: evil }, { actor: evil });
    expect(see(line, rules)).toEqual([]);
    expect(see(line.parent as TokenView, rules)).toMatchObject([
      {
        fact: 'not-delegated-to',
        kind: 'alert',
        title: 'agent/evil acts for ann@example, who may not delegate to it',
        evidence: { delegator: 'ann@*', mayDelegateTo: ['agent/crm', 'agent/mail*'] },
      },
    ]);
  });

  it('has nothing to say without a row that fits', () => {
    expect(see(token('root', { actor: evil }), { trust: { delegates: [{ from: 'bob', to: [] }] } })).toEqual(
      [],
    );
  });
});

it('says null of what nobody told, and dates it by its report', () => {
  const untold = {
    iatMs: undefined,
    client: undefined,
    subject: undefined,
    issuer: undefined,
    grant: undefined,
  };
  expect(see(lineOf(root, { actor: evil, ...untold }))).toMatchObject([
    { atMs: startMs, evidence: { client: null, subject: null, issuer: null, grant: null } },
  ]);
  expect(
    see(token('root', { actor: evil }), { trust: { delegates: [{ from: '*', to: [] }] } }),
  ).toMatchObject([{ evidence: { linkLevel: null } }]);
  expect(see(lineOf(root, { actor: undefined, client: 'other' }))).toMatchObject([
    { evidence: { actor: null } },
  ]);
  expect(see(token('root', { actor: evil }))).toEqual([]);
});

it('looks at tokens only', () => {
  expect(look(mayActViolation, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
