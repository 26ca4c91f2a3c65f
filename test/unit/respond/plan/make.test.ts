import { describe, expect, it } from 'vitest';
import type { LineageToken } from '../../../../src/domain/reach.ts';
import type { CascadeInput, JudgeContext } from '../../../../src/respond/plan/index.ts';
import { makePlans, noUsage } from '../../../../src/respond/plan/index.ts';
import {
  bad,
  cascadeFrom,
  contextOf,
  first,
  limits,
  nowMs,
  personTrigger,
  planner,
  policyOf,
  signIn,
  token,
  wish,
} from './support.ts';

const child = token('child', ['bad']);
const doubtful = token('doubtful', [{ jti: 'bad', level: 4 }]);
const inFamily = { ...bad, family: 'f' };

function made(
  tokens: readonly LineageToken[],
  context: Partial<JudgeContext> = {},
  input: Partial<CascadeInput> = {},
) {
  return makePlans(cascadeFrom('bad', [signIn, first, ...tokens], input), contextOf(context));
}

function shape(plans: ReturnType<typeof made>) {
  return plans.map(({ verdict, steps }) => [verdict, steps.map(({ label }) => label)]);
}

function atMost(over: object): Partial<JudgeContext> {
  return { config: { ...contextOf().config, limits: limits(over) } };
}

it('is one plan, with everything that a person would want to know', () => {
  const [plan] = made([bad, child]);
  expect(plan).toMatchObject({
    tenant: 'acme',
    chainId: 'chn_1',
    madeMs: nowMs,
    expiresMs: nowMs + 3_600_000,
    dryRun: false,
    verdict: 'act',
    reasons: [],
    approvals: 0,
  });
  expect(plan?.id).toMatch(/^pln_[0-9a-f]{32}$/);
  expect(plan?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(plan?.survivors.map(({ label }) => label)).toEqual(['first', 'sign-in']);
});

describe('two plans', () => {
  it('does what is sure and proposes the rest', () => {
    const plans = made([bad, child, doubtful]);
    expect(shape(plans)).toEqual([
      ['act', ['bad', 'child']],
      ['propose', ['doubtful']],
    ]);
    expect(plans[1]).toMatchObject({ approvals: 1, reasons: [expect.stringContaining('level 4')] });
    expect(plans[0]?.id).not.toBe(plans[1]?.id);
    const waiting = {
      label: 'doubtful',
      reason: expect.stringMatching(/^it waits for a person: a link of level 4/),
    };
    expect(plans[0]?.survivors.slice(0, 1)).toEqual([expect.objectContaining(waiting)]);
    expect(plans[1]?.survivors.map(({ label }) => label)).toEqual(['first', 'sign-in']);
  });

  it('does what mints at the violation when all of it would be too much', () => {
    const plans = made([inFamily, child, token('second', ['bad'])], atMost({ perAction: 2 }));
    expect(shape(plans)).toEqual([
      ['act', ['refresh family f', 'bad']],
      ['propose', ['child', 'second']],
    ]);
    expect(plans[1]?.reasons).toEqual(['it takes 4 targets; at most 2 go without a person']);
  });

  it('does what mints at the violation when more may not be done just now', () => {
    const policy = policyOf({
      changeFreezes: [
        { environments: ['prod'], during: { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' } },
      ],
    });
    const inTest = { ...bad, environment: 'test' };
    const inProd = { ...child, environment: 'prod' };
    expect(shape(made([inTest, inProd], { policy }, { policy }))).toEqual([
      ['act', ['bad']],
      ['propose', ['child']],
    ]);
  });

  it('does nothing by halves where something speaks against every part', () => {
    expect(shape(made([bad, child, doubtful], { mode: 'propose' }))).toEqual([
      ['propose', ['bad', 'child', 'doubtful']],
    ]);
    const open = {
      ...atMost({ breaker: { actions: 1 }, perAction: 1 }),
      usage: { ...noUsage, plansActed: 1 },
    };
    expect(shape(made([bad, child], open))).toEqual([['propose', ['bad', 'child']]]);
    expect(shape(made([bad, child, doubtful], { wish: wish({}, { settled: false }) }))).toEqual([
      ['refuse', ['bad', 'child', 'doubtful']],
    ]);
  });

  it('waits with everything for a source that waits', () => {
    expect(shape(made([{ ...bad, standing: true }, child]))).toEqual([['propose', ['bad', 'child']]]);
    expect(shape(made([inFamily, child], atMost({ perAction: 1 })))).toEqual([
      ['propose', ['refresh family f', 'bad', 'child']],
    ]);
  });

  it('is one plan for a person', () => {
    const plans = made([bad, doubtful], { wish: undefined }, { trigger: personTrigger() });
    expect(shape(plans)).toEqual([['act', ['bad', 'doubtful']]]);
  });

  it('is one plan for a person who needs another one', () => {
    const asked = { ...atMost({ perAction: 1 }), wish: undefined };
    expect(shape(made([bad, child], asked, { trigger: personTrigger() }))).toEqual([
      ['propose', ['bad', 'child']],
    ]);
  });

  it('refuses as one plan', () => {
    const policy = policyOf({ protected: { principals: ['agent:worker'] } });
    expect(shape(made([bad, child], { policy }, { policy }))).toEqual([['refuse', ['bad']]]);
  });
});

describe('the digest', () => {
  const digest = (
    tokens: readonly LineageToken[],
    ...more: [Partial<JudgeContext>?, Partial<CascadeInput>?]
  ) => made(tokens, ...more)[0]?.digest;
  const one = digest([bad, child]);

  it('is of what is done, not of when or why no more', () => {
    expect(digest([child, bad], { nowMs: nowMs + 1, mode: 'propose' }, { nowMs: nowMs + 1 })).toBe(one);
    expect(digest([bad, { ...child, label: 'other words', expiresMs: nowMs + 5 }])).toBe(one);
  });

  it('differs with the cut-off of a subject', () => {
    const at = (cutOffMs: number) =>
      digest([bad], {}, { source: { kind: 'subject', subject: planner, cutOffMs } });
    expect(at(nowMs)).not.toBe(at(nowMs + 1));
  });

  it('differs in a rehearsal', () => {
    expect(digest([bad, child], { config: { ...contextOf().config, dryRun: true } })).not.toBe(one);
  });

  it('differs with tenant, cause, connector and steps', () => {
    const differing = [
      digest([bad]),
      digest([bad, child], {}, { tenant: 'other' }),
      digest([bad, child], {}, { trigger: personTrigger() }),
      digest([bad, child], {}, { connectors: [] }),
      digest([bad, { ...child, issuedMs: 0 }, token('z', ['bad'])]),
      digest([bad, child, token('z', ['bad'], { issuedMs: 0 })]),
    ];
    expect(new Set([one, ...differing]).size).toBe(differing.length + 1);
  });
});
