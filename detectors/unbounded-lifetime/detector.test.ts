import { describe, expect, it } from 'vitest';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import {
  action,
  bot,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { unboundedLifetime } from './detector.ts';

const hour = 60 * minuteMs;
const day = 24 * hour;
const ann = { id: 'ann@example', kind: 'human' } as const;

function mint(held: TokenView, rules: object = {}, config: object = {}) {
  return look(unboundedLifetime, { on: 'token', token: held, policy: policy(rules) }, config);
}

function kinds(findings: ReturnType<typeof mint>) {
  return findings.map(({ kind }) => kind);
}

describe('never expires', () => {
  const endless = (differs: Partial<TokenView> = {}) => lineOf({}, { expMs: null, ...differs });

  it('pages where a machine holds it on behalf of somebody', () => {
    expect(mint(endless())).toEqual([
      {
        subject: { kind: 'token', key: endless().key, label: 'hop-1' },
        fact: 'no-expiry',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent holds a token that never expires',
        atMs: startMs,
        evidence: {
          tokenKind: 'access_token',
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          delegated: true,
        },
        eventIds: ['issued-hop-1'],
        revoke: endless().ref,
      },
    ]);
  });

  const root = (differs: Partial<TokenView>) => token('root', { expMs: null, ...differs });
  it.each([
    ['made from another token', endless(), 'alert'],
    ['names its actor', root({ act: { sub: 'agent/crm' } }), 'alert'],
    ['of a kind that nobody says, made from another', endless({ tokenKind: undefined }), 'alert'],
    ['on behalf of nobody', root({}), 'signal'],
    ['in a person’s hands', endless({ actor: ann }), 'signal'],
    ['in the hands of the subject, a person', endless({ actor: undefined }), 'signal'],
    ['in the hands of the subject, a machine', endless({ actor: undefined, subject: bot }), 'alert'],
    ['a refresh token', endless({ tokenKind: 'urn:ietf:params:oauth:token-type:refresh_token' }), 'signal'],
    ['a static key', root({ tokenKind: 'api_key' }), undefined],
    [
      'a static key made with another',
      lineOf({ expMs: null }, { expMs: null, tokenKind: 'api_key' }),
      undefined,
    ],
    ['a static key made in a session', endless({ tokenKind: 'api_key' }), 'signal'],
    ['on behalf of nobody, of a kind that nobody says', root({ tokenKind: undefined }), undefined],
    ['nobody says when it expires', endless({ expMs: undefined }), undefined],
  ] as const)('%s', (_, held, kind) => {
    expect(kinds(mint(held))).toEqual(kind === undefined ? [] : [kind]);
  });

  it('began when it was minted, else when it was first heard of', () => {
    const heard = { firstSeenMs: startMs + minuteMs };
    expect(mint(endless(heard))).toMatchObject([{ atMs: startMs }]);
    expect(mint(endless({ ...heard, iatMs: undefined }))).toMatchObject([{ atMs: startMs + minuteMs }]);
  });

  it('takes the kind of what a refresh replaced', () => {
    const refreshed = { grant: 'refresh_token', tokenKind: undefined, expMs: null };
    expect(kinds(mint(lineOf({ tokenKind: 'refresh_token' }, refreshed)))).toEqual(['signal']);
    expect(kinds(mint(lineOf({ tokenKind: 'access_token' }, refreshed)))).toEqual(['alert']);
  });

  it('takes kinds from the configuration', () => {
    expect(kinds(mint(endless(), {}, { standingKinds: ['access_*'] }))).toEqual(['signal']);
    expect(kinds(mint(endless(), {}, { renewingKinds: ['access_*'] }))).toEqual(['signal']);
  });
});

describe('lives longer than it may', () => {
  const living = (ms: number, differs: Partial<TokenView> = {}) =>
    lineOf({}, { expMs: startMs + ms, ...differs });
  const rows = {
    lifetimes: {
      max: [
        { kinds: ['access_*'], maxSeconds: 7_200 },
        { kinds: ['*'], maxSeconds: 60 },
      ],
    },
  };

  it('says how long, and how long is allowed', () => {
    expect(mint(living(10 * hour), rows)).toMatchObject([
      {
        fact: 'lifetime-exceeded',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent holds a token for 10 h, where 2 h are allowed',
        evidence: {
          tokenKind: 'access_token',
          delegated: true,
          expiresAt: '2026-01-05T18:00:00.000Z',
          lifetimeSeconds: 36_000,
          maxSeconds: 7_200,
          byPolicy: true,
        },
      },
    ]);
  });

  it.each([
    ['as long as policy allows', living(2 * hour), rows, undefined],
    ['a moment longer', living(2 * hour + 1), rows, 'alert'],
    ['by a later row', living(minuteMs + 1, { tokenKind: 'session' }), rows, 'alert'],
    [
      'of a kind that nobody says, by a row for all',
      living(minuteMs + 1, { tokenKind: undefined }),
      rows,
      'alert',
    ],
    ['held on behalf of nobody, by policy', token('root', { expMs: startMs + 3 * hour }), rows, 'alert'],
    ['a day, where policy has no row', living(day), {}, undefined],
    ['more than a day, where policy has no row', living(day + 1), {}, 'alert'],
    ['more than a day, on behalf of nobody', token('root', { expMs: startMs + 2 * day }), {}, 'signal'],
    ['a refresh token for 90 days', living(90 * day, { tokenKind: 'refresh_token' }), {}, undefined],
    ['a refresh token for longer', living(90 * day + 1, { tokenKind: 'refresh_token' }), {}, 'alert'],
    ['a static key for a year', living(365 * day, { tokenKind: 'api_key' }), {}, undefined],
    ['a static key that policy has a row for', living(365 * day, { tokenKind: 'api_key' }), rows, 'alert'],
    ['of a kind that nobody says', living(30 * day, { tokenKind: undefined }), {}, undefined],
    ['minted nobody knows when', living(30 * day, { iatMs: undefined }), {}, undefined],
  ] as const)('%s', (_, held, policyRows, kind) => {
    expect(kinds(mint(held, policyRows))).toEqual(kind === undefined ? [] : [kind]);
  });

  it('takes what is usual from the configuration', () => {
    expect(mint(living(hour + 1), {}, { maxSeconds: 3_600 })).toHaveLength(1);
    expect(
      mint(living(2 * day, { tokenKind: 'refresh_token' }), {}, { renewingMaxSeconds: 86_400 }),
    ).toHaveLength(1);
  });
});

describe('a static secret grown old', () => {
  const key = (differs: Partial<TokenView> = {}) =>
    token('key', { tokenKind: 'api_key', subject: bot, actor: undefined, expMs: null, ...differs });
  const use = (
    held: TokenView | undefined,
    ageMs: number,
    rules: object = {},
    differs: Partial<ActionView> = {},
  ) => {
    const target = { system: 'vault', resource: 'prod/db' };
    const used = action({ token: held, target, atMs: startMs + ageMs, ...differs });
    return look(unboundedLifetime, { on: 'action', action: used, policy: policy(rules) });
  };

  it('is a signal that says how old', () => {
    expect(use(key(), 200 * day)).toMatchObject([
      {
        subject: { label: 'key' },
        fact: 'standing-secret',
        kind: 'signal',
        severity: 'low',
        title: 'CRM agent did tool:send_mail with a static credential that is 200 days old',
        evidence: {
          tokenKind: 'api_key',
          since: '2026-01-05T08:00:00.000Z',
          days: 200,
          allowedDays: 90,
          sensitive: false,
        },
        revoke: key().ref,
      },
    ]);
  });

  it.each([
    ['a sensitive system', { sensitive: { targets: ['vault'] } }],
    ['a sensitive resource', { sensitive: { targets: ['vault/prod/*'] } }],
    ['a sensitive principal', { sensitive: { principals: ['agent/*'] } }],
  ])('pages at %s', (_, rules) => {
    expect(use(key(), 200 * day, rules)).toMatchObject([{ kind: 'alert', severity: 'high' }]);
  });

  it.each([
    ['as old as it may be', key(), 90 * day, {}, 0],
    ['a moment older', key(), 90 * day + 1, {}, 1],
    ['young where policy wants it younger', key(), 31 * day, { lifetimes: { standingDays: 30 } }, 1],
    [
      'known since then, minted nobody knows when',
      key({ iatMs: undefined, firstSeenMs: startMs - 60 * day }),
      31 * day,
      {},
      1,
    ],
    ['a token that is no static key', key({ tokenKind: 'access_token' }), 200 * day, {}, 0],
    ['of a kind that nobody says, without an end', key({ tokenKind: undefined }), 200 * day, {}, 1],
    [
      'of a kind that nobody says',
      key({ tokenKind: undefined, expMs: startMs + 365 * day }),
      200 * day,
      {},
      0,
    ],
    ['a token of another kind without an end', key({ tokenKind: 'session' }), 200 * day, {}, 0],
    ['no token', undefined, 200 * day, {}, 0],
  ] as const)('%s', (_, held, ageMs, rules, count) => {
    expect(use(held, ageMs, rules)).toHaveLength(count);
  });

  it.each([
    ['a person', { actor: ann }],
    ['a refusal', { outcome: 'denied' }],
    ['a failure', { outcome: 'failed' }],
  ] as const)('stays quiet about %s', (_, differs) => {
    expect(use(key(), 200 * day, {}, differs)).toEqual([]);
  });

  it('reads who holds it where the call does not say who acted', () => {
    expect(use(key(), 200 * day, {}, { actor: undefined })).toHaveLength(1);
    expect(use(key({ subject: ann }), 200 * day, {}, { actor: undefined })).toEqual([]);
  });

  it('does not page for the platform', () => {
    expect(use(key(), 200 * day, { sensitive: { targets: ['vault'] } }, { platform: true })).toMatchObject([
      { kind: 'signal' },
    ]);
  });
});

it('looks at tokens and actions only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(unboundedLifetime, sighting)).toEqual([]);
});
