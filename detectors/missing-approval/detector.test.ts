import { describe, expect, it } from 'vitest';
import type { ActionView, ApprovalGrant, ApprovalView, ChainView } from '../../src/domain/chain.ts';
import {
  action,
  approval,
  bot,
  chain,
  look,
  minuteMs,
  policy,
  startMs,
  token,
} from '../../test/support/views.ts';
import { missingApproval } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const ben = { id: 'ben@example', kind: 'human' } as const;
const rules = { approvals: { required: [{ actions: ['tool:send_*', 'erp:*'] }] } };

function grant(differs: Partial<ApprovalGrant> = {}): ApprovalGrant {
  return {
    atMs: at(5),
    by: ben,
    eventId: 'granted-1',
    binds: [{ action: 'tool:send_mail' }],
    expMs: undefined,
    maxUses: undefined,
    requester: undefined,
    ticket: undefined,
    ...differs,
  };
}

function judge(
  actions: readonly Partial<ActionView>[],
  approvals: readonly ApprovalView[] = [],
  differs: { rules?: object; chain?: Partial<ChainView>; config?: object } = {},
) {
  const seen = actions.map((one, index) => action({ id: `call-${index}`, ...one }));
  const on = chain({ actions: seen, approvals, ...differs.chain });
  const feeds = { aliveAround: () => true };
  return look(
    missingApproval,
    { on: 'chain', chain: on, feeds, policy: policy(differs.rules ?? rules) },
    differs.config,
  );
}

const held = (differs: Partial<ApprovalGrant> = {}) => [approval('a1', { grants: [grant(differs)] })];

describe('never approved', () => {
  it('says who did what, and waits for approvals that are late', () => {
    expect(judge([{ target: { system: 'mail', resource: 'ann' } }])).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'never-approved',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail, which nobody had approved',
        atMs: at(10),
        evidence: {
          action: 'tool:send_mail',
          target: 'mail/ann',
          effect: 'write',
          outcome: 'accepted',
          doneAt: '2026-01-05T08:10:00.000Z',
          approval: null,
          actions: ['tool:send_mail'],
          actionCount: 1,
        },
        eventIds: ['call-event-1'],
        settlesAtMs: at(20),
        revoke: token('root').ref,
        shownBy: 'call-0',
      },
    ]);
  });

  it.each([
    ['a deletion', { effect: 'delete' }, {}, 'critical'],
    ['a change of access', { effect: 'admin' }, {}, 'critical'],
    [
      'a write to a sensitive target',
      { target: { system: 'payroll' } },
      { sensitive: { targets: ['pay*'] } },
      'critical',
    ],
    ['a read', { effect: 'read' }, {}, 'high'],
  ] as const)('%s is %4$s', (_, differs, more, severity) => {
    expect(judge([differs], [], { rules: { ...rules, ...more } })).toMatchObject([
      { kind: 'alert', severity },
    ]);
  });

  it.each([
    ['refused', { outcome: 'denied' }, 0],
    ['failed', { outcome: 'failed' }, 0],
    ['the platform’s own', { platform: true }, 0],
    ['not refused by anybody', { outcome: 'unknown' }, 1],
    ['of another kind', { needs: 'tool:read_mail' }, 0],
  ] as const)('counts what was %s %3$s times', (_, differs, count) => {
    expect(judge([differs])).toHaveLength(count);
  });

  it.each([
    ['the environment fits', { environments: ['prod*'] }, { environment: 'prod-eu' }, 1],
    ['another environment', { environments: ['prod*'] }, { environment: 'dev' }, 0],
    ['no environment is told', { environments: ['prod*'] }, {}, 0],
    ['exactly the amount', { fromAmount: 100 }, { amount: 100 }, 1],
    ['exactly the amount, as text', { fromAmount: 100 }, { amount: '100.00' }, 1],
    ['the amount goes the other way', { fromAmount: 100 }, { amount: -100 }, 1],
    ['less than the amount', { fromAmount: 100 }, { amount: 99.99 }, 0],
    ['no amount is told', { fromAmount: 100 }, {}, 0],
  ])('reads the row: %s', (_, row, details, count) => {
    const required = [{ actions: ['*'], ...row }];
    expect(judge([{ details }], [], { rules: { approvals: { required } } })).toHaveLength(count);
  });

  it('reads the environment of the token where the action tells none', () => {
    const required = [{ actions: ['*'], environments: ['prod'] }];
    const inProd = { token: token('root', { environment: 'prod' }) };
    expect(judge([inProd], [], { rules: { approvals: { required } } })).toHaveLength(1);
  });

  it('folds what one token did, and tells tokens apart', () => {
    const other = token('other');
    const actions = [{}, { atMs: at(11) }, { token: other }, { token: undefined, needs: 'erp:pay' }];
    const found = judge(actions, [], { chain: { rootKey: 'the chain' } });
    expect(
      found.map(({ subject, evidence }) => [subject.kind, subject.label, evidence['actionCount']]),
    ).toEqual([
      ['token', 'root', 2],
      ['token', 'other', 1],
      ['chain', 'root', 1],
    ]);
  });

  it('does not put off a settled alert when the chain goes on', () => {
    expect(judge([{ atMs: at(50) }, { atMs: at(10) }])).toMatchObject([
      { atMs: at(10), settlesAtMs: at(20), shownBy: 'call-1' },
    ]);
  });

  it('does not ask for the end of a standing credential', () => {
    expect(judge([{ token: token('key', { standing: true }) }])[0]).not.toHaveProperty('revoke');
  });
});

describe('an action finds its approval', () => {
  it.each([
    ['by the grant it needs', { action: 'tool:send_mail' }, true],
    ['by the tool’s name', { action: 'send_mail' }, true],
    ['never by a pattern', { action: 'tool:*' }, false],
    ['not for another action', { action: 'tool:read_mail' }, false],
    ['for its system', { action: 'send_mail', target: 'mail' }, true],
    ['for its resource', { action: 'send_mail', target: 'box/7' }, true],
    ['for both', { action: 'send_mail', target: 'mail/box/7' }, true],
    ['not for another resource', { action: 'send_mail', target: 'mail/box/8' }, false],
    ['for its actor', { action: 'send_mail', actor: bot.id }, true],
    ['not for another actor', { action: 'send_mail', actor: 'agent/other' }, false],
    ['for its facts', { action: 'send_mail', facts: { rows: 5 } }, true],
    ['not for fewer', { action: 'send_mail', facts: { rows: 4 } }, false],
  ])('%s', (_, binding, isApproved) => {
    const target = { system: 'mail', resource: 'box/7' };
    const found = judge([{ target, details: { rows: 5 } }], held({ binds: [binding] }));
    expect(found.map(({ fact }) => fact)).toEqual(isApproved ? [] : ['never-approved']);
  });

  it('that it names, also when it lies outside the chain', () => {
    const [a1] = held();
    expect(judge([{ approvalId: 'a1', ...(a1 === undefined ? {} : { approval: a1 }) }])).toEqual([]);
    expect(judge([{ approvalId: 'unheard' }])).toMatchObject([{ evidence: { approval: 'unheard' } }]);
  });

  it('that binds nothing, when it names it', () => {
    const [a1] = held({ binds: [] });
    expect(judge([{}], held({ binds: [] }))).toHaveLength(1);
    expect(judge([{ approvalId: 'a1', ...(a1 === undefined ? {} : { approval: a1 }) }])).toEqual([]);
  });

  it('in the chain when the one that it names is for something else', () => {
    const named = approval('a0', { grants: [grant({ binds: [{ action: 'tool:read_mail' }] })] });
    expect(judge([{ approvalId: 'a0', approval: named }], held())).toEqual([]);
  });

  it('which is used up by the first of two that do not name it', () => {
    const found = judge([{}, { atMs: at(11) }], held({ maxUses: 1 }));
    // The second one rests on an approval that is used up: that is told as what it is.
    expect(found).toEqual([]);
  });

  it('and leaves what is wrong with it to others', () => {
    expect(judge([{}], held({ expMs: at(6) }))).toEqual([]);
  });
});

describe('approved afterwards', () => {
  it.each([
    ['a moment past the skew', at(11) + 1, 1],
    ['within the skew', at(11), 0],
    ['before', at(9), 0],
  ])('%s', (_, atMs, count) => {
    expect(judge([{}], held({ atMs }))).toHaveLength(count);
  });

  it('says how late and by whom', () => {
    expect(judge([{}], held({ atMs: at(16) }))).toMatchObject([
      {
        fact: 'approved-afterwards',
        kind: 'alert',
        title: 'CRM agent did tool:send_mail, which was approved 360 s later',
        evidence: {
          approval: 'a1',
          approver: 'ben@example',
          approvedAt: '2026-01-05T08:16:00.000Z',
          afterSeconds: 360,
        },
        eventIds: ['call-event-1', 'granted-1'],
        settlesAtMs: at(20),
      },
    ]);
  });

  it.each([
    ['held until somebody agreed', at(17), 0],
    ['over before', at(14), 1],
  ])('judges a call by its end: %s', (_, endedMs, count) => {
    expect(judge([{ endedMs }], held({ atMs: at(16) }))).toHaveLength(count);
  });

  it('is not what was agreed to for something else', () => {
    const binds = [{ action: 'send_mail', facts: { amount: 5 } }];
    expect(judge([{ details: { amount: 6 } }], held({ atMs: at(16), binds }))).toMatchObject([
      { fact: 'never-approved' },
    ]);
  });

  it('is a signal where only the action says that it needs it', () => {
    const [a1] = held({ atMs: at(16) });
    const named = { approvalId: 'a1', ...(a1 === undefined ? {} : { approval: a1 }) };
    expect(judge([named], held({ atMs: at(16) }), { rules: {} })).toMatchObject([
      { kind: 'signal', severity: 'low' },
    ]);
    expect(judge([{}], held({ atMs: at(16) }), { rules: {} })).toEqual([]);
  });
});

describe('who approves', () => {
  it.each([
    ['human', 0],
    ['unknown', 0],
    ['system', 0],
    ['agent', 1],
    ['orchestrator', 1],
    ['workload', 1],
  ] as const)('%s', (kind, count) => {
    expect(judge([{}], held({ by: { id: 'reviewer', kind } }))).toHaveLength(count);
  });

  it('says that it was no person', () => {
    expect(judge([{}], held({ by: { id: 'reviewer', kind: 'agent' } }))).toMatchObject([
      {
        title: 'CRM agent did tool:send_mail, which only reviewer had approved, and that is no person',
        evidence: { approval: 'a1', approver: 'reviewer' },
        eventIds: ['call-event-1', 'granted-1'],
      },
    ]);
  });

  it('leaves an agent of the chain to the detector of such', () => {
    expect(judge([{}], held({ by: bot }))).toEqual([]);
  });

  it('is a setting', () => {
    const config = { approvers: ['human'] };
    expect(judge([{}], held({ by: { id: 'itsm', kind: 'service' } }), { config })).toHaveLength(1);
  });

  it('takes an unknown approver for one', () => {
    expect(judge([{}], held({ by: undefined }))).toEqual([]);
  });
});

describe('what a system tells', () => {
  const change = {
    kind: 'change',
    needs: undefined,
    action: 'change',
    target: { system: 'erp', resource: 'inv/7' },
  } as const;

  it('needs an approval of its own', () => {
    expect(judge([{ ...change, token: undefined, actor: undefined }])).toMatchObject([
      { subject: { kind: 'chain' }, title: 'Somebody did erp:change, which nobody had approved' },
    ]);
  });

  it.each([
    ['its place', { action: 'tool:refund', target: 'inv/7' }, true],
    ['its record', { action: 'tool:refund', facts: { record: 'R1' } }, true],
    ['its amount', { action: 'tool:refund', facts: { amount: '9.50' } }, true],
    ['nothing of it', { action: 'tool:refund' }, false],
    ['another record', { action: 'tool:refund', facts: { record: 'R2' } }, false],
  ])('is approved by %s', (_, binding, isApproved) => {
    const details = { record: 'R1', amount: 9.5 };
    expect(judge([{ ...change, details }], held({ binds: [binding] }))).toHaveLength(isApproved ? 0 : 1);
  });

  it('is approved by its resource where nobody tells its record', () => {
    const binds = [{ action: 'tool:refund', facts: { record: 'inv/7' } }];
    expect(judge([change], held({ binds }))).toEqual([]);
  });

  it.each([
    ['of the same place', { needs: 'erp:pay', target: change.target }, {}],
    ['of the same request', { httpRequestIds: ['h1'] }, { httpRequestIds: ['h1'] }],
  ])('is told with the call %s', (_, call, told) => {
    expect(judge([call, { ...change, ...told, token: token('other') }])).toMatchObject([
      { shownBy: 'call-0' },
    ]);
  });

  it('is told apart from a call that needs none', () => {
    expect(judge([{ needs: 'tool:look', target: change.target }, change])).toMatchObject([
      { shownBy: 'call-1' },
    ]);
  });
});

it.each([
  ['without rows and approvals', {}, {}],
  ['of the platform', { platform: true }, rules],
])('has nothing to say of a chain %s', (_, differs, given) => {
  expect(judge([{}], [], { chain: differs, rules: given })).toEqual([]);
});

it('looks at chains only', () => {
  expect(look(missingApproval, { on: 'action', action: action(), policy: policy(rules) })).toEqual([]);
});
