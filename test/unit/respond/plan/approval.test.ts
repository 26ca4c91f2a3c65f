import { describe, expect, it } from 'vitest';
import type { Plan, PlanDecision } from '../../../../src/domain/response.ts';
import { type ApprovalContext, judgeApproval, makePlans } from '../../../../src/respond/plan/index.ts';
import {
  alice,
  bad,
  cascadeFrom,
  contextOf,
  first,
  nowMs,
  personTrigger,
  planner,
  policyOf,
  signIn,
  worker,
} from './support.ts';

const cascade = cascadeFrom('bad', [signIn, first, bad]);
const proposed = makePlans(cascade, contextOf({ mode: 'propose' }))[0] as Plan;
const byTwo: Plan = { ...proposed, approvals: 2 };

function word(by: string, over: Partial<PlanDecision> = {}): PlanDecision {
  return {
    tenant: 'acme',
    planId: proposed.id,
    digest: proposed.digest,
    verb: 'approve',
    keyId: `key_${by}`,
    by,
    atMs: nowMs,
    reason: 'seen',
    ...over,
  };
}

function said(
  decision: PlanDecision,
  {
    plan = proposed,
    earlier = [] as readonly PlanDecision[],
    ...over
  }: Partial<ApprovalContext> & {
    plan?: Plan;
    earlier?: readonly PlanDecision[];
  } = {},
) {
  return judgeApproval(plan, earlier, decision, {
    parties: cascade.parties,
    policy: policyOf({}),
    nowMs,
    ...over,
  });
}

it('takes one word for one, and two for two', () => {
  expect(said(word('bob'))).toEqual({ kind: 'approved', approvedBy: ['bob'] });
  expect(said(word('bob'), { plan: byTwo })).toEqual({ kind: 'waiting', approvedBy: ['bob'], missing: 1 });
  const earlier = [word('bob')];
  expect(said(word('carol'), { plan: byTwo, earlier })).toEqual({
    kind: 'approved',
    approvedBy: ['bob', 'carol'],
  });
});

it('takes no for no, for ever', () => {
  expect(said(word('bob', { verb: 'deny' }))).toEqual({ kind: 'denied' });
  const earlier = [word('bob', { verb: 'deny' })];
  expect(said(word('carol'), { earlier })).toEqual({ kind: 'refused', reason: 'bob has denied it' });
  const denied = { plan: byTwo, earlier: [word('bob'), word('carol', { verb: 'deny' })] };
  expect(said(word('dave'), denied).kind).toBe('refused');
});

describe('what is refused', () => {
  it.each<[string, Partial<PlanDecision>, string]>([
    ['another digest', { digest: 'f'.repeat(64) }, 'its digest differs'],
    ['another plan', { planId: 'pln_x' }, 'another plan'],
    ['another tenant', { tenant: 'other' }, 'another plan'],
    ['nobody', { keyId: ' ' }, 'nobody says who'],
    ['no name', { by: '' }, 'nobody says who'],
  ])('refuses a word with %s', (_, over, reason) => {
    for (const verb of ['approve', 'deny'] as const) {
      expect(said(word('bob', { verb, ...over }))).toEqual({
        kind: 'refused',
        reason: expect.stringContaining(reason),
      });
    }
  });

  it('refuses what comes too late, or after enough', () => {
    expect(said(word('bob'), { nowMs: proposed.expiresMs - 1 }).kind).toBe('approved');
    expect(said(word('bob'), { nowMs: proposed.expiresMs })).toMatchObject({
      reason: expect.stringContaining('expired'),
    });
    expect(said(word('carol'), { earlier: [word('bob')] })).toEqual({
      kind: 'refused',
      reason: 'it has been approved',
    });
  });

  it.each(['act', 'refuse', 'observe', 'alert'] as const)(
    'refuses a word on a plan of verdict %s',
    (verdict) => {
      expect(said(word('bob'), { plan: { ...proposed, verdict } }).kind).toBe('refused');
    },
  );

  it('counts nobody twice: not by key, nor by name, nor by alias', () => {
    const again = (decision: PlanDecision, policy = policyOf({})) =>
      said(decision, { plan: byTwo, earlier: [word('bob')], policy }).kind;
    expect(again(word('robert', { keyId: 'key_bob' }))).toBe('refused');
    expect(again(word('Bob ', { keyId: 'key_2' }))).toBe('refused');
    expect(again(word('user:bob', { keyId: 'key_2' }))).toBe('refused');
    expect(again(word('bob@acme.example', { keyId: 'key_2' }))).toBe('refused');
    expect(again(word('robert'), policyOf({ aliases: [['bob', 'robert']] }))).toBe('refused');
    expect(again(word('robert'))).toBe('approved');
  });

  it('counts no earlier word that was not to be counted', () => {
    const uncounted = [
      word('alice'),
      word('dave', { digest: 'f'.repeat(64) }),
      word('erin', { atMs: proposed.expiresMs }),
      word('alice', { verb: 'deny' }),
    ];
    for (const earlier of uncounted) {
      expect(said(word('bob'), { plan: byTwo, earlier: [earlier] })).toMatchObject({
        kind: 'waiting',
        missing: 1,
      });
    }
  });
});

describe('whoever it is about', () => {
  it.each(['alice', 'Alice', 'user:alice', 'alice@acme.example', 'agent:planner', 'worker'])(
    'neither approves nor denies it: %s',
    (by) => {
      for (const verb of ['approve', 'deny'] as const) {
        expect(said(word(by, { verb }))).toEqual({
          kind: 'refused',
          reason: expect.stringContaining('whom the plan is about'),
        });
      }
    },
  );

  it('is known by the id of the key, by name and by alias, too', () => {
    expect(said(word('bob', { keyId: 'agent:worker' })).kind).toBe('refused');
    const parties = [{ ...alice, id: 'u-1', name: 'Bob' }];
    expect(said(word('bob'), { parties }).kind).toBe('refused');
    expect(said(word('bob'), { policy: policyOf({ aliases: [['bob', 'user:alice']] }) }).kind).toBe(
      'refused',
    );
    const chained = policyOf({
      aliases: [
        ['bob', 'x'],
        ['x', 'user:alice'],
      ],
    });
    expect(said(word('bob'), { policy: chained }).kind).toBe('refused');
  });

  it('does not send a delegate', () => {
    const to = (patterns: string[]) => policyOf({ trust: { delegates: [{ from: 'user:*', to: patterns }] } });
    expect(said(word('bob'), { policy: to(['bo*']) })).toEqual({
      kind: 'refused',
      reason: 'bob may act for user:alice, whom the plan is about',
    });
    expect(said(word('bob'), { policy: to(['agent:*']) }).kind).toBe('approved');
    // Anybody may act for anybody there: then nobody could decide.
    expect(said(word('bob'), { policy: to(['*']) }).kind).toBe('approved');
  });

  it('lists who holds what, and for whom', () => {
    expect(cascade.parties).toEqual([planner, worker, alice]);
  });
});

describe('whoever asked for it', () => {
  const asked: Plan = { ...byTwo, trigger: personTrigger('bob') };

  it('may take it back, and not approve it', () => {
    expect(said(word('bob'), { plan: asked })).toEqual({
      kind: 'refused',
      reason: 'bob asked for it: another person must approve',
    });
    expect(said(word('bob', { verb: 'deny' }), { plan: asked })).toEqual({ kind: 'denied' });
    expect(said(word('carol'), { plan: asked }).kind).toBe('waiting');
  });
});
