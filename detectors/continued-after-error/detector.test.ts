import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import {
  action,
  bot,
  chain,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  startMs,
  token,
} from '../../test/support/views.ts';
import { continuedAfterError } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

interface Given {
  readonly rules?: object;
  readonly config?: object;
  readonly chain?: Partial<ChainView>;
}

/** A step of a rotation: vault by vault. */
function rotate(minutes: number, vault: number, differs: Partial<ActionView> = {}): Partial<ActionView> {
  return {
    atMs: at(minutes),
    kind: 'api',
    needs: 'vault:rotate',
    action: 'rotate',
    tool: undefined,
    target: { system: 'vault', resource: `kv/${vault}` },
    ...differs,
  };
}

const denied = rotate(1, 1, { outcome: 'denied' });

function judge(actions: readonly Partial<ActionView>[], given: Given = {}) {
  const seen = actions.map((one, index) =>
    action({ id: `call-${index}`, eventIds: [`event-${index}`], ...one }),
  );
  return look(
    continuedAfterError,
    {
      on: 'chain',
      chain: chain({ actions: seen, rootKey: 'the chain', ...given.chain }),
      feeds: livelyFeeds,
      policy: policy(given.rules ?? { stopOnError: ['vault:*'] }),
    },
    given.config,
  );
}

it('says what went on after what, and waits for a repetition', () => {
  expect(judge([denied, rotate(2, 2), rotate(3, 3)])).toEqual([
    {
      subject: { kind: 'chain', key: 'the chain', label: 'root' },
      fact: 'continued',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did vault:rotate although vault:rotate had been denied before',
      atMs: at(2),
      evidence: {
        action: 'vault:rotate',
        target: 'vault/kv/2',
        effect: 'write',
        outcome: 'accepted',
        doneAt: '2026-01-05T08:02:00.000Z',
        failedStep: 'vault:rotate',
        failedAt: '2026-01-05T08:01:00.000Z',
        failedTarget: 'vault/kv/1',
        failure: 'denied',
        afterSeconds: 60,
        actions: ['vault:rotate'],
        actionCount: 2,
      },
      eventIds: ['event-1', 'event-0', 'event-2'],
      settlesAtMs: at(12),
      revoke: token('root').ref,
      shownBy: 'call-1',
    },
  ]);
});

describe('an error that stops', () => {
  it.each<[string, Partial<ActionView>, number]>([
    ['denied', {}, 1],
    ['failed', { outcome: 'failed' }, 1],
    ['accepted', { outcome: 'accepted' }, 0],
    ['not heard of again', { outcome: 'unknown' }, 0],
    ['the platform’s', { platform: true }, 0],
    ['not named by policy', { needs: 'crm:write' }, 0],
    ['at an unknown place', { target: undefined }, 1],
  ])('%s', (_, differs, count) => {
    expect(judge([{ ...denied, ...differs }, rotate(2, 2)])).toHaveLength(count);
  });

  it('is nothing where policy names none', () => {
    expect(judge([denied, rotate(2, 2)], { rules: {} })).toEqual([]);
  });

  it('says that it failed', () => {
    const found = judge([{ ...denied, outcome: 'failed', target: undefined }, rotate(2, 2)]);
    expect(found[0]?.title).toContain('although vault:rotate had failed before');
    expect(found[0]?.evidence).toMatchObject({ failure: 'failed', failedTarget: null });
  });

  it.each([
    ['within the time it takes to react', at(1) + 2000, {}, 0],
    ['after it', at(1) + 2001, {}, 1],
    ['within the time that the configuration gives', at(2), { reactionSeconds: 60 }, 0],
    ['before it', at(0.5), {}, 0],
  ])('counts from its start: %s', (_, atMs, config, count) => {
    expect(judge([denied, { ...rotate(2, 2), atMs }], { config })).toHaveLength(count);
  });

  it('counts from its end where that is told', () => {
    const slow = { ...denied, outcome: 'failed', endedMs: at(3) } as const;
    expect(judge([slow, rotate(3, 2)])).toEqual([]);
    expect(judge([slow, rotate(4, 2)])).toHaveLength(1);
  });
});

describe('a repetition', () => {
  it.each<[string, Partial<ActionView>, number]>([
    ['goes through', {}, 0],
    ['is denied too', { outcome: 'denied' }, 1],
    ['is of another place', { target: { system: 'vault', resource: 'kv/9' } }, 1],
    ['is another’s', { actor: { id: 'agent/other', kind: 'agent' } }, 1],
  ])('%s', (_, differs, count) => {
    expect(judge([denied, rotate(2, 1, differs), rotate(3, 2)])).toHaveLength(count);
  });

  it('by the token’s actor, where nobody says who calls', () => {
    const nobody = { actor: undefined };
    expect(judge([{ ...denied, ...nobody }, rotate(2, 1, nobody), rotate(3, 2)])).toEqual([]);
  });

  it('does not excuse what was done before it', () => {
    expect(judge([denied, rotate(2, 2), rotate(3, 1)])).toMatchObject([
      { evidence: { target: 'vault/kv/2', actionCount: 1 } },
    ]);
  });

  it('does not excuse the next error', () => {
    expect(judge([denied, rotate(2, 1), rotate(3, 2, { outcome: 'denied' }), rotate(4, 3)])).toMatchObject([
      { evidence: { failedTarget: 'vault/kv/2' } },
    ]);
  });
});

describe('a further step', () => {
  const step = { atMs: at(5) };
  it.each<[string, Partial<ActionView>, string | undefined, string | undefined]>([
    ['named by policy', rotate(5, 2), 'alert', 'high'],
    ['named by policy, and it reads', rotate(5, 2, { effect: 'read' }), 'alert', 'high'],
    ['a write', step, 'alert', 'high'],
    ['a deletion', { ...step, effect: 'delete' }, 'alert', 'critical'],
    [
      'nobody knows what',
      { ...step, effect: 'unknown', needs: 'tool:frob', action: 'frob' },
      'signal',
      'low',
    ],
    ['a read', { ...step, effect: 'read' }, undefined, undefined],
    ['telling somebody', { ...step, needs: 'tool:notify_owner' }, undefined, undefined],
    ['clearing up', { ...step, needs: 'crm:rollback', effect: 'delete' }, undefined, undefined],
    ['clearing up what policy names', rotate(5, 2, { needs: 'vault:rollback' }), 'alert', 'high'],
    ['refused', { ...step, outcome: 'denied' }, undefined, undefined],
    ['failed', { ...step, outcome: 'failed' }, undefined, undefined],
    ['the platform’s', { ...step, platform: true }, undefined, undefined],
  ])('%s', (_, differs, kind, severity) => {
    const found = judge([denied, differs]);
    expect(found).toHaveLength(kind === undefined ? 0 : 1);
    if (kind !== undefined) expect(found).toMatchObject([{ kind, severity }]);
  });

  it('may follow under other names where the configuration says so', () => {
    expect(judge([denied, step], { config: { followUps: ['mail'] } })).toEqual([]);
  });

  it.each([
    ['by the same clock', {}, at(1) + 2001, 'alert'],
    ['by another clock, within the skew', { kind: 'tool' }, at(2) + 2000, 'signal'],
    ['by another clock, past the skew', { kind: 'tool' }, at(2) + 2001, 'alert'],
    ['by two clocks, within the skew', { eventIds: ['gateway', 'vault'] }, at(2) + 2000, 'signal'],
    ['by two clocks, past the skew', { eventIds: ['gateway', 'vault'] }, at(2) + 2001, 'alert'],
  ] as const)('comes after the error %s', (_, differs, atMs, kind) => {
    expect(judge([denied, rotate(5, 2, { ...differs, atMs })])).toMatchObject([{ kind }]);
  });

  const told = { kind: 'change', needs: undefined, action: 'change' } as const;
  it.each<[string, Partial<ActionView>, number]>([
    ['of a call before the error', rotate(5, 7, told), 0],
    ['of the request of such a call', rotate(5, 8, { ...told, httpRequestIds: ['h1'] }), 0],
    ['of nothing that was called', rotate(5, 8, { ...told, httpRequestIds: ['h2'] }), 1],
    ['of what was refused', rotate(5, 1, told), 1],
    ['without saying where', { atMs: at(5), ...told, target: undefined }, 1],
  ])('is told by a system: %s', (_, differs, count) => {
    expect(judge([rotate(0.5, 7, { httpRequestIds: ['h1'] }), denied, differs])).toHaveLength(count);
  });

  it.each([
    ['of the same task', 'a', 'a', 1],
    ['of another task', 'a', 'b', 0],
    ['of no task', 'a', undefined, 1],
    ['after an error of no task', undefined, 'b', 1],
  ])('%s', (_, task, own, count) => {
    expect(judge([{ ...denied, task }, rotate(2, 2, { task: own })])).toHaveLength(count);
  });

  it('is blamed on the error of its own task', () => {
    const errors = [
      { ...denied, task: 'a' },
      rotate(1.1, 7, { task: 'a', outcome: 'denied' }),
      rotate(1.2, 4, { outcome: 'denied', task: 'b' }),
    ];
    expect(judge([...errors, rotate(2, 2, { task: 'b' })])).toMatchObject([
      { evidence: { failedTarget: 'vault/kv/4' } },
    ]);
  });
});

it('has nothing to say of the platform, and of single actions', () => {
  expect(judge([denied, rotate(2, 2)], { chain: { platform: true } })).toEqual([]);
  expect(
    look(continuedAfterError, { on: 'action', action: action({ actor: bot }), policy: policy() }),
  ).toEqual([]);
});
