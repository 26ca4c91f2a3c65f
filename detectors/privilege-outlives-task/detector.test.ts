import { describe, expect, it } from 'vitest';
import type { ApprovalGrant, ChainView, Privilege, RequestView } from '../../src/domain/chain.ts';
import {
  action,
  approval,
  bot,
  chain,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { privilegeOutlivesTask } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

const privilege = (differs: Partial<Privilege> = {}): Privilege => ({
  atMs: at(1),
  principal: bot,
  grants: ['vault:rotate'],
  expMs: at(60),
  endedMs: undefined,
  approvalId: undefined,
  eventId: 'granted-1',
  ...differs,
});

const request = (...minutes: readonly number[]) =>
  ({
    ends: minutes.map((minute) => ({ atMs: at(minute), reason: 'done', eventId: `closed-${minute}` })),
  }) as unknown as RequestView;

function see(differs: Partial<ChainView>, rules: object = {}) {
  // What the chain holds asks for nothing unless a test says otherwise.
  const shown = chain({ tokens: [], privileges: [privilege()], ...differs });
  return look(privilegeOutlivesTask, {
    on: 'chain',
    chain: shown,
    feeds: silentFeeds,
    policy: policy(rules),
  });
}

const facts = (found: readonly { fact: string; kind: string }[]) =>
  found.map(({ fact, kind }) => `${kind} ${fact}`);

describe('longer than the task', () => {
  // The grace is 15 minutes, the skew one.
  it.each([
    ['until the end of the grace and the skew', { expMs: at(26) }, []],
    ['longer', { expMs: at(26) + 1 }, ['alert outlives-task']],
    ['ended in time', { expMs: at(60), endedMs: at(26) }, []],
    ['ended too late', { expMs: at(60), endedMs: at(27) }, ['alert outlives-task']],
    ['without an end, and ended in time', { expMs: null, endedMs: at(12) }, []],
    ['without an end, and ended too late', { expMs: null, endedMs: at(27) }, ['alert outlives-task']],
    ['without an end', { expMs: null }, ['alert no-end']],
  ] as const)('%s', (_, differs, expected) => {
    expect(facts(see({ privileges: [privilege(differs)], requests: [request(10)] }))).toEqual(expected);
  });

  it('says how much longer', () => {
    expect(see({ requests: [request(10)] })).toEqual([
      {
        subject: { kind: 'chain', key: token('root').key, label: 'root' },
        fact: 'outlives-task',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent holds vault:rotate for 3000 s after its task is over',
        atMs: at(26),
        evidence: {
          principal: 'agent/crm',
          grants: ['vault:rotate'],
          grantedAt: '2026-01-05T08:01:00.000Z',
          expiresAt: '2026-01-05T09:00:00.000Z',
          endedAt: null,
          taskEndedAt: '2026-01-05T08:10:00.000Z',
          taskEndedBy: 'done',
          approval: null,
          privileges: 1,
        },
        eventIds: ['granted-1', 'closed-10'],
        settlesAtMs: at(36),
      },
    ]);
  });

  it('shows the one that lasts longest', () => {
    const privileges = [
      privilege(),
      privilege({ expMs: at(90), eventId: 'b' }),
      privilege({ expMs: at(11) }),
    ];
    expect(see({ privileges, requests: [request(10)] })).toMatchObject([
      {
        evidence: { expiresAt: '2026-01-05T09:30:00.000Z', privileges: 2 },
        eventIds: ['b', 'closed-10', 'granted-1'],
      },
    ]);
  });

  it('takes the grace from policy', () => {
    const rules = { lifetimes: { privilegeGraceSeconds: 3600 } };
    expect(see({ requests: [request(10)] }, rules)).toEqual([]);
  });
});

describe('when a task is over', () => {
  it.each([
    ['nobody asked for it', [], []],
    ['nobody has closed it', [request()], []],
    ['one of two is open', [request(10), request()], []],
    ['both are closed', [request(10), request(12)], ['2026-01-05T08:12:00.000Z']],
    ['it was closed twice: the first counts', [request(10, 50)], ['2026-01-05T08:10:00.000Z']],
  ])('%s', (_, requests, expected) => {
    expect(see({ requests }).map(({ evidence }) => evidence['taskEndedAt'])).toEqual(expected);
  });
});

describe('no end', () => {
  const endless = [privilege({ expMs: null })];

  it('is a signal while the task is under way', () => {
    expect(see({ privileges: endless, requests: [request()] })).toMatchObject([
      {
        fact: 'no-end',
        kind: 'signal',
        severity: 'low',
        title: 'CRM agent was given vault:rotate without an end',
        settlesAtMs: at(11),
      },
    ]);
  });

  it('pages once the task is over and the grace has passed', () => {
    expect(see({ privileges: endless, requests: [request(10)] })).toMatchObject([
      {
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent still holds vault:rotate, given without an end for a task that is over',
        atMs: at(26),
        settlesAtMs: at(36),
      },
    ]);
  });
});

describe('asked for', () => {
  const granted = (...actions: readonly string[]) =>
    approval('a1', {
      grants: [{ binds: actions.map((name) => ({ action: name })) } as unknown as ApprovalGrant],
    });
  const asked: string[] = [];
  const unasked = ['signal unrequested'];

  it.each([
    ['a chain that says nothing', {}, asked],
    ['a token that holds it', { tokens: [token('a', { scope: ['vault:rotate'] })] }, asked],
    ['a token that asked for it', { tokens: [token('a', { requestedScope: ['vault:*'] })] }, asked],
    ['a token that holds something else', { tokens: [token('a')] }, unasked],
    ['a token of unknown scope', { tokens: [token('a', { scope: undefined })] }, asked],
    ['an approval of it', { approvals: [granted('vault:rotate')] }, asked],
    ['an approval of something else', { approvals: [granted('vault:read')] }, unasked],
    ['an approval that was never granted', { approvals: [approval('a1')] }, unasked],
    ['its own approval', { approvals: [granted()], privileges: [privilege({ approvalId: 'a1' })] }, asked],
    [
      'its own that was never granted',
      { approvals: [approval('a1')], privileges: [privilege({ approvalId: 'a1' })] },
      unasked,
    ],
    [
      'its own that nobody told',
      { tokens: [token('a')], privileges: [privilege({ approvalId: 'a9' })] },
      asked,
    ],
    [
      'only a part',
      { tokens: [token('a', { scope: ['x'] })], privileges: [privilege({ grants: ['x', 'y'] })] },
      unasked,
    ],
  ] as const)('%s', (_, differs, expected) => {
    expect(facts(see(differs))).toEqual(expected);
  });

  it('says what', () => {
    expect(see({ tokens: [token('a')] })).toMatchObject([
      {
        title: 'CRM agent was given vault:rotate, for which nobody in its chain asked',
        severity: 'low',
        settlesAtMs: at(11),
      },
    ]);
  });
});

it('costs nothing without privileges, and looks at chains only', () => {
  expect(see({ privileges: [], requests: [request(1)] })).toEqual([]);
  expect(see({ platform: true, requests: [request(1)] })).toEqual([]);
  expect(look(privilegeOutlivesTask, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
