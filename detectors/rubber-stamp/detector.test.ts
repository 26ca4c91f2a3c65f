import { describe, expect, it } from 'vitest';
import type { ApprovalGrant, ApprovalView, PrincipalWindow } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import {
  action,
  approval,
  chain,
  livelyFeeds,
  look,
  policy,
  principalWindow,
  startMs,
} from '../../test/support/views.ts';
import { rubberStamp } from './detector.ts';

const ben: Principal = { id: 'ben@example', kind: 'human', name: 'Ben' };
const carl: Principal = { id: 'carl@example', kind: 'human' };

function answered(
  id: string,
  tookMs: number,
  by: Principal | undefined = ben,
  askedMs = startMs,
): ApprovalView {
  const grant: ApprovalGrant = {
    atMs: askedMs + tookMs,
    by,
    eventId: `granted-${id}`,
    binds: [],
    expMs: undefined,
    maxUses: undefined,
    requester: undefined,
    ticket: undefined,
  };
  return approval(id, { requests: [{ atMs: askedMs, by: carl, eventId: `asked-${id}` }], grants: [grant] });
}

function judge(approvals: readonly ApprovalView[], rules: object = {}) {
  return look(rubberStamp, {
    on: 'chain',
    chain: chain({ approvals }),
    feeds: livelyFeeds,
    policy: policy(rules),
  });
}

describe('in a blink', () => {
  it('says who and how fast, once for each person', () => {
    const found = judge([
      answered('b', 2000, ben, startMs + 60_000),
      answered('a', 1500),
      answered('c', 1000, carl),
    ]);
    expect(found).toEqual([
      {
        subject: { kind: 'principal', key: 'prn:ben@example', label: 'Ben' },
        fact: 'approved-in-a-blink',
        kind: 'signal',
        severity: 'low',
        title: 'Ben approved a 1.5 s after it was asked for',
        atMs: startMs + 1500,
        evidence: {
          approver: 'ben@example',
          approvals: ['a', 'b'],
          approvalCount: 2,
          tookSeconds: 1.5,
          minSeconds: 3,
          approvedAt: '2026-01-05T08:00:01.500Z',
        },
        eventIds: ['granted-b', 'asked-b', 'granted-a', 'asked-a'],
      },
      expect.objectContaining({
        subject: { kind: 'principal', key: 'prn:carl@example', label: 'carl@example' },
      }),
    ]);
  });

  it.each([
    ['exactly as long as it has to take', 3000, {}, 0],
    ['a moment less', 2999, {}, 1],
    ['at once', 0, {}, 1],
    ['granted before it was asked for', -1, {}, 0],
    ['as long as policy says', 9000, { approvals: { minSeconds: 10 } }, 1],
  ])('%s', (_, tookMs, rules, count) => {
    expect(judge([answered('a', tookMs)], rules)).toHaveLength(count);
  });

  it.each([
    ['human', 1],
    ['unknown', 1],
    ['system', 0],
    ['service', 0],
    ['agent', 0],
  ] as const)('of kind %s', (kind, count) => {
    expect(judge([answered('a', 0, { id: 'x', kind })])).toHaveLength(count);
  });

  it('counts from the last time that it was asked for', () => {
    const slow = answered('a', 60_000);
    const again = { atMs: startMs + 59_000, by: carl, eventId: 'asked-again' };
    expect(judge([slow])).toEqual([]);
    expect(judge([{ ...slow, requests: [...slow.requests, again] }])).toMatchObject([
      { eventIds: ['granted-a', 'asked-again'] },
    ]);
  });

  it('stays quiet about an approval that nobody asked for, or nobody knows who gave', () => {
    const quick = answered('a', 0);
    expect(judge([{ ...quick, requests: [] }])).toEqual([]);
    expect(judge([{ ...quick, grants: quick.grants.map((grant) => ({ ...grant, by: undefined })) }])).toEqual(
      [],
    );
  });
});

describe('a burst', () => {
  const burst = (differs: Partial<PrincipalWindow>, rules: object = {}) =>
    look(rubberStamp, {
      on: 'principal',
      window: principalWindow({ principal: ben, key: 'prn:ben@example', ...differs }),
      policy: policy(rules),
    });

  it('says who and how many', () => {
    expect(burst({ approvalsPerMinute: 11, approvalCount: 14 })).toEqual([
      {
        subject: { kind: 'principal', key: 'prn:ben@example', label: 'Ben' },
        fact: 'approval-burst',
        kind: 'signal',
        severity: 'medium',
        title: 'Ben gave 11 approvals within one minute',
        atMs: startMs + 600_000,
        evidence: {
          approver: 'ben@example',
          perMinute: 11,
          maxPerMinute: 10,
          inHour: 14,
          hour: '2026-01-05T08:00:00.000Z',
        },
        eventIds: ['call-event-1'],
      },
    ]);
  });

  it.each([
    ['as many as may be', { approvalsPerMinute: 10 }, {}, 0],
    ['one more than policy lets', { approvalsPerMinute: 3 }, { approvals: { maxPerMinute: 2 } }, 1],
    ['a machine', { approvalsPerMinute: 99, principal: { id: 'rules', kind: 'system' } }, {}, 0],
  ] as const)('%s', (_, differs, rules, count) => {
    expect(burst(differs, rules)).toHaveLength(count);
  });
});

it('looks at chains and principals only', () => {
  expect(look(rubberStamp, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
