import { describe, expect, it } from 'vitest';
import { principalKey } from '../../../../src/domain/principal.ts';
import type { LineageToken } from '../../../../src/domain/reach.ts';
import type { CascadeInput, JudgeContext, Usage } from '../../../../src/respond/plan/index.ts';
import { judge, noUsage } from '../../../../src/respond/plan/index.ts';
import {
  bad,
  cascadeFrom,
  connector,
  contextOf,
  first,
  keyOf,
  limits,
  nowMs,
  personTrigger,
  planner,
  policyOf,
  signIn,
  token,
  wish,
  worker,
} from './support.ts';

const child = token('child', ['bad']);

interface Case extends Partial<JudgeContext> {
  readonly tokens?: readonly LineageToken[];
  readonly input?: Partial<CascadeInput>;
}

function judged({ tokens = [child], input = {}, ...context }: Case = {}) {
  const cascade = cascadeFrom('bad', [signIn, first, bad, ...tokens], input);
  return judge(cascade, cascade.foreseen, contextOf(context));
}

function limited(over: object, usage: Partial<Usage> = {}, rest: Case = {}) {
  const config = { ...contextOf().config, limits: limits(over) };
  return judged({ ...rest, config, usage: { ...noUsage, liveTokens: 10_000, ...usage } });
}

it('acts when nothing speaks against it', () => {
  expect(judged()).toEqual({ verdict: 'act', reasons: [], approvals: 0 });
});

describe('what is refused', () => {
  const config = { ...contextOf().config, killSwitch: true };
  it.each<[string, Case, string]>([
    ['imported history', { imported: true }, 'imported history never revokes'],
    [
      'a statistical finding',
      { wish: wish({}, { basis: 'statistical' }) },
      'a statistical finding never revokes',
    ],
    ['a provisional alert', { wish: wish({}, { settled: false }) }, 'the alert is not settled'],
    ['a signal', { wish: wish({}, { kind: 'signal' }) }, 'the alert is not settled'],
    [
      'a link that informs',
      { wish: wish({ linkLevel: 5 }) },
      'it rests on a link of level 5, which only informs',
    ],
    ['anything under the kill switch', { config }, 'the kill switch is on'],
    ['a wish of which nothing is known', { wish: undefined }, 'nothing says what it rests on'],
    ['nothing', { input: { nowMs: nowMs + 3_600_000 } }, 'it has expired by itself'],
    [
      'the authority of the protected',
      { input: { policy: policyOf({ protected: { principals: ['agent:worker'] } }) } },
      'policy protects agent:worker',
    ],
  ])('refuses %s', (_, what, reason) => {
    expect(judged(what)).toMatchObject({ verdict: 'refuse', reasons: [reason], approvals: 0 });
  });

  it('tells an end by itself from an end by others', () => {
    const cascade = cascadeFrom('bad', [signIn, first, { ...bad, revokedMs: nowMs }]);
    expect(judge(cascade, cascade.foreseen, contextOf()).reasons).toEqual(['nothing is left to end']);
  });
});

describe('what is proposed', () => {
  it.each<[string, Case, string]>([
    [
      'a link that is not trusted',
      { wish: wish({ revocable: false }) },
      'a link it rests on is not trusted enough',
    ],
    [
      'a low severity',
      { wish: wish({ severity: 'medium' }) },
      'its severity is medium, automatic revocation begins at',
    ],
    [
      'what is not read to its end',
      { input: { lineage: { tenant: 'acme', tokens: [bad], isCut: true } } },
      'it reaches further',
    ],
    ['what nobody can end', { input: { connectors: [] } }, 'bad and 1 more: no connector is configured'],
    [
      'a doubtful step',
      { tokens: [token('x', [{ jti: 'bad', level: 4 }])] },
      'x: a link of level 4 leads to it',
    ],
    ['a detector that proposes', { mode: 'propose' }, 'scope-creep is in mode propose'],
  ])('proposes %s', (_, what, reason) => {
    const { verdict, approvals, reasons } = judged(what);
    expect({ verdict, approvals }).toEqual({ verdict: 'propose', approvals: 1 });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(reason);
  });

  it.each(['observe', 'alert'] as const)('only shows it in mode %s', (mode) => {
    expect(judged({ mode, wish: wish({ severity: 'low' }) })).toMatchObject({ verdict: mode, approvals: 0 });
  });

  it('gives all reasons, the strictest first', () => {
    const { verdict, reasons } = judged({ imported: true, mode: 'observe', wish: wish({ severity: 'low' }) });
    expect(verdict).toBe('refuse');
    expect(reasons.map((reason) => reason.slice(0, 8))).toEqual(['imported', 'scope-cr', 'its seve']);
  });
});

describe('limits', () => {
  it.each<[string, object, Partial<Usage>]>([
    ['2 targets; at most 1', { perAction: 1 }, {}],
    ['11 targets of this chain', { perChain: 10 }, { takenInChain: 9 }],
    ['101 of 10000 live tokens', {}, { takenInTenant: 99 }],
    ['12 of 500 live tokens', { share: { floor: 11 } }, { takenInTenant: 10, liveTokens: 500 }],
    ['2 of an unknown number of live tokens', { share: { floor: 1 } }, { liveTokens: undefined }],
    [
      '11 targets of agent:worker',
      { perPrincipal: 10 },
      { takenByHolder: new Map([[principalKey(worker), 9]]) },
    ],
    [
      '2 principals would have lost',
      { principals: 1 },
      { takenByHolder: new Map([[principalKey(planner), 1]]) },
    ],
  ])('proposes what would pass: %s', (reason, over, usage) => {
    const { verdict, reasons } = limited(over, usage);
    expect(verdict).toBe('propose');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(reason);
  });

  it.each<[string, object, Partial<Usage>]>([
    ['perAction', { perAction: 2 }, {}],
    ['perChain', { perChain: 11 }, { takenInChain: 9 }],
    ['share', {}, { takenInTenant: 98 }],
    ['floor', { share: { floor: 12 } }, { takenInTenant: 10, liveTokens: 500 }],
    ['perPrincipal', { perPrincipal: 11 }, { takenByHolder: new Map([[principalKey(worker), 9]]) }],
    ['principals', { principals: 1 }, { takenByHolder: new Map([[principalKey(worker), 1]]) }],
    ['breaker', { breaker: { actions: 2 } }, { plansActed: 1 }],
    ['failures, too few to tell', { breaker: { failuresMin: 3 } }, { failed: 2 }],
  ])('reaches a limit without passing it: %s', (_, over, usage) => {
    expect(limited(over, usage).verdict).toBe('act');
  });

  it('counts the principals of one plan', () => {
    const other = token('other', ['bad'], { holder: planner });
    const { reasons } = limited({ principalsPerAction: 1 }, {}, { tokens: [other] });
    expect(reasons).toEqual(['it takes tokens of 2 principals; at most 1 lose some without a person']);
  });

  it.each<[string, object, Partial<Usage>]>([
    ['child was given back', {}, { undoneMs: new Map([[keyOf('child'), nowMs - 1]]) }],
    ['something of this chain was given back less than an hour ago', {}, { chainUndoneMs: nowMs - 1 }],
    ['breaker is open: 2 plans', { breaker: { actions: 2 } }, { plansActed: 2 }],
    [
      'breaker is open: 2 of 4 revocations within 10 minutes',
      { breaker: { failuresMin: 4 } },
      { failed: 2, ended: 2 },
    ],
  ])('waits for a person: %s', (reason, over, usage) => {
    const { verdict, reasons } = limited(over, usage);
    expect(verdict).toBe('propose');
    expect(reasons[0]).toContain(reason);
  });

  it('ends a cool-down with its time, and has none when that is 0', () => {
    expect(limited({ coolDownSeconds: 60 }, { chainUndoneMs: nowMs - 60_000 }).verdict).toBe('act');
    expect(limited({ coolDownSeconds: 0 }, { chainUndoneMs: nowMs }).verdict).toBe('act');
  });
});

describe('freezes and windows', () => {
  const freeze = (over: object = {}) => ({
    changeFreezes: [{ during: { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' }, ...over }],
  });
  const inTest = [token('child', ['bad'], { environment: 'test' })];

  it('proposes during a freeze', () => {
    expect(judged({ policy: policyOf(freeze()) }).reasons).toEqual([
      'changes are frozen where it would take effect',
    ]);
    expect(judged({ policy: policyOf(freeze()), nowMs: nowMs + 86_400_000 }).verdict).toBe('act');
    expect(judged({ policy: policyOf(freeze({ except: ['chainwarden'] })) }).verdict).toBe('act');
  });

  it('asks where it takes effect, and takes an unknown place for any', () => {
    const policy = policyOf(freeze({ environments: ['prod*'] }));
    const placed = {
      input: {
        lineage: { tenant: 'acme', tokens: [{ ...bad, environment: 'test' }, ...inTest], isCut: false },
      },
    };
    expect(judged({ policy, ...placed }).verdict).toBe('act');
    expect(judged({ policy, tokens: inTest }).verdict).toBe('propose');
  });

  it('proposes outside the hours of the configuration', () => {
    // nowMs is a Monday at noon.
    const open = (from: string, to: string) =>
      limited({ changeWindows: [{ windows: [{ days: ['mon'], from, to }] }] });
    expect(open('08:00', '18:00').verdict).toBe('act');
    expect(open('13:00', '18:00').reasons[0]).toContain('outside the hours');
  });
});

describe('a person who asks', () => {
  const trigger = personTrigger('bob');
  const none = { wish: undefined, input: { trigger } };

  it('is asked nothing more, whatever holds a machine back', () => {
    const usage = { ...noUsage, takenInTenant: 1_000, plansActed: 1_000 };
    const tokens = [token('x', [{ jti: 'bad', level: 4 }])];
    expect(judged({ ...none, tokens, usage, mode: 'observe' })).toMatchObject({
      verdict: 'act',
      approvals: 0,
    });
  });

  it('needs another one when it is about the person who asks', () => {
    const asks = (by: string) => judged({ wish: undefined, input: { trigger: personTrigger(by) } });
    expect(asks('alice')).toMatchObject({ verdict: 'propose', approvals: 1 });
    const parties = [{ id: 'user:bob', kind: 'human' as const }];
    expect(judged({ ...none, parties })).toMatchObject({
      verdict: 'propose',
      approvals: 1,
      reasons: ['who asks may be user:bob, whom it is about'],
    });
  });

  it('needs another one for what is large or not read to its end', () => {
    const config = { ...contextOf().config, limits: limits({ perAction: 1 }) };
    expect(judged({ ...none, config })).toMatchObject({ verdict: 'propose', approvals: 1 });
    const lineage = { tenant: 'acme', tokens: [bad], isCut: true };
    expect(judged({ wish: undefined, input: { trigger, lineage } })).toMatchObject({
      verdict: 'propose',
      approvals: 1,
    });
  });

  it('needs another one for all that a subject has, and two where it is the asker', () => {
    const bot = { id: 'agent:bot', kind: 'agent' } as const;
    const source = { kind: 'subject', subject: bot, cutOffMs: nowMs } as const;
    const asked = (by: string) => judged({ wish: undefined, input: { trigger: personTrigger(by), source } });
    expect(asked('bob')).toMatchObject({ verdict: 'propose', approvals: 1 });
    expect(asked('alice')).toMatchObject({ verdict: 'propose', approvals: 2 });
    expect(judged({ input: { source } })).toMatchObject({ verdict: 'propose', approvals: 2 });
  });

  it('is refused what policy protects, what is over and what nothing can end', () => {
    const policy = policyOf({ protected: { principals: ['agent:worker'] } });
    expect(judged({ wish: undefined, input: { trigger, policy } }).verdict).toBe('refuse');
    expect(judged({ wish: undefined, input: { trigger, nowMs: nowMs + 3_600_000 } }).verdict).toBe('refuse');
    expect(judged({ wish: undefined, input: { trigger, connectors: [] } }).verdict).toBe('refuse');
    expect(
      judged({ wish: undefined, input: { trigger, connectors: [connector(['subject'])] } }).verdict,
    ).toBe('refuse');
  });
});
