import { describe, expect, it } from 'vitest';
import type { ChainView, TokenView } from '../../src/domain/chain.ts';
import type { FeedView } from '../../src/domain/detector.ts';
import {
  action,
  bot,
  chain,
  issuer,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { orphanedChain } from './detector.ts';

const expects = { expects: { issuers: ['https://as.*'] } };
const unissued = (differs: Partial<TokenView> = {}) =>
  token('root', { issued: false, childCount: 2, eventIds: [], ...differs });

function judge(differs: Partial<ChainView>, rules: object = {}, feeds: FeedView = silentFeeds) {
  return look(orphanedChain, { on: 'chain', chain: chain(differs), feeds, policy: policy(rules) });
}

describe('a root that nobody reported', () => {
  it('is an offence where its issuer reports everything and was alive', () => {
    const rootToken = unissued({ firstSeenMs: startMs + minuteMs });
    expect(judge({ rootToken, actionCount: 3 }, expects, livelyFeeds)).toEqual([
      {
        subject: { kind: 'chain', key: rootToken.key, label: 'root' },
        fact: 'unissued',
        kind: 'alert',
        severity: 'high',
        title: `root is in use, but ${issuer}, which reports every token it issues, never issued it`,
        atMs: startMs + minuteMs,
        evidence: {
          token: 'root',
          issuer,
          issuerExpected: true,
          firstSeen: '2026-01-05T08:01:00.000Z',
          children: 2,
          actions: 3,
          holder: 'CRM agent',
        },
        eventIds: ['request-1'],
        settlesAtMs: startMs + 11 * minuteMs,
        deferred: true,
        revoke: rootToken.ref,
      },
    ]);
  });

  it('asks whether the feed was alive around the first sighting, for as long as events may be late', () => {
    const asked: unknown[] = [];
    const feeds: FeedView = { aliveAround: (...question) => asked.push(question) > 0 };
    judge({ rootToken: unissued() }, expects, feeds);
    expect(asked).toEqual([[issuer, startMs, 10 * minuteMs, 15 * minuteMs]]);
  });

  it.each([
    ['its issuer is not expected to report', {}, livelyFeeds, issuer],
    ['its issuer is unknown', { expects: { issuers: ['*'] } }, livelyFeeds, undefined],
  ])('is only a gap when %s', (_, rules, feeds, of) => {
    const [finding] = judge({ rootToken: unissued({ issuer: of }) }, rules, feeds);
    expect(finding).toMatchObject({
      fact: 'gap',
      kind: 'signal',
      severity: 'low',
      title: 'root was named as a parent and never seen, so the chain has no proven beginning',
      evidence: { issuer: of ?? null },
      settlesAtMs: startMs + 10 * minuteMs,
    });
    expect(finding).not.toHaveProperty('revoke');
  });

  it('is nothing where its issuer was expected and silent: the feed is the finding, not every chain it leaves open', () => {
    expect(judge({ rootToken: unissued() }, expects, silentFeeds)).toEqual([]);
  });

  it('is an offence without any child too: a forged token needs none', () => {
    const rootToken = unissued({ childCount: 0 });
    expect(judge({ rootToken }, expects, livelyFeeds)).toMatchObject([{ fact: 'unissued' }]);
  });

  it.each([
    ['an issued root', {}],
    ['a chain without any token', { rootToken: undefined }],
    [
      'a token that was merely used, where issuers need not report',
      { rootToken: unissued({ childCount: 0 }) },
    ],
    ['a standing credential', { rootToken: unissued({ standing: true }) }],
    ['the platform', { rootToken: unissued(), platform: true }],
  ])('stays quiet about %s', (_, differs) => {
    expect(judge(differs)).toEqual([]);
  });
});

describe('a missing human', () => {
  const rules = { humanRequired: ['tool:send_*', 'erp:pay'] };
  const lonely = {
    humans: [],
    initiator: bot,
    machineRoot: true,
    needs: ['erp:pay', 'erp:read', 'tool:send_mail'],
  };

  it('is an offence where policy wants a person behind an action', () => {
    expect(judge(lonely, rules)).toMatchObject([
      {
        fact: 'missing-human',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent set off erp:pay, for which policy requires a person, and no person is in the chain',
        evidence: {
          needs: ['erp:pay', 'tool:send_mail'],
          initiator: 'agent/crm',
          initiatorKind: 'agent',
          machineRoot: true,
        },
        atMs: startMs + 10 * minuteMs,
        settlesAtMs: startMs + 20 * minuteMs,
        revoke: { jti: 'root' },
      },
    ]);
  });

  it.each([
    ['a person is in the chain', { ...lonely, humans: [{ id: 'ann', kind: 'human' }] }, rules],
    ['policy requires nobody', lonely, {}],
    ['no action needs a person', { ...lonely, needs: ['erp:read'] }, rules],
    ['the platform acts', { ...lonely, platform: true }, rules],
  ] as const)('stays quiet when %s', (_, differs, given) => {
    expect(judge(differs, given)).toEqual([]);
  });

  it('names what it knows of a chain without initiator or token', () => {
    const [finding] = judge({ ...lonely, initiator: undefined, rootToken: undefined }, rules);
    expect(finding).toMatchObject({
      subject: { kind: 'chain', label: 'chn_1' },
      title: expect.stringMatching(/^An unknown initiator set off erp:pay/),
      evidence: { initiator: null, initiatorKind: null },
    });
    expect(finding).not.toHaveProperty('revoke');
  });

  it('does not ask for the end of a standing credential', () => {
    const [finding] = judge({ ...lonely, rootToken: token('key', { standing: true }) }, rules);
    expect(finding).not.toHaveProperty('revoke');
  });
});

it('looks at chains only', () => {
  expect(look(orphanedChain, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
