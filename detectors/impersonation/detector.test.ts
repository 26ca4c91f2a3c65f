import { describe, expect, it } from 'vitest';
import type { TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { action, lineOf, look, minuteMs, policy, startMs, strangers } from '../../test/support/views.ts';
import { impersonation } from './detector.ts';

function see(token: TokenView, rules: object = {}, people = strangers, config: object = {}) {
  return look(impersonation, { on: 'token', token, policy: policy(rules), people }, config);
}

const named = { act: { sub: 'agent/crm', act: { sub: 'agent/desk' } } };
const hop = (differs: Partial<TokenView> = {}, above: Partial<TokenView> = named) => lineOf(above, differs);

describe('an actor that is dropped', () => {
  it('says whom the parent named', () => {
    expect(see(hop())).toEqual([
      {
        subject: { kind: 'token', key: 'tok:["https://as.example","hop-1"]', label: 'hop-1' },
        fact: 'no-act',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent got hop-1, which no longer names agent/crm or anybody as its actor',
        atMs: startMs,
        evidence: {
          actor: 'agent/crm',
          client: 'crm-client',
          subject: 'ann@example',
          issuer: 'https://as.example',
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          parent: 'root',
          parentActors: ['agent/crm', 'agent/desk'],
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
    ['a token that names its actor', hop({ act: { sub: 'agent/crm' } }), {}],
    ['a refresh, whose report has no room for it', hop({ grant: 'refresh_token' }), {}],
    ['a role that was assumed', hop({ grant: 'sts:AssumeRole' }), {}],
    ['an unknown grant', hop({ grant: undefined }), {}],
    ['a token that nobody reported', hop({ issued: false }), {}],
    ['a parent that nobody reported', hop({}, { ...named, issued: false }), {}],
    ['a grant that is not configured', hop(), { grants: [] }],
  ])('stays quiet about %s', (_, token, config) => {
    expect(see(token, {}, strangers, config)).toEqual([]);
  });

  const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  it.each([
    ['over a border, by federation', { issuer: 'https://partner', grant: bearer }, 'signal', 'low'],
    ['over a border, by exchange', { issuer: 'https://partner' }, 'alert', 'high'],
    ['by federation with itself', { grant: bearer }, 'alert', 'high'],
  ] as const)('%s it is %3$s', (_, differs, kind, severity) => {
    expect(see(hop(differs))).toMatchObject([{ kind, severity }]);
  });

  it('is not forgotten by a refresh in between', () => {
    expect(see(lineOf(named, { grant: 'refresh_token' }, {}))).toMatchObject([{ kind: 'alert' }]);
  });

  it('is told where it happens, not below', () => {
    expect(see(lineOf(named, {}, {}))).toEqual([]);
  });

  it('is critical for a sensitive subject, and asserted where nobody states the link', () => {
    const token = { ...hop(), parentLevel: undefined };
    expect(see(token, { sensitive: { principals: ['ann*'] } })).toMatchObject([
      { severity: 'critical', linkLevel: 4 },
    ]);
  });
});

describe('an actor that is never named', () => {
  const other = (differs: Partial<TokenView> = {}, above: Partial<TokenView> = {}) =>
    lineOf(
      { client: 'portal', actor: undefined, ...above },
      { actor: undefined, client: 'mailer', ...differs },
    );

  it('is one signal for each client of an issuer', () => {
    expect(see(other())).toMatchObject([
      {
        subject: {
          kind: 'source',
          key: 'client:["https://as.example","mailer"]',
          label: 'mailer at https://as.example',
        },
        fact: 'no-act',
        kind: 'signal',
        severity: 'low',
        title: 'mailer exchanges tokens of others for tokens that name no actor',
        evidence: { parentClient: 'portal', parent: 'root', actor: null },
      },
    ]);
    expect(see(other({ issuer: undefined }))[0]?.subject.label).toBe('mailer at an unknown issuer');
  });

  it.each([
    ['the same client', other({ client: 'portal' })],
    ['a client that is the subject', other({ subject: { id: 'mailer', kind: 'service' } })],
    ['an actor that the report names', other({ actor: { id: 'agent/crm', kind: 'agent' } })],
    ['no client', other({ client: undefined })],
    ['a parent of no client', other({}, { client: undefined })],
    ['no subject', other({ subject: undefined })],
  ])('is nothing for %s', (_, token) => {
    expect(see(token)).toEqual([]);
  });

  it('is nothing for a client that is the subject under another name', () => {
    const same = (a: Principal, b: Principal) => a.id === 'mailer' && b.id === 'ann@example';
    expect(see(other(), {}, { ...strangers, same })).toEqual([]);
  });
});

it('says null of what nobody told, and dates it by its report', () => {
  const untold = {
    iatMs: undefined,
    actor: undefined,
    client: undefined,
    subject: undefined,
    issuer: undefined,
  };
  expect(see(hop(untold))).toMatchObject([
    { atMs: startMs, evidence: { actor: null, client: null, subject: null, issuer: null } },
  ]);
  const above = lineOf(
    { client: 'portal', actor: undefined },
    { actor: undefined, client: 'mailer', iatMs: undefined },
  );
  expect(see(above)).toMatchObject([{ kind: 'signal', atMs: startMs }]);
});

it('looks at derived tokens only', () => {
  expect(see(lineOf({}))).toEqual([]);
  expect(look(impersonation, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
