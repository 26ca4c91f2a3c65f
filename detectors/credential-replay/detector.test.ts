import { describe, expect, it } from 'vitest';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { credentialReplay } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

function sight(held: TokenView, rules: object = {}, config: object = {}) {
  return look(credentialReplay, { on: 'token', token: held, policy: policy(rules) }, config);
}

function api(id: string, minutes: number, differs: Partial<ActionView> = {}): ActionView {
  return action({
    ...{ id, kind: 'api', atMs: at(minutes), action: 'write', needs: 'crm:write', tool: undefined },
    ...{ target: { system: 'crm' }, httpRequestIds: [`http-${id}`], eventIds: [`event-${id}`] },
    ...differs,
  });
}

function toolCall(id: string, minutes: number, differs: Partial<ActionView> = {}): ActionView {
  return action({ id, atMs: at(minutes), eventIds: [`event-${id}`], ...differs });
}

describe('used more often than allowed', () => {
  const used = (uses: readonly ActionView[], maxUses: number | undefined = 1) =>
    sight(token('root', { maxUses, uses }));

  it('blames the first use too many and shows those before it', () => {
    expect(used([api('a', 1), api('b', 5, { target: { system: 'erp' } }), api('c', 9)])).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'used-more-than-allowed',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did crm:write with a token for one use',
        atMs: at(5),
        evidence: {
          action: 'crm:write',
          effect: 'write',
          outcome: 'accepted',
          usedAt: '2026-01-05T08:05:00.000Z',
          allowed: 1,
          used: 3,
          system: 'erp',
          firstAt: '2026-01-05T08:01:00.000Z',
          firstSystem: 'crm',
        },
        eventIds: ['event-b', 'issued-root', 'event-a'],
        shownBy: 'b',
        revoke: token('root').ref,
      },
    ]);
  });

  it.each([
    ['one use of one', 1, [api('a', 1)], 0],
    ['two uses of two', 2, [api('a', 1), api('b', 2)], 0],
    ['three uses of two', 2, [api('a', 1), api('b', 2), api('c', 3)], 1],
    ['a second one that was refused', 1, [api('a', 1), api('b', 2, { outcome: 'denied' })], 0],
    ['a second one after a failure', 1, [api('a', 1, { outcome: 'failed' }), api('b', 2)], 0],
    ['a second one of which no refusal is known', 1, [api('a', 1), api('b', 2, { outcome: 'unknown' })], 1],
    ['a tool call and the API call behind it', 1, [toolCall('t', 1), api('a', 1)], 0],
    [
      'a tool call and an API call of another HTTP request',
      1,
      [toolCall('t', 1, { httpRequestIds: ['x'] }), api('a', 1)],
      1,
    ],
    [
      'a tool call and an API call of its own HTTP request',
      1,
      [toolCall('t', 1, { httpRequestIds: ['http-a'] }), api('a', 1)],
      0,
    ],
    ['two tool calls', 1, [toolCall('t', 1), toolCall('u', 2)], 1],
    [
      'two API calls that name no HTTP request',
      1,
      [api('a', 1, { httpRequestIds: [] }), api('b', 2, { httpRequestIds: [] })],
      1,
    ],
    ['a call and the change that it made', 1, [api('a', 1), action({ id: 'x', kind: 'change' })], 0],
  ])('%s', (_, maxUses, uses, count) => {
    expect(used(uses, maxUses)).toHaveLength(count);
  });

  it('has nothing to say where nobody said how often', () => {
    expect(sight(token('root', { uses: [api('a', 1), api('b', 2)], childCount: 2 }))).toEqual([]);
  });

  it('does not page for the platform', () => {
    expect(used([api('a', 1), api('b', 2, { platform: true })])).toMatchObject([{ kind: 'signal' }]);
  });

  it('says how many uses a token for several has', () => {
    expect(used([api('a', 1), api('b', 2), api('c', 3)], 2)[0]?.title).toContain('with a token for 2 uses');
  });
});

/** A token with tokens made from it, in the order in which they were minted. */
function parentOf(children: readonly Partial<TokenView>[], differs: Partial<TokenView> = {}): TokenView {
  const views = children.map((child, index) =>
    token(`child-${index + 1}`, { iatMs: at(index + 1), parentLevel: 1, ...child }),
  );
  return token('root', { children: views, childCount: views.length, ...differs });
}

describe('redeemed twice', () => {
  it('blames the second redemption', () => {
    expect(sight(parentOf([{}, { parentLevel: 3 }], { maxUses: 1 }))).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'redeemed-twice',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent got a token from root, which had been redeemed before',
        atMs: at(2),
        evidence: {
          tokenKind: 'access_token',
          firstChild: 'child-1',
          firstAt: '2026-01-05T08:01:00.000Z',
          surplusChild: 'child-2',
          surplusAt: '2026-01-05T08:02:00.000Z',
          allowed: 1,
          redeemed: 2,
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 3,
        },
        eventIds: ['issued-child-2', 'issued-child-1', 'issued-root'],
        revoke: token('root').ref,
        linkLevel: 3,
      },
    ]);
  });

  const code = { tokenKind: 'authorization_code' };
  it.each([
    ['one redemption', [{}], { maxUses: 1 }, undefined],
    [
      'a redemption that gave all kinds of token',
      [{}, { tokenKind: 'refresh_token' }, { tokenKind: 'id_token' }],
      { maxUses: 1 },
      undefined,
    ],
    [
      'the same, by their URNs',
      [{}, { tokenKind: 'urn:ietf:params:oauth:token-type:refresh_token' }],
      { maxUses: 1 },
      undefined,
    ],
    ['a child that nobody minted', [{}, { issued: false }], { maxUses: 1 }, undefined],
    ['two of two', [{}, {}], { maxUses: 2 }, undefined],
    ['three of two', [{}, {}, {}], { maxUses: 2 }, 'alert'],
    ['a code, which is good once', [{}, {}], code, 'signal'],
    ['a code whose issuer says so', [{}, {}], { ...code, maxUses: 1 }, 'alert'],
    ['a code, once', [{}, { tokenKind: 'refresh_token' }], code, undefined],
    ['an identity assertion', [{}, {}], { tokenKind: 'urn:ietf:params:oauth:token-type:id-jag' }, 'signal'],
    ['a token that may be exchanged as often as it likes', [{}, {}], {}, undefined],
  ] as const)('%s', (_, children, differs, kind) => {
    const found = sight(parentOf(children, differs));
    expect(found.map((one) => one.kind)).toEqual(kind === undefined ? [] : [kind]);
  });

  it('says that one for several is used up', () => {
    expect(sight(parentOf([{}, {}, {}], { maxUses: 2 }))[0]?.title).toBe(
      'CRM agent got a token from root, which was used up',
    );
  });

  it('takes grants that are good once from the configuration', () => {
    expect(sight(parentOf([{}, {}], code), {}, { oneTimeKinds: [] })).toEqual([]);
  });

  it('happened when the tokens were minted, else when they were first heard of', () => {
    const found = sight(
      parentOf([{ firstSeenMs: at(8) }, { iatMs: undefined, firstSeenMs: at(9) }], { maxUses: 1 }),
    );
    expect(found).toMatchObject([{ atMs: at(9), evidence: { firstAt: '2026-01-05T08:01:00.000Z' } }]);
  });

  it('does not count uses as redemptions', () => {
    expect(sight(parentOf([{}], { maxUses: 1, uses: [api('a', 1)] }))).toEqual([]);
  });
});

describe('refreshed again', () => {
  const renewed = (atMs: number, differs: Partial<TokenView> = {}) =>
    ({ iatMs: atMs, grant: 'refresh_token', tokenKind: undefined, family: 'fam-1', ...differs }) as const;
  const grace = { replay: { refreshGraceSeconds: 60 } };

  it('says how long after', () => {
    expect(sight(parentOf([renewed(at(5)), renewed(at(15))]))).toMatchObject([
      {
        fact: 'refresh-reused',
        kind: 'alert',
        severity: 'high',
        title: 'root of CRM agent was refreshed again 10 min after it had been replaced',
        atMs: at(15),
        evidence: {
          graceSeconds: 30,
          apartSeconds: 600,
          family: 'fam-1',
          firstChild: 'child-1',
          surplusChild: 'child-2',
        },
        revoke: token('root').ref,
      },
    ]);
  });

  it.each([
    ['within the grace', at(6), 0],
    ['a moment past it', at(6) + 1, 1],
  ])('%s', (_, again, count) => {
    expect(sight(parentOf([renewed(at(5)), renewed(again)]), grace)).toHaveLength(count);
  });

  it('measures from the first replacement, whatever was retried in between', () => {
    const thrice = [renewed(at(5)), renewed(at(5.75)), renewed(at(6.5))];
    expect(sight(parentOf(thrice), grace)).toMatchObject([{ evidence: { surplusChild: 'child-3' } }]);
  });

  const rotating = { tokenKind: 'refresh_token' };
  it.each([
    [
      'a refresh token that stays as it is',
      [renewed(at(5), { tokenKind: 'access_token' }), renewed(at(15), { tokenKind: 'access_token' })],
      rotating,
      0,
    ],
    ['a refresh token that is replaced', [renewed(at(5), rotating), renewed(at(15), rotating)], rotating, 1],
    ['a refresh token of which only refreshes are reported', [renewed(at(5)), renewed(at(15))], rotating, 1],
    ['an exchange beside a refresh', [renewed(at(5)), { iatMs: at(15) }], {}, 0],
    ['a refresh that nobody reported', [renewed(at(5)), renewed(at(15), { issued: false })], {}, 0],
    ['a refresh at an unknown time', [renewed(at(5)), { ...renewed(at(15)), iatMs: undefined }], {}, 0],
  ] as const)('%s', (_, children, differs, count) => {
    expect(sight(parentOf(children as readonly Partial<TokenView>[], differs))).toHaveLength(count);
  });
});

describe('a replay that was refused', () => {
  const rejection = { atMs: at(9), reason: 'reuse', by: 'as', eventId: 'rejected-1' };

  it.each([
    ['a refresh token', token('root', { tokenKind: 'refresh_token' }), 'refresh-reused'],
    ['a token that was refreshed', parentOf([{ grant: 'refresh_token' }]), 'refresh-reused'],
    ['a grant that was redeemed', parentOf([{}]), 'redeemed-twice'],
    ['anything else', token('root'), 'used-more-than-allowed'],
  ])('of %s is a signal', (_, held, fact) => {
    expect(sight({ ...held, rejections: [rejection] })).toMatchObject([
      {
        fact,
        kind: 'signal',
        severity: 'medium',
        atMs: at(9),
        title: 'A used token of CRM agent was presented again and refused',
        evidence: { refusals: 1, refusedBy: ['as'] },
        eventIds: ['rejected-1', 'issued-root'],
      },
    ]);
  });

  it('is not said beside one that worked', () => {
    const found = sight(parentOf([{}, {}], { maxUses: 1, rejections: [rejection] }));
    expect(found).toMatchObject([{ fact: 'redeemed-twice', kind: 'alert' }]);
  });

  it('needs the reason', () => {
    expect(sight(token('root', { rejections: [{ ...rejection, reason: 'expired' }] }))).toEqual([]);
  });
});

it('looks at tokens only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(credentialReplay, sighting)).toEqual([]);
});
