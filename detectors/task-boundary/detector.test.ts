import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView, DecisionView, RequestView } from '../../src/domain/chain.ts';
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
import { taskBoundary } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

function act(rule: object, differs: Partial<ActionView> = {}, ...others: readonly object[]) {
  const agents = [{ agent: 'agent/crm', ...rule }, ...others];
  return look(taskBoundary, { on: 'action', action: action(differs), policy: policy({ agents }) });
}

function see(rule: object, differs: Partial<ChainView>) {
  const agents = [{ agent: 'agent/crm', ...rule }];
  return look(taskBoundary, {
    on: 'chain',
    chain: chain(differs),
    feeds: silentFeeds,
    policy: policy({ agents }),
  });
}

const crm = (resource?: string): Partial<ActionView> => ({
  kind: 'api',
  tool: undefined,
  action: 'read',
  needs: 'crm:read',
  effect: 'read',
  target: { system: 'crm', resource },
});

it('says which action of whom broke which row', () => {
  const held = token('root');
  expect(act({ actions: ['crm:*'] }, { token: held })).toEqual([
    {
      subject: { kind: 'token', key: held.key, label: 'root' },
      fact: 'tool-not-allowed',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did tool:send_mail, which is not among the actions of its task',
      atMs: at(10),
      evidence: {
        action: 'tool:send_mail',
        target: null,
        effect: 'write',
        outcome: 'accepted',
        usedAt: '2026-01-05T08:10:00.000Z',
        task: null,
        agent: 'agent/crm',
        rule: 'agent/crm',
        ruleTask: null,
        allowed: ['crm:*'],
      },
      eventIds: ['call-event-1', 'issued-root'],
      revoke: held.ref,
    },
  ]);
});

describe('the row that counts', () => {
  const other = { agent: 'agent/*', actions: ['*'] };
  it.each([
    ['none for this agent', { agent: 'agent/erp', actions: [] }, {}, []],
    ['the first of two', { actions: [] }, {}, ['tool-not-allowed']],
    ['one for another task', { task: 'billing-*', actions: [] }, { task: 'support-1' }, []],
    ['one for its task', { task: 'support-*', actions: [] }, { task: 'support-1' }, ['tool-not-allowed']],
    ['an action without task', { task: 'support-*', actions: [] }, {}, []],
    ['a list that is not there', {}, {}, []],
    ['an empty list', { actions: [] }, {}, ['tool-not-allowed']],
    ['the holder, where nobody says who acted', { actions: [] }, { actor: undefined }, ['tool-not-allowed']],
  ] as const)('%s', (_, rule, differs, facts) => {
    expect(act(rule, differs, other).map(({ fact }) => fact)).toEqual(facts);
  });

  it('is that of the credential when a helper without a row acts', () => {
    const helper = { id: 'helper', kind: 'service' } as const;
    expect(act({ actions: [] }, { actor: helper })).toMatchObject([
      { fact: 'tool-not-allowed', evidence: { agent: 'agent/crm' } },
    ]);
  });

  it('may change as long as the task can still be told', () => {
    const row = { agent: 'agent/crm', actions: [] };
    const [, found] = act(
      { task: 'support-*', actions: ['*'], taskRequired: true },
      {},
      { ...row, taskRequired: true },
    );
    expect(found).toMatchObject({ fact: 'tool-not-allowed', settlesAtMs: at(20) });
    expect(act({ task: 'support-*' }, { task: 'x' }, row)[0]).not.toHaveProperty('settlesAtMs');
  });
});

it.each([
  ['accepted', 'alert', 'high'],
  ['unknown', 'alert', 'high'],
  ['denied', 'signal', 'low'],
  ['failed', 'signal', 'low'],
] as const)('an outcome of %s is %s', (outcome, kind, severity) => {
  expect(act({ actions: [] }, { outcome })).toMatchObject([{ kind, severity }]);
});

it('never pages for the platform, and weighs what cannot be undone', () => {
  expect(act({ actions: [] }, { platform: true })).toMatchObject([{ kind: 'signal' }]);
  expect(act({ actions: [] }, { effect: 'admin' })).toMatchObject([{ severity: 'critical' }]);
});

it('folds calls without a token by who made them', () => {
  expect(act({ actions: [] }, { token: undefined })).toMatchObject([
    { subject: { kind: 'principal', key: 'prn:agent/crm', label: 'CRM agent' } },
  ]);
});

describe('actions', () => {
  it.each([
    ['an API action by system', ['crm:*'], crm(), []],
    ['another system', ['erp:*'], crm(), ['tool-not-allowed']],
    ['a tool by name', ['tool:send_*'], {}, []],
    ['an impact that a system reports', [], { ...crm(), kind: 'change', needs: undefined }, []],
    ['a call of which nobody says what it did', [], { needs: undefined, target: undefined }, []],
  ] as const)('%s', (_, actions, differs, facts) => {
    expect(act({ actions }, differs).map(({ fact }) => fact)).toEqual(facts);
  });
});

describe('targets', () => {
  it.each([
    ['the system', ['crm'], 'customers/7', 0],
    ['a resource below a pattern', ['crm/customers/*'], 'customers/7', 0],
    ['another resource', ['crm/customers/*'], 'prices', 1],
    ['another system', ['erp', 'erp/*'], 'customers/7', 1],
    [
      'a system of which only some resources are allowed, and none is told',
      ['crm/customers/*'],
      undefined,
      0,
    ],
    ['a path that climbs out of the pattern', ['crm/customers/*'], 'customers/../secrets', 1],
    ['a path that climbs and is named', ['crm/a/../b'], 'a/../b', 0],
    ['no target at all', [], undefined, 1],
  ] as const)('%s', (_, targets, resource, count) => {
    expect(act({ targets }, crm(resource))).toHaveLength(count);
  });

  it('says where it was', () => {
    expect(act({ targets: [] }, crm('prices'))[0]?.title).toContain('on crm/prices, which');
    expect(act({ targets: [] }, crm())[0]?.title).toContain('on crm, which');
  });

  it('says nothing of a call without a target', () => {
    expect(act({ targets: [] })).toEqual([]);
  });
});

describe('facts', () => {
  it.each([
    ['fields that are allowed', { fields: ['name', 'mail'] }, []],
    ['a field that is not', { fields: ['name', 'iban'] }, ['field-not-allowed']],
    ['all fields', { fields: ['*'] }, ['field-not-allowed']],
    ['no field', {}, []],
    ['rows at the limit', { rows: 100 }, []],
    ['rows above it', { rows: 101 }, ['limit-exceeded']],
    ['an amount at the limit, as text', { amount: '50.00' }, []],
    ['an amount above it, as text', { amount: ' 50.01' }, ['limit-exceeded']],
    ['an amount that is paid back', { amount: -51 }, ['limit-exceeded']],
    ['an amount that nobody can compare', { amount: '1.000,00 EUR' }, []],
    ['an empty amount', { amount: '' }, []],
    ['bytes without a limit', { bytes: 1e12 }, []],
    ['its repository', { repository: 'acme/shop' }, []],
    ['another repository', { repository: 'acme/pay' }, ['repository-not-allowed']],
  ])('%s', (_, details, facts) => {
    const rule = {
      fields: ['name', 'mail*'],
      limits: { rows: 100, amount: 50 },
      repositories: ['acme/shop'],
    };
    expect(act(rule, { details }).map(({ fact }) => fact)).toEqual(facts);
  });

  it('shows what was above which limit', () => {
    expect(act({ limits: { amount: 50 } }, { details: { amount: 80, currency: 'EUR' } })).toMatchObject([
      { evidence: { limit: 'amount', observed: 80, ceiling: 50, currency: 'EUR' } },
    ]);
  });
});

describe('task not declared', () => {
  it.each([
    ['no task where one is required', { taskRequired: true }, {}, 1],
    ['no task where none is required', {}, {}, 0],
    ['no task where every row wants another one', { task: 'support-*' }, {}, 1],
    ['a task', { taskRequired: true }, { task: 'support-1' }, 0],
    ['the platform', { taskRequired: true }, { platform: true }, 0],
    ['another agent', { agent: 'agent/erp', taskRequired: true }, {}, 0],
  ] as const)('%s', (_, rule, differs, count) => {
    const found = act(rule, differs);
    expect(found).toHaveLength(count);
    for (const one of found) {
      expect(one).toMatchObject({ fact: 'task-not-declared', kind: 'signal', settlesAtMs: at(20) });
    }
  });
});

describe('session', () => {
  const from = action({ id: 'a', atMs: at(0), eventIds: ['first'] });
  const to = (minutes: number, differs: Partial<ActionView> = {}) =>
    action({ id: 'b', atMs: at(minutes), eventIds: ['last'], ...differs });
  const rule = { maxSessionSeconds: 1800 };

  it.each([
    ['within it', [from, to(30)], 0],
    ['at the end of the skew', [from, to(31)], 0],
    ['past the skew', [from, to(31 + 1 / minuteMs)], 1],
    ['a refused call does not count', [from, to(60, { outcome: 'denied' })], 0],
    [
      'another agent does not count',
      [from, to(60, { actor: { id: 'x', kind: 'agent' }, token: undefined })],
      0,
    ],
    ['nothing was done', [], 0],
  ] as const)('%s', (_, actions, count) => {
    expect(see(rule, { actions })).toHaveLength(count);
  });

  it('says how long it took', () => {
    expect(see(rule, { actions: [from, to(60)] })).toMatchObject([
      {
        subject: { kind: 'chain', label: 'root' },
        fact: 'session-too-long',
        kind: 'alert',
        title: 'CRM agent has been at it for 3600 s, and its task may take 1800 s',
        evidence: { observed: 3600, ceiling: 1800, startedAt: '2026-01-05T08:00:00.000Z' },
        eventIds: ['last', 'first'],
        shownBy: 'b',
        revoke: { jti: 'root' },
      },
    ]);
  });

  it('takes the task from the request', () => {
    const request = { task: 'support-1' } as RequestView;
    const found = (requests: readonly RequestView[]) =>
      see({ ...rule, task: 'support-*' }, { actions: [from, to(60)], requests });
    expect(found([request])).toHaveLength(1);
    expect(found([])).toEqual([]);
    expect(found([request, { task: 'billing' } as RequestView])).toEqual([]);
  });

  it('spares a standing credential', () => {
    const held = lineOf({ standing: true });
    expect(see(rule, { actions: [from, to(60, { token: held })] })[0]).not.toHaveProperty('revoke');
  });
});

describe('pinned policy', () => {
  const pinnedPolicy = { id: 'crm-agents', version: '7' };
  const decision = (used?: object, differs: Partial<DecisionView> = {}) =>
    ({
      atMs: at(9),
      allowed: true,
      subject: { type: 'agent', id: bot.id },
      action: { name: 'send_mail' },
      resource: { type: 'tool', id: 'send_mail' },
      policy: used,
      eventId: 'decision-1',
      ...differs,
    }) as DecisionView;
  const decided = (...decisions: readonly DecisionView[]) =>
    see({ pinnedPolicy }, { decisions, actions: [action()] });

  it.each([
    ['the pinned one', { id: 'crm-agents', version: '7' }, 0],
    ['the pinned one with its digest', { id: 'crm-agents', version: '7', digest: 'abc' }, 0],
    ['another version', { id: 'crm-agents', version: '8' }, 1],
    ['no version', { id: 'crm-agents' }, 1],
    ['another policy', { id: 'erp-agents', version: '7' }, 1],
    ['none', undefined, 1],
  ])('%s', (_, used, count) => {
    expect(decided(decision(used))).toHaveLength(count);
  });

  it.each([
    ['a refusal', { allowed: false }, []],
    ['a decision about somebody else', { subject: { type: 'agent', id: 'agent/erp' } }, []],
    ['a decision after which nothing was done', { atMs: at(12) }, ['signal']],
    ['a decision within the skew of the action', { atMs: at(11) }, ['alert']],
  ])('%s', (_, differs, kinds) => {
    expect(decided(decision(undefined, differs)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('shows the decision on which something was done', () => {
    const other = decision(undefined, { subject: { type: 'agent', id: 'agent/crm' }, eventId: 'used' });
    const idle = { ...other, subject: { type: 'agent', id: 'agent/crm' }, atMs: at(12), eventId: 'idle' };
    expect(decided(idle, other)).toMatchObject([
      { kind: 'alert', eventIds: ['idle', 'used', 'call-event-1'] },
    ]);
  });

  it('knows whoever acts by the credential, too', () => {
    const actions = [action({ actor: undefined })];
    expect(see({ pinnedPolicy }, { decisions: [decision()], actions })).toMatchObject([{ kind: 'alert' }]);
    const others = [action({ actor: { id: 'x', kind: 'agent' }, token: undefined })];
    expect(see({ pinnedPolicy }, { decisions: [decision()], actions: others })).toMatchObject([
      { kind: 'signal' },
    ]);
  });

  it('wants the digest where one is pinned', () => {
    const pinned = { pinnedPolicy: { id: '*', digest: 'abc' } };
    const found = (digest?: string) =>
      see(pinned, { decisions: [decision({ id: 'x', digest })], actions: [action()] });
    expect(found('abc')).toEqual([]);
    expect(found('abd')).toHaveLength(1);
    expect(found()).toHaveLength(1);
  });

  it('says which decided and which is pinned', () => {
    const found = decided(
      decision({ id: 'crm-agents', version: '8' }),
      decision(undefined, { atMs: at(10) }),
    );
    expect(found).toMatchObject([
      {
        fact: 'unpinned-policy',
        severity: 'high',
        title: 'agent/crm was let act by crm-agents 8, and crm-agents 7 is pinned for it',
        evidence: { decidedBy: 'crm-agents 8', pinned: 'crm-agents 7', decisions: 2 },
        shownBy: 'call-1',
      },
    ]);
    expect(decided(decision())).toMatchObject([
      { title: 'agent/crm was let act by a decision that names no policy, and crm-agents is pinned for it' },
    ]);
  });
});

it('costs nothing and says nothing without a policy, and of the platform', () => {
  expect(look(taskBoundary, { on: 'action', action: action(), policy: policy() })).toEqual([]);
  expect(see({ maxSessionSeconds: 0 }, { platform: true, actions: [action({ atMs: 0 }), action()] })).toEqual(
    [],
  );
  expect(see({}, { actions: [action()] })).toEqual([]);
});
