import { describe, expect, it } from 'vitest';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { childOutlivesParent } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const conjunctive = { lifetimes: { conjunctive: true } };
const refresh = { grant: 'refresh_token', tokenKind: undefined } as const;

function mint(held: TokenView, config: object = {}) {
  return look(childOutlivesParent, { on: 'token', token: held, policy: policy() }, config);
}

function use(
  held: TokenView,
  minutes: number,
  rules: object = conjunctive,
  differs: Partial<ActionView> = {},
) {
  const used = action({ token: held, atMs: at(minutes), ...differs });
  return look(childOutlivesParent, { on: 'action', action: used, policy: policy(rules) });
}

describe('outlives its parent', () => {
  it('says by how much', () => {
    const held = lineOf({ expMs: at(60) }, { expMs: at(180), parentLevel: 4 });
    expect(mint(held)).toEqual([
      {
        subject: { kind: 'token', key: held.key, label: 'hop-1' },
        fact: 'outlives-parent',
        kind: 'signal',
        severity: 'low',
        title: 'CRM agent got a token that lives 2 h longer than root, from which it comes',
        atMs: startMs,
        evidence: {
          ancestor: 'root',
          expiresAt: '2026-01-05T11:00:00.000Z',
          ancestorExpiresAt: '2026-01-05T09:00:00.000Z',
          longerBySeconds: 7_200,
          tokenKind: 'access_token',
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 4,
        },
        eventIds: ['issued-hop-1', 'issued-root'],
        revoke: held.ref,
        linkLevel: 4,
      },
    ]);
  });

  const txn = 'urn:ietf:params:oauth:token-type:txn_token';
  it.each([
    ['within the skew', [{ expMs: at(60) }, { expMs: at(61) }], 0],
    ['a moment past it', [{ expMs: at(60) }, { expMs: at(61) + 1 }], 1],
    ['a parent that never expires', [{ expMs: null }, { expMs: at(600) }], 0],
    ['nobody says when the parent expires', [{ expMs: undefined }, { expMs: at(600) }], 0],
    ['nobody says when it expires', [{ expMs: at(60) }, { expMs: undefined }], 0],
    [
      'a parent of unknown life below one of known life',
      [{ expMs: at(60) }, { expMs: undefined }, { expMs: at(90) }],
      1,
    ],
    [
      'a shorter life than a parent that lives too long itself',
      [{ expMs: at(60) }, { expMs: at(120) }, { expMs: at(90) }],
      0,
    ],
    ['a transaction token', [{ expMs: at(60) }, { expMs: at(90), tokenKind: txn }], 0],
    [
      'what comes of a transaction token',
      [{ expMs: at(60) }, { expMs: undefined, tokenKind: txn }, { expMs: at(90) }],
      0,
    ],
    ['what comes of a code', [{ expMs: at(1), tokenKind: 'authorization_code' }, { expMs: at(90) }], 0],
    [
      'what comes of an assertion',
      [{ expMs: at(1), tokenKind: 'urn:ietf:params:oauth:token-type:id-jag' }, { expMs: at(90) }],
      0,
    ],
    ['a token that never expires, which is another matter', [{ expMs: at(60) }, { expMs: null }], 0],
    [
      'a mint after the end, which is another matter',
      [{ expMs: at(60) }, { iatMs: at(61) + 1, expMs: at(90) }],
      0,
    ],
    ['a mint within the skew of the end', [{ expMs: at(60) }, { iatMs: at(61), expMs: at(90) }], 1],
    ['a root', [{ expMs: at(600) }], 0],
  ])('%s', (_, line, count) => {
    expect(mint(lineOf(...line))).toHaveLength(count);
  });

  it('takes kinds that are spent from the configuration', () => {
    const held = lineOf({ expMs: at(1), tokenKind: 'authorization_code' }, { expMs: at(90) });
    expect(mint(held, { spentKinds: [] })).toHaveLength(1);
  });
});

it('happened when it was minted, else when it was first heard of', () => {
  const heard = { expMs: at(90), firstSeenMs: at(2) };
  expect(mint(lineOf({ expMs: at(60) }, { ...heard, iatMs: at(1) }))).toMatchObject([{ atMs: at(1) }]);
  expect(mint(lineOf({ expMs: at(60) }, { ...heard, iatMs: undefined }))).toMatchObject([{ atMs: at(2) }]);
});

describe('refreshed past what it came from', () => {
  const family = (...lives: readonly number[]) =>
    lineOf(
      { expMs: at(60) },
      { expMs: at(30) },
      ...lives.map((minutes) => ({ ...refresh, expMs: at(minutes) })),
    );

  it('says so of the first that goes too far', () => {
    expect(mint(family(50, 90))).toMatchObject([
      {
        subject: { label: 'hop-3' },
        fact: 'refresh-extends-root',
        kind: 'signal',
        title:
          'A refresh gave CRM agent a token that lives 30 min longer than root, from which its family comes',
        evidence: { ancestor: 'root', longerBySeconds: 1_800, grant: 'refresh_token' },
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['a refresh within the life of its source', [50], 0],
    ['the refresh after one that went too far', [90, 120], 0],
    ['a refresh after one of unknown life', [Number.NaN, 120], 1],
  ])('%s', (_, lives, count) => {
    const line = lives.map((minutes) => ({
      ...refresh,
      expMs: Number.isNaN(minutes) ? undefined : at(minutes),
    }));
    expect(mint(lineOf({ expMs: at(60) }, { expMs: at(30) }, ...line))).toHaveLength(count);
  });

  it('is not bounded by the token that it replaces', () => {
    expect(mint(lineOf({ expMs: at(60) }, { ...refresh, expMs: at(120) }))).toEqual([]);
  });
});

describe('used outside the window of what it came from', () => {
  const held = lineOf({ expMs: at(60) }, { expMs: at(180) });

  it('pages where policy makes life conjunctive', () => {
    expect(use(held, 70)).toMatchObject([
      {
        subject: { label: 'hop-1' },
        fact: 'outside-effective-window',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail with a token derived from root, which had expired 10 min before',
        evidence: {
          ancestor: 'root',
          expiredAt: '2026-01-05T09:00:00.000Z',
          lateBySeconds: 600,
          linkLevel: 1,
        },
        eventIds: ['call-event-1', 'issued-root', 'issued-hop-1'],
        linkLevel: 1,
        revoke: held.ref,
      },
    ]);
  });

  it.each([
    ['by default', {}, {}, 'signal'],
    ['refused', conjunctive, { outcome: 'denied' }, 'signal'],
    ['by the platform', conjunctive, { platform: true }, 'signal'],
  ] as const)('is a signal %s', (_, rules, differs, kind) => {
    expect(use(held, 70, rules, differs)).toMatchObject([{ kind, severity: 'low' }]);
  });

  it.each([
    ['within the skew', held, 61 - 1 / minuteMs, 0],
    ['when the skew is over', held, 61, 1],
    ['past its own life, which is another matter', held, 181, 0],
    ['within the skew of its own life', held, 181 - 1 / minuteMs, 1],
    ['under a parent that never expires', lineOf({ expMs: null }, {}), 55, 0],
    ['after a refresh', lineOf({ expMs: at(60) }, { ...refresh, expMs: at(180) }), 70, 0],
    [
      'after a refresh of a token derived from one that is over',
      lineOf({ expMs: at(60) }, {}, { ...refresh, expMs: at(180) }),
      70,
      1,
    ],
    ['without a parent', token('root', { expMs: null }), 70, 0],
  ])('%s', (_, one, minutes, count) => {
    expect(use(one, minutes)).toHaveLength(count);
  });

  it('names the one that ended first', () => {
    const line = lineOf({ expMs: at(50) }, { expMs: at(40), parentLevel: 3 }, { expMs: at(180) });
    expect(use(line, 70)).toMatchObject([{ evidence: { ancestor: 'hop-1' }, linkLevel: 1 }]);
    const other = lineOf({ expMs: at(40) }, { expMs: at(50), parentLevel: 3 }, { expMs: at(180) });
    expect(use(other, 70)).toMatchObject([{ evidence: { ancestor: 'root' }, linkLevel: 3 }]);
  });

  it.each([
    ['within the skew', at(31), {}, 0],
    ['before it', at(31) + 1, {}, 1],
    ['before its own time too, which is another matter', at(40), { nbfMs: at(40) }, 0],
  ])('begins when all above have begun: %s', (_, nbfMs, differs, count) => {
    expect(use(lineOf({ nbfMs }, differs), 30)).toHaveLength(count);
  });

  it('says when it begins', () => {
    expect(use(lineOf({ nbfMs: at(40) }, { nbfMs: at(35) }, {}), 30)).toMatchObject([
      {
        title:
          'CRM agent did tool:send_mail with a token derived from root, which is not valid before 2026-01-05T08:40:00.000Z',
        evidence: { notBefore: '2026-01-05T08:40:00.000Z', earlyBySeconds: 600 },
      },
    ]);
  });
});

it('looks at tokens and actions only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(childOutlivesParent, sighting)).toEqual([]);
});
