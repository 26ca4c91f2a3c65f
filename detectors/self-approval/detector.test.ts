import { describe, expect, it } from 'vitest';
import type { ActionView, ApprovalGrant, ApprovalView, ChainView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import {
  action,
  approval,
  bot,
  chain,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { selfApproval } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const ann: Principal = { id: 'ann@example', kind: 'human' };
const ben: Principal = { id: 'ben@example', kind: 'human' };
const helper: Principal = { id: 'agent/helper', kind: 'agent', name: 'Helper' };
const required = { approvals: { required: [{ actions: ['tool:*'] }] } };

interface Given {
  readonly approver?: Principal | undefined;
  readonly grant?: Partial<ApprovalGrant>;
  readonly approval?: Partial<ApprovalView>;
  readonly chain?: Partial<ChainView>;
  readonly before?: Partial<ActionView>;
  readonly action?: Partial<ActionView>;
  readonly rules?: object;
  readonly config?: object;
  readonly people?: typeof strangers;
}

function judge(given: Given) {
  const granted: ApprovalGrant = {
    atMs: at(5),
    by: 'approver' in given ? given.approver : ben,
    eventId: 'granted-1',
    binds: [{ action: 'tool:send_mail' }],
    expMs: undefined,
    maxUses: undefined,
    requester: undefined,
    ticket: undefined,
    ...given.grant,
  };
  const held = approval('a1', { grants: [granted], ...given.approval });
  const earlier = given.before === undefined ? [] : [action({ id: 'call-0', atMs: at(4), ...given.before })];
  const actions = [...earlier, action({ approvalId: 'a1', approval: held, ...given.action })];
  return look(
    selfApproval,
    {
      on: 'chain',
      chain: chain({ actions, approvals: [held], ...given.chain }),
      feeds: livelyFeeds,
      policy: policy(given.rules),
      ...(given.people === undefined ? {} : { people: given.people }),
    },
    given.config,
  );
}

const asked = (by: Principal) => ({ requests: [{ atMs: at(3), by, eventId: 'asked-1' }] });

describe('approved own request', () => {
  it('says who approved what of their own, at once', () => {
    expect(judge({ approver: ann, rules: required, approval: asked(bot) })).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'approved-own-request',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail, approved by its own initiator ann@example',
        atMs: at(10),
        evidence: {
          action: 'tool:send_mail',
          target: null,
          effect: 'write',
          outcome: 'accepted',
          doneAt: '2026-01-05T08:10:00.000Z',
          approval: 'a1',
          approver: 'ann@example',
          approvedAt: '2026-01-05T08:05:00.000Z',
          role: 'initiator',
          delegate: null,
          actions: ['tool:send_mail'],
          actionCount: 1,
        },
        eventIds: ['call-event-1', 'granted-1', 'asked-1'],
        revoke: token('root').ref,
        shownBy: 'call-1',
      },
    ]);
  });

  const other = { initiator: ben, rootToken: token('root', { subject: ben }) };
  it.each<[string, Given, string | undefined]>([
    ['whoever made the call', { approver: ann, action: { actor: ann }, chain: other }, 'actor'],
    ['whoever asked for it', { approver: ann, approval: asked(ann), chain: other }, 'requester'],
    [
      'whoever the grant says asked for it',
      { approver: ann, grant: { requester: ann }, chain: other },
      'requester',
    ],
    ['an agent outside the chain that asked', { approver: helper, approval: asked(helper) }, 'requester'],
    ['the initiator, where policy requires it', { approver: ann, rules: required }, 'initiator'],
    ['the initiator, where it does not', { approver: ann }, undefined],
    [
      'the initiator of a request',
      { approver: ann, rules: required, chain: { ...other, requests: [requestOf(ann)] } },
      'initiator',
    ],
    ['the root’s subject', { approver: ann, rules: required, chain: { initiator: undefined } }, 'initiator'],
    ['somebody else', { rules: required, approval: asked(bot) }, undefined],
    ['nobody knows who', { approver: undefined, rules: required }, undefined],
  ])('%s', (_, given, role) => {
    const found = judge(given);
    expect(found.map(({ evidence }) => evidence['role'])).toEqual(role === undefined ? [] : [role]);
  });

  it('knows people by their other names', () => {
    const people = {
      ...strangers,
      same: (a: Principal, b: Principal) => a.id.slice(0, 3) === b.id.slice(0, 3),
    };
    expect(judge({ approver: { id: 'ann@home', kind: 'human' }, rules: required, people })).toHaveLength(1);
  });

  it('lets the initiator confirm what is listed', () => {
    const given = { approver: ann, rules: required };
    expect(judge({ ...given, config: { ownConfirmation: ['tool:send_*'] } })).toEqual([]);
    expect(judge({ ...given, config: { ownConfirmation: ['tool:pay'] } })).toHaveLength(1);
  });

  it('also when the approval has ended meanwhile', () => {
    expect(judge({ approver: ann, rules: required, grant: { expMs: at(6) } })).toHaveLength(1);
  });
});

function requestOf(initiator: Principal): ChainView['requests'][number] {
  return {
    triggerId: 'r1',
    atMs: startMs,
    initiator,
    kind: 'human',
    provenance: undefined,
    ticket: undefined,
    task: undefined,
    eventId: 'request-1',
    ends: [],
  };
}

describe('approved through a delegate', () => {
  const invoked = { invocations: [{ atMs: at(2), actor: bot, callee: helper, eventId: 'invoked-1' }] };

  it.each<[string, Given, boolean]>([
    ['whoever does it', { approver: bot }, true],
    ['whoever was called', { approver: helper, chain: invoked }, true],
    [
      'whoever holds a token of the chain',
      { approver: helper, chain: { tokens: [token('t', { actor: helper })] } },
      true,
    ],
    ['an agent outside the chain', { approver: helper }, false],
    ['a person who acts in the chain', { approver: ben, before: { actor: ben } }, false],
  ])('%s', (_, given, isTold) => {
    expect(judge(given).map(({ fact }) => fact)).toEqual(isTold ? ['approved-through-delegate'] : []);
  });

  it('says which', () => {
    expect(judge({ approver: helper, chain: invoked })).toMatchObject([
      {
        title: 'CRM agent did tool:send_mail, approved by Helper, which acts in the chain itself',
        evidence: { role: 'delegate', delegate: 'agent/helper', approver: 'agent/helper' },
      },
    ]);
  });

  const press = { action: 'approve_request', needs: 'tool:approve_request', actor: helper };
  it.each<[string, Partial<ActionView>, boolean]>([
    ['names it as the resource', { target: { system: 'approvals', resource: 'a1' } }, true],
    ['names it as the record', { details: { record: 'a1' } }, true],
    ['names its id', { approvalId: 'a1' }, true],
    ['names none', {}, false],
    ['names another one', { target: { system: 'approvals', resource: 'a2' } }, false],
    ['only reads it', { approvalId: 'a1', action: 'get_approval' }, false],
    ['comes after the grant', { approvalId: 'a1', atMs: at(6) + 1 }, false],
    ['comes with the grant, to the skew', { approvalId: 'a1', atMs: at(6) }, true],
    ['is refused', { approvalId: 'a1', outcome: 'denied' }, false],
    ['is a person’s', { approvalId: 'a1', actor: ann }, false],
    ['is nobody’s', { approvalId: 'a1', actor: undefined }, false],
    ['is an orchestrator’s', { approvalId: 'a1', actor: { id: 'flow', kind: 'orchestrator' } }, true],
  ])('a call that approves: %s', (_, differs, isTold) => {
    const found = judge({ before: { ...press, ...differs }, chain: { initiator: undefined } });
    expect(found.map(({ fact }) => fact)).toEqual(isTold ? ['approved-through-delegate'] : []);
  });

  it('says in whose name', () => {
    expect(judge({ before: { ...press, approvalId: 'a1' } })[0]?.title).toBe(
      'CRM agent did tool:send_mail, approved by ben@example through Helper',
    );
  });
});

it.each<[string, Given]>([
  ['refused', { action: { outcome: 'denied' } }],
  ['failed', { action: { outcome: 'failed' } }],
  ['the platform’s', { action: { platform: true } }],
  ['of a platform’s chain', { chain: { platform: true } }],
  [
    'resting on no approval',
    { chain: { approvals: [] }, action: { approvalId: undefined, approval: undefined } },
  ],
])('stays quiet about what is %s', (_, given) => {
  expect(judge({ approver: bot, ...given })).toEqual([]);
});

it('judges what policy requires also when it names no approval', () => {
  const unnamed = { approvalId: undefined, approval: undefined };
  expect(judge({ approver: bot, rules: required, action: unnamed })).toHaveLength(1);
  expect(judge({ approver: bot, action: unnamed })).toEqual([]);
});

it('has nothing to say of an approval that came too late, or of single actions', () => {
  expect(judge({ approver: bot, grant: { atMs: at(30) } })).toEqual([]);
  expect(look(selfApproval, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
