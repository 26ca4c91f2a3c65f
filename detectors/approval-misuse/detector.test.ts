import { describe, expect, it } from 'vitest';
import type { ActionView, ApprovalStep, Binding } from '../../src/domain/chain.ts';
import { ben, grant, mail, misuse } from '../../test/support/misuse.ts';
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
import { approvalMisuse } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const required = { approvals: { required: [{ actions: ['tool:*'] }] } };

const step = (minutes: number, differs: Partial<ApprovalStep> = {}): ApprovalStep => ({
  atMs: at(minutes),
  by: ben,
  eventId: `step-${minutes}`,
  ...differs,
});

const facts = (found: ReturnType<typeof misuse>) => found.map(({ fact }) => fact);

it('says who did what on which approval, and waits for a fresh one', () => {
  expect(misuse([{}], { grants: [{ expMs: at(5) }] })).toEqual([
    {
      subject: { kind: 'token', key: token('root').key, label: 'root' },
      fact: 'approval-expired',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did tool:send_mail on an approval that had expired',
      atMs: at(10),
      evidence: {
        action: 'tool:send_mail',
        target: null,
        effect: 'write',
        outcome: 'accepted',
        doneAt: '2026-01-05T08:10:00.000Z',
        approval: 'a1',
        claimed: true,
        approver: 'ben@example',
        expiredAt: '2026-01-05T08:05:00.000Z',
        lateBySeconds: 300,
        actions: ['tool:send_mail'],
        actionCount: 1,
      },
      eventIds: ['call-event-1', 'granted-1'],
      settlesAtMs: at(20),
      revoke: token('root').ref,
      shownBy: 'call-0',
    },
  ]);
});

describe('an approval that has ended', () => {
  it.each([
    ['expired, to the skew', { grants: [{ expMs: at(9) }] }, 'approval-expired'],
    ['expired, within the skew', { grants: [{ expMs: at(9) + 1 }] }, undefined],
    ['reported expired, to the skew', { approval: { expiries: [step(9)] } }, 'approval-expired'],
    ['reported expired, within the skew', { approval: { expiries: [step(9.1)] } }, undefined],
    ['withdrawn, and everybody has heard', { approval: { withdrawals: [step(8)] } }, 'approval-withdrawn'],
    ['withdrawn a moment ago', { approval: { withdrawals: [step(8.1)] } }, undefined],
    ['granted, then refused', { approval: { denials: [step(9)] } }, 'approval-denied'],
    ['granted, then refused just now', { approval: { denials: [step(9.1)] } }, undefined],
    ['refused', { grants: [], approval: { denials: [step(9)] } }, 'approval-denied'],
    ['refused just now', { grants: [], approval: { denials: [step(9.1)] } }, undefined],
    ['refused, then granted', { grants: [{ atMs: at(5) }], approval: { denials: [step(4)] } }, undefined],
    [
      'refused, and granted too late',
      { grants: [{ atMs: at(12) }], approval: { denials: [step(4)] } },
      'approval-denied',
    ],
    [
      'withdrawn, then granted',
      { grants: [{ atMs: at(5) }], approval: { withdrawals: [step(4)] } },
      undefined,
    ],
    ['expired and granted again', { grants: [{ expMs: at(2) }, { atMs: at(3) }] }, undefined],
    ['asked for', { grants: [], approval: { requests: [step(4)] } }, undefined],
  ] as const)('%s', (_, given, fact) => {
    expect(facts(misuse([{}], given))).toEqual(fact === undefined ? [] : [fact]);
  });

  it('says by whose word', () => {
    const found = misuse([{}], { approval: { withdrawals: [step(4)] } });
    expect(found).toMatchObject([
      {
        evidence: { withdrawnAt: '2026-01-05T08:04:00.000Z', by: 'ben@example' },
        eventIds: ['call-event-1', 'step-4', 'granted-1'],
      },
    ]);
    expect(misuse([{}], { grants: [], approval: { denials: [step(4, { by: undefined })] } })).toMatchObject([
      { evidence: { deniedAt: '2026-01-05T08:04:00.000Z', by: null, approver: null } },
    ]);
  });

  it('tells a refusal first, then a withdrawal, then an expiry', () => {
    const ended = { denials: [step(4)], withdrawals: [step(4)], expiries: [step(4)] };
    expect(facts(misuse([{}], { approval: ended }))).toEqual(['approval-denied']);
    expect(facts(misuse([{}], { approval: { ...ended, denials: [] } }))).toEqual(['approval-withdrawn']);
  });

  it('judges a call by its start', () => {
    expect(misuse([{ atMs: at(4), endedMs: at(30) }], { grants: [{ expMs: at(5) }] })).toEqual([]);
  });
});

describe('an approval for something else', () => {
  const target = { system: 'crm', resource: 'ann' };
  const did: Partial<ActionView> = { target, argsHash: 'sha256:done' };

  it.each<[string, Partial<Binding>, Partial<ActionView>, string | undefined]>([
    ['another actor', { actor: 'agent/other' }, {}, 'other-actor'],
    ['the same actor', { actor: 'agent/crm' }, {}, undefined],
    ['the token’s actor', { actor: 'agent/crm' }, { actor: { id: 'gateway', kind: 'service' } }, undefined],
    ['nobody says who', { actor: 'agent/other' }, { actor: undefined, token: undefined }, undefined],
    ['another system', { target: 'erp' }, {}, 'other-target'],
    ['another resource', { target: 'crm/bob' }, {}, 'other-target'],
    ['the system', { target: 'crm' }, {}, undefined],
    [
      'a resource, and only the system is told',
      { target: 'crm/bob' },
      { target: { system: 'crm' } },
      undefined,
    ],
    ['a resource of another system', { target: 'crmx/bob' }, { target: { system: 'crm' } }, 'other-target'],
    ['no target is told', { target: 'erp' }, { target: undefined }, undefined],
    ['other arguments', { argsHash: 'sha256:agreed' }, {}, 'other-arguments'],
    ['the same arguments', { argsHash: 'sha256:done' }, {}, undefined],
    ['no arguments are told', { argsHash: 'sha256:agreed' }, { argsHash: undefined }, undefined],
  ])('%s', (_, binding, differs, fact) => {
    const found = misuse([{ ...did, ...differs }], { grants: [{ binds: [{ ...mail, ...binding }] }] });
    expect(facts(found)).toEqual(fact === undefined ? [] : [fact]);
  });

  it.each<[string, NonNullable<Binding['facts']>, ActionView['details'], boolean]>([
    ['more', { amount: 40 }, { amount: 40.01 }, false],
    ['as much', { amount: 40 }, { amount: '40.00' }, true],
    ['less', { amount: 40 }, { amount: 12 }, true],
    ['the other way', { amount: 40 }, { amount: -40 }, false],
    ['a credit, as agreed', { amount: -40 }, { amount: -39 }, true],
    ['nothing', { amount: 40 }, { amount: 0 }, true],
    ['no number', { amount: 40 }, { amount: '40,00' }, false],
    ['the same text', { amount: '40,00' }, { amount: '40,00' }, true],
    ['more rows', { rows: 10 }, { rows: 11 }, false],
    ['fewer bytes', { bytes: 10 }, { bytes: 9 }, true],
    ['another currency', { amount: 40, currency: 'EUR' }, { amount: 40, currency: 'USD' }, false],
    ['another record', { record: 'R1' }, { record: 'R2' }, false],
    ['another environment', { environment: 'dev' }, { environment: 'prod' }, false],
    ['another repository', { repository: 'a' }, { repository: 'b' }, false],
    ['some of the fields', { fields: ['a', 'b'] }, { fields: ['b'] }, true],
    ['another field', { fields: ['a', 'b'] }, { fields: ['b', 'c'] }, false],
    ['what only one side tells', { record: 'R1' }, { amount: 40 }, true],
  ])('facts: %s', (_, agreed, details, fits) => {
    const found = misuse([{ details }], { grants: [{ binds: [{ ...mail, facts: agreed }] }] });
    expect(facts(found)).toEqual(fits ? [] : ['other-facts']);
  });

  it('says what differs', () => {
    const grants = [{ binds: [{ ...mail, facts: { record: 'R1', amount: 40 } }] }];
    expect(misuse([{ details: { record: 'R1', amount: 50 } }], { grants })).toMatchObject([
      {
        title: 'CRM agent did tool:send_mail beyond what had been approved',
        evidence: { differs: 'amount', agreed: 40, done: 50 },
      },
    ]);
  });

  it('knows an actor by another name', () => {
    const people = { ...strangers, same: () => true };
    const grants = [{ binds: [{ ...mail, actor: 'agent/alias' }] }];
    expect(misuse([{}], { grants, people })).toEqual([]);
  });

  it('lets one binding of several fit, and tells of the one that fits farthest', () => {
    const binds = [
      { ...mail, target: 'erp' },
      { ...mail, facts: { rows: 5 } },
    ];
    expect(misuse([{ ...did, details: { rows: 5 } }], { grants: [{ binds }] })).toEqual([]);
    expect(facts(misuse([{ ...did, details: { rows: 6 } }], { grants: [{ binds }] }))).toEqual([
      'other-facts',
    ]);
  });

  it('says nothing of an action of another name: policy says whether that needs one', () => {
    expect(
      misuse([{ needs: 'tool:look', tool: { name: 'look' }, action: 'look' }], {
        grants: [{ expMs: at(2) }],
      }),
    ).toEqual([]);
  });
});

describe('an action that names no approval', () => {
  const expired = { grants: [{ expMs: at(5) }], isNamed: false };
  const refused = { grants: [], isNamed: false };

  it('rests on one of its chain only where policy requires one', () => {
    expect(misuse([{}], expired)).toEqual([]);
    expect(facts(misuse([{}], { ...expired, rules: required }))).toEqual(['approval-expired']);
  });

  it('does not rest on one for something else', () => {
    const grants = [{ binds: [{ ...mail, facts: { rows: 5 } }] }];
    expect(misuse([{ details: { rows: 6 } }], { grants, rules: required, isNamed: false })).toEqual([]);
  });

  it.each<[string, readonly Binding[] | undefined, number]>([
    ['exactly this', [{ ...mail, target: 'crm' }], 1],
    ['something like it', [{ ...mail, target: 'erp' }], 0],
    ['its kind', [mail], 0],
    ['nobody says what', undefined, 0],
  ])('does what a person refused: %s', (_, binds, count) => {
    const denials = [step(4, binds === undefined ? {} : { binds })];
    const found = misuse([{ target: { system: 'crm' } }], { ...refused, approval: { denials } });
    expect(facts(found)).toEqual(count === 0 ? [] : ['approval-denied']);
  });

  it.each<[string, ApprovalStep['by'], Partial<ActionView>, number]>([
    ['who asked', bot, {}, 1],
    ['whose token belongs to who asked', bot, { actor: { id: 'gateway', kind: 'service' } }, 1],
    ['and nobody knows who asked', undefined, {}, 1],
    ['and nobody knows who', ben, { actor: undefined, token: undefined }, 1],
    ['who did not ask: that is another way to do it', ben, {}, 0],
  ])('does what was refused by somebody %s', (_, by, differs, count) => {
    const denials = [step(4, { binds: [{ ...mail, target: 'crm' }] })];
    const requests = [step(3, { by })];
    const found = misuse([{ target: { system: 'crm' }, ...differs }], {
      ...refused,
      approval: { requests, denials },
    });
    expect(found).toHaveLength(count);
  });
});

describe('what a system tells', () => {
  const change: Partial<ActionView> = {
    kind: 'change',
    needs: undefined,
    tool: undefined,
    action: 'change',
    atMs: at(30),
  };
  const erp = { target: { system: 'erp', resource: 'inv/7' } };
  const binds = [{ ...mail, target: 'crm', facts: { amount: 40 } }];

  it.each([
    ['as agreed', { amount: 40 }, []],
    ['otherwise', { amount: 50 }, ['other-facts']],
  ])('of a call is compared by its facts: %s', (_, details, expected) => {
    const call = { target: { system: 'crm' } };
    const found = misuse([call, { ...change, ...erp, details }], {
      grants: [{ binds, expMs: at(12), maxUses: 1 }],
    });
    expect(facts(found)).toEqual(expected);
  });

  it('is found by the request of the call', () => {
    const unnamed = { approvalId: undefined, approval: undefined, httpRequestIds: ['h1'] };
    const call = { target: { system: 'crm' }, httpRequestIds: ['h1'] };
    const told = { ...change, ...erp, ...unnamed, details: { amount: 50 } };
    expect(misuse([call, told], { grants: [{ binds }] })).toMatchObject([
      { fact: 'other-facts', shownBy: 'call-1', evidence: { claimed: true } },
    ]);
    expect(misuse([call, { ...told, httpRequestIds: ['h2'] }], { grants: [{ binds }] })).toEqual([]);
    expect(misuse([call, { ...told, httpRequestIds: [] }], { grants: [{ binds }] })).toEqual([]);
  });

  it('is all there is, and comes too late', () => {
    expect(facts(misuse([{ ...change, ...erp }], { grants: [{ binds, expMs: at(12) }] }))).toEqual([
      'approval-expired',
    ]);
    expect(misuse([{ ...change, ...erp }], { grants: [{ binds, expMs: at(40) }] })).toEqual([]);
  });
});

describe('what pages', () => {
  const expired = { grants: [{ expMs: at(5) }] };

  it.each<[string, Partial<ActionView>, string | undefined, string | undefined]>([
    ['an accepted call', {}, 'alert', 'high'],
    ['a call that nobody refused', { outcome: 'unknown' }, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
    ['a refused call', { outcome: 'denied' }, 'signal', 'low'],
    ['a failed call', { outcome: 'failed' }, undefined, undefined],
    ['the platform', { platform: true }, undefined, undefined],
  ])('%s', (_, differs, kind, severity) => {
    expect(misuse([differs], expired)).toMatchObject(kind === undefined ? [] : [{ kind, severity }]);
  });

  it('says that it was tried', () => {
    expect(misuse([{ outcome: 'denied' }], expired)[0]?.title).toContain('tried tool:send_mail');
  });
});

it('has nothing to say without approvals, of the platform, and of single actions', () => {
  const expired = [approval('a1', { grants: [grant({ expMs: at(5) })] })];
  const seen = { actions: [action({ approvalId: 'a1' })], approvals: expired };
  const on = (differs: object) =>
    ({
      on: 'chain',
      chain: chain({ ...seen, ...differs }),
      feeds: livelyFeeds,
      policy: policy(required),
    }) as const;
  expect(look(approvalMisuse, on({ approvals: [] }))).toEqual([]);
  expect(look(approvalMisuse, on({ platform: true }))).toEqual([]);
  expect(look(approvalMisuse, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
