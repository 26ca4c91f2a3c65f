import { describe, expect, it } from 'vitest';
import type {
  ActionView,
  ApprovalGrant,
  ApprovalView,
  Binding,
  ChainView,
  DecisionView,
} from '../../src/domain/chain.ts';
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
import { actionAfterDeny } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const desk: Principal = { id: 'agent/desk', kind: 'agent' };
const ben: Principal = { id: 'ben@example', kind: 'human' };
const record7 = { system: 'crm', resource: 'records/7' };

/** The call behind the tool: the same effect on the same record. */
const way: Partial<ActionView> = {
  kind: 'api',
  needs: 'crm:write',
  action: 'write',
  tool: undefined,
  target: record7,
};

function decision(differs: Partial<DecisionView> = {}): DecisionView {
  return {
    atMs: at(2),
    allowed: false,
    subject: { type: 'agent', id: bot.id },
    action: { name: 'tool:update_record' },
    resource: { type: 'crm', id: 'records/7' },
    policy: { id: 'rules' },
    eventId: 'decision-1',
    ...differs,
  };
}

function refused(binding: Partial<Binding> = {}, asker: Principal | undefined = bot): ApprovalView {
  const binds = [{ action: 'crm:write', target: 'records/7', ...binding }];
  return approval('a1', {
    requests: [{ atMs: at(1), by: asker, eventId: 'asked-1' }],
    denials: [{ atMs: at(2), by: ben, binds, eventId: 'refused-1' }],
  });
}

function granted(differs: Partial<ApprovalGrant>): ApprovalView {
  const grant: ApprovalGrant = {
    atMs: at(5),
    by: ben,
    eventId: 'granted-1',
    binds: [{ action: 'crm:write' }],
    expMs: undefined,
    maxUses: undefined,
    requester: undefined,
    ticket: undefined,
    ...differs,
  };
  return approval('a2', { grants: [grant] });
}

interface Given {
  readonly chain?: Partial<ChainView>;
  readonly config?: object;
  readonly rules?: object;
  readonly people?: typeof strangers;
}

function judge(actions: readonly Partial<ActionView>[], given: Given = {}) {
  const seen = actions.map((one, index) =>
    action({ id: `call-${index}`, eventIds: [`event-${index}`], ...one }),
  );
  return look(
    actionAfterDeny,
    {
      on: 'chain',
      chain: chain({ actions: seen, ...given.chain }),
      feeds: livelyFeeds,
      policy: policy(given.rules),
      people: given.people ?? strangers,
    },
    given.config,
  );
}

const kinds = (found: ReturnType<typeof judge>) => found.map(({ kind }) => kind);
const afterPolicy = { chain: { decisions: [decision()] } };

it('says what was refused, by whom, and how it was done', () => {
  expect(judge([way], afterPolicy)).toEqual([
    {
      subject: { kind: 'token', key: token('root').key, label: 'root' },
      fact: 'done-another-way',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did crm:write on crm/records/7, after tool:update_record had been refused there',
      atMs: at(10),
      evidence: {
        action: 'crm:write',
        target: 'crm/records/7',
        effect: 'write',
        outcome: 'accepted',
        doneAt: '2026-01-05T08:10:00.000Z',
        refused: 'tool:update_record',
        refusedAt: '2026-01-05T08:02:00.000Z',
        refusedBy: 'policy',
        refuser: 'rules',
        differs: ['tool'],
        afterSeconds: 480,
        actions: ['crm:write'],
        actionCount: 1,
      },
      eventIds: ['event-0', 'decision-1'],
      settlesAtMs: at(20),
      revoke: token('root').ref,
      shownBy: 'call-0',
    },
  ]);
});

describe('policy says no', () => {
  it.each<[string, Partial<DecisionView>, number]>([
    ['to this by this agent: that is told elsewhere', { action: { name: 'crm:write' } }, 0],
    [
      'to the person in whose name it is',
      { action: { name: 'crm:write' }, subject: { type: 'user', id: 'ann@example' } },
      0,
    ],
    ['to the client', { action: { name: 'crm:write' }, subject: { type: 'client', id: 'crm-client' } }, 0],
    [
      'to this by another agent',
      { action: { name: 'crm:write' }, subject: { type: 'agent', id: 'agent/x' } },
      1,
    ],
    ['by the whole name of the thing', { resource: { type: 'record', id: 'crm/records/7' } }, 1],
    ['about another thing', { resource: { type: 'crm', id: 'records/8' } }, 0],
    ['about the system', { resource: { type: 'system', id: 'crm' } }, 0],
    ['to reading', { action: { name: 'tool:get_record' } }, 0],
    ['to deleting', { action: { name: 'tool:delete_record' } }, 0],
    ['to something nobody knows', { action: { name: 'tool:frob' } }, 0],
    ['afterwards', { atMs: at(10) }, 0],
    ['yes', { allowed: true }, 0],
  ])('%s', (_, differs, count) => {
    expect(judge([way], { chain: { decisions: [decision(differs)] } })).toHaveLength(count);
  });

  it('knows what a tool does by policy', () => {
    const decisions = [decision({ action: { name: 'tool:frob' }, policy: undefined })];
    const rules = { effects: [{ action: 'tool:frob', effect: 'write' }] };
    expect(judge([way], { chain: { decisions }, rules })).toMatchObject([{ evidence: { refuser: null } }]);
  });
});

describe('a person says no', () => {
  it.each<[string, Partial<Binding>, Principal | undefined, Partial<ActionView>, readonly string[]]>([
    ['and another one does it', {}, desk, {}, ['actor']],
    ['and it is done by another tool', { action: 'tool:update_record' }, bot, {}, ['tool']],
    ['and the asker does it: that is told elsewhere', {}, bot, {}, []],
    ['and nobody knows who asked', {}, undefined, {}, []],
    ['to other facts', { facts: { amount: 5 } }, desk, { details: { amount: 6 } }, []],
    [
      'to the record',
      { target: undefined, facts: { record: 'R7' } },
      desk,
      { details: { record: 'R7' } },
      ['actor'],
    ],
    [
      'to the arguments',
      { target: undefined, argsHash: 'sha256:a' },
      desk,
      { argsHash: 'sha256:a' },
      ['actor'],
    ],
    ['to the agent that asked', { actor: 'agent/desk' }, desk, {}, ['actor']],
    ['to all of its kind', { target: undefined }, desk, {}, []],
  ])('%s', (_, binding, asker, differs, expected) => {
    const { target, ...rest } = { target: 'records/7', ...binding };
    const held = refused(target === undefined ? rest : { ...rest, target }, asker);
    const denials = held.denials.map((step) => ({
      ...step,
      binds: (step.binds ?? []).map(({ target: bound, ...one }) =>
        target === undefined || bound === undefined ? one : { ...one, target },
      ),
    }));
    const requests =
      asker === undefined ? [{ atMs: at(1), by: undefined, eventId: 'asked-1' }] : held.requests;
    const found = judge([{ ...way, ...differs }], { chain: { approvals: [{ ...held, denials, requests }] } });
    expect(found.map(({ evidence }) => evidence['differs'])).toEqual(expected.length === 0 ? [] : [expected]);
  });

  it('pages, and names who refused', () => {
    expect(judge([way], { chain: { approvals: [refused({}, desk)] } })).toMatchObject([
      {
        kind: 'alert',
        evidence: { refusedBy: 'approver', refuser: 'ben@example' },
        eventIds: ['event-0', 'refused-1'],
      },
    ]);
  });

  it('says nothing where a refusal does not say to what', () => {
    const held = approval('a1', { denials: [{ atMs: at(2), by: undefined, eventId: 'refused-1' }] });
    expect(judge([way], { chain: { approvals: [held] } })).toEqual([]);
  });
});

describe('a target says no', () => {
  const denied: Partial<ActionView> = { atMs: at(2), outcome: 'denied', target: record7 };

  it.each<[string, Partial<ActionView>, Partial<ActionView>, readonly string[]]>([
    ['to another tool', {}, {}, ['tool']],
    ['to another agent', way, { actor: desk }, ['actor']],
    ['to another token that was there before', way, { token: token('other') }, ['token']],
    ['to a token, and a fresh one was minted', way, { token: token('other', { iatMs: at(2) }) }, []],
    ['and is asked again', way, {}, []],
    ['to nobody in particular', { ...way, actor: undefined, token: undefined }, { actor: desk }, []],
    [
      'about the same record',
      { target: undefined, details: { record: 'R7' } },
      { target: undefined, details: { record: 'R7' } },
      ['tool'],
    ],
    [
      'about the same arguments',
      { target: undefined, argsHash: 'sha256:a' },
      { target: undefined, argsHash: 'sha256:a' },
      ['tool'],
    ],
    ['about another resource', { target: { system: 'crm', resource: 'records/8' } }, {}, []],
    ['in another system', { target: { system: 'erp', resource: 'records/7' } }, {}, []],
    ['about a system', { target: { system: 'crm' } }, { target: { system: 'crm' } }, []],
    ['to reading', { effect: 'read' }, {}, []],
    ['as the platform', { platform: true }, {}, []],
    ['by failing', { outcome: 'failed' }, {}, []],
    ['afterwards', { atMs: at(10) }, {}, []],
  ])('%s', (_, before, differs, expected) => {
    const found = judge(
      [
        { ...denied, ...before, outcome: before.outcome ?? 'denied' },
        { ...way, ...differs },
      ].map((one, index) => ({ ...one, atMs: index === 0 ? (before.atMs ?? at(2)) : at(10) })),
    );
    expect(found.map(({ evidence }) => evidence['differs'])).toEqual(expected.length === 0 ? [] : [expected]);
  });

  it('is only a signal: it may be the wrong door', () => {
    expect(judge([denied, way])).toMatchObject([
      { kind: 'signal', severity: 'low', evidence: { refusedBy: 'target', refuser: 'crm' } },
    ]);
  });

  it('weighs less than policy', () => {
    expect(judge([denied, way], afterPolicy)).toMatchObject([
      { kind: 'alert', evidence: { refusedBy: 'policy' } },
    ]);
  });

  it('knows one agent by its names', () => {
    const people = { ...strangers, same: () => true };
    expect(
      judge(
        [
          { ...way, atMs: at(2), outcome: 'denied' },
          { ...way, actor: desk },
        ],
        { people },
      ),
    ).toEqual([]);
  });

  it('names the tool’s server, or nobody', () => {
    const nowhere = { atMs: at(2), outcome: 'denied', target: undefined, argsHash: 'sha256:a' } as const;
    const again = { ...way, target: undefined, argsHash: 'sha256:a' };
    expect(judge([{ ...nowhere, tool: { name: 'x', server: 'mcp' } }, again])).toMatchObject([
      { evidence: { refuser: 'mcp' } },
    ]);
    const [found] = judge([nowhere, again]);
    expect(found).toMatchObject({ evidence: { refuser: null } });
    expect(found?.title).toContain('on the same arguments');
  });
});

describe('somebody says yes in between', () => {
  it.each<[string, Partial<DecisionView>, number]>([
    ['to the deed', { action: { name: 'crm:write' } }, 0],
    ['to whoever does it', {}, 0],
    ['about the whole name of the thing', { resource: { type: 'record', id: 'crm/records/7' } }, 0],
    ['about the system', { resource: { type: 'system', id: 'crm' } }, 0],
    ['about another thing', { resource: { type: 'crm', id: 'records/8' } }, 1],
    [
      'to another deed of another',
      { action: { name: 'crm:x' }, subject: { type: 'agent', id: 'agent/x' } },
      1,
    ],
    ['before the refusal', { atMs: at(1) }, 1],
    ['too late, past the skew', { atMs: at(11) + 1 }, 1],
    ['just in time', { atMs: at(11) }, 0],
  ])('policy: %s', (_, differs, count) => {
    const yes = decision({ atMs: at(5), allowed: true, eventId: 'decision-2', ...differs });
    expect(judge([way], { chain: { decisions: [decision(), yes] } })).toHaveLength(count);
  });

  it.each<[string, Partial<ApprovalGrant>, number]>([
    ['to the deed', {}, 0],
    ['to another deed', { binds: [{ action: 'crm:x' }] }, 1],
    ['to another thing', { binds: [{ action: 'crm:write', target: 'records/8' }] }, 1],
    ['before the refusal', { atMs: at(1) }, 1],
    ['too late', { atMs: at(12) }, 1],
  ])('a person: %s', (_, differs, count) => {
    const given = { chain: { decisions: [decision()], approvals: [granted(differs)] } };
    expect(judge([way], given)).toHaveLength(count);
  });

  it('while the call is held', () => {
    const given = { chain: { decisions: [decision()], approvals: [granted({ atMs: at(14) })] } };
    expect(judge([{ ...way, endedMs: at(15) }], given)).toEqual([]);
  });
});

describe('what pages', () => {
  it.each<[string, Partial<ActionView>, string, readonly string[]]>([
    ['a write', {}, 'tool:update_record', ['alert']],
    ['a deletion', { effect: 'delete' }, 'tool:delete_record', ['alert']],
    ['a read', { effect: 'read' }, 'tool:get_record', ['signal']],
    ['refused as well', { outcome: 'denied' }, 'tool:update_record', []],
    ['failed', { outcome: 'failed' }, 'tool:update_record', []],
    ['the platform’s', { platform: true }, 'tool:update_record', []],
    [
      'what the system tells of a call',
      { kind: 'change', needs: undefined, action: 'change' },
      'tool:update_record',
      [],
    ],
  ])('%s', (_, differs, name, expected) => {
    const decisions = [decision({ action: { name } })];
    expect(kinds(judge([{ ...way, ...differs }], { chain: { decisions } }))).toEqual(expected);
  });

  it.each([
    ['past the skew', 9, 'alert'],
    ['within the skew, where nobody knows which was first', 9.001, 'signal'],
  ])('%s', (_, minutes, kind) => {
    expect(kinds(judge([way], { chain: { decisions: [decision({ atMs: at(minutes) })] } }))).toEqual([kind]);
  });

  it('at once after a person, who was asked before', () => {
    const held = refused({}, desk);
    const denials = held.denials.map((step) => ({ ...step, atMs: at(9.5) }));
    expect(kinds(judge([way], { chain: { approvals: [{ ...held, denials }] } }))).toEqual(['alert']);
  });

  it.each([
    ['within the time that counts', 480, 1],
    ['longer ago', 479, 0],
  ])('%s', (_, withinSeconds, count) => {
    expect(judge([way], { ...afterPolicy, config: { withinSeconds } })).toHaveLength(count);
  });
});

it('reads a bounded number of refusals of one thing', () => {
  const decisions = Array.from({ length: 100 }, (_, index) =>
    decision({ eventId: `decision-${index}`, action: { name: `tool:update_${index}` } }),
  );
  expect(judge([way], { chain: { decisions } })).toHaveLength(1);
});

it('has nothing to say without refusals, of the platform, and of single actions', () => {
  expect(judge([way])).toEqual([]);
  expect(judge([way], { chain: { decisions: [decision()], platform: true } })).toEqual([]);
  expect(look(actionAfterDeny, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
