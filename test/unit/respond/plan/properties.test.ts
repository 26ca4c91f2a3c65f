import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LineageToken } from '../../../../src/domain/reach.ts';
import type { Plan, PlanStep } from '../../../../src/domain/response.ts';
import { planDigest } from '../../../../src/respond/plan/digest.ts';
import {
  type Cascade,
  type CascadeInput,
  type JudgeContext,
  makePlans,
  planCascade,
} from '../../../../src/respond/plan/index.ts';
import { aContext, anInput, ci } from './lineages.ts';
import { connector, keyOf, lineageOf, nowMs } from './support.ts';

const runs = { numRuns: 150 };

function tokenOf({ lineage }: CascadeInput, { target }: PlanStep): LineageToken | undefined {
  return target.kind === 'token' ? lineage.tokens.find(({ key }) => key === target.key) : undefined;
}

function sourceKey({ source }: CascadeInput): string {
  return source.kind === 'token' && 'jti' in source.ref ? keyOf(source.ref.jti) : '';
}

/** Everything from which links of at most that level lead up to one of `keys`: the slow and plain way. */
function below(
  tokens: readonly LineageToken[],
  keys: readonly string[],
  levelMax: number,
): ReadonlySet<string> {
  const found = new Set(keys);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { key, parents } of tokens) {
      if (parents.some((parent) => parent.level <= levelMax && found.has(parent.key))) found.add(key);
    }
  }
  return found;
}

/** Keys of what the source was made from, by the links in force. */
function aboveSource(input: CascadeInput): ReadonlySet<string> {
  const found = new Set<string>();
  const source = sourceKey(input);
  let at = source;
  for (;;) {
    const up = input.lineage.tokens.find(({ key }) => key === at)?.parents[0];
    if (up === undefined || up.level > 4 || up.key === source || found.has(up.key)) return found;
    found.add(up.key);
    at = up.key;
  }
}

/** Whether the finding says something of the holder, and not of the token alone. */
function isOfHolder({ trigger }: CascadeInput): boolean {
  return trigger.kind === 'alert' && (trigger.fact === 'canary-used' || trigger.fact === 'two-hands');
}

/** What else the holder of the source has: a compromised one loses it, and what was made from it. */
function ofSameHolder(input: CascadeInput): readonly string[] {
  const { tokens } = input.lineage;
  const holder = tokens.find(({ key }) => key === sourceKey(input))?.holder;
  return tokens.flatMap((one) => (holder !== undefined && one.holder?.id === holder.id ? [one.key] : []));
}

function steps(cascade: Cascade): readonly PlanStep[] {
  return cascade.foreseen.map(({ step }) => step);
}

it('never goes up, and takes nothing that a person signed in with by itself', () => {
  fc.assert(
    fc.property(anInput, (input) => {
      const over = aboveSource(input);
      for (const { step, holds } of planCascade(input).foreseen) {
        expect(over.has(step.target.key)).toBe(false);
        const held = tokenOf(input, step);
        if (held?.holder?.kind === 'human' && held.parents.length === 0) expect(holds).not.toEqual([]);
      }
    }),
    runs,
  );
});

it('takes the source before what was made from it, and everything once', () => {
  fc.assert(
    fc.property(anInput, (input) => {
      const all = steps(planCascade(input));
      const roles = all.map(({ role }) => role);
      const lastOrigin = Math.max(roles.lastIndexOf('source'), roles.lastIndexOf('sibling'));
      const firstDescendant = roles.indexOf('descendant');
      if (firstDescendant >= 0) expect(lastOrigin).toBeLessThan(firstDescendant);
      expect(roles.filter((role) => role === 'source').length).toBeLessThanOrEqual(1);
      expect(new Set(all.map(({ responseId }) => responseId)).size).toBe(all.length);
      // A family before every member of it.
      all.forEach(({ target }, place) => {
        if (target.kind !== 'family') return;
        const members = all.map((step) => tokenOf(input, step)?.family === target.family);
        expect(members.slice(0, place)).not.toContain(true);
      });
    }),
    runs,
  );
});

it('reaches only what links of levels 1 to 4 lead to, and nothing that is dead or protected', () => {
  fc.assert(
    fc.property(anInput, (input) => {
      const { tokens } = input.lineage;
      const cascade = planCascade(input);
      const starts = [sourceKey(input), ...ofSameHolder(input)];
      for (const step of steps(cascade)) {
        const one = tokenOf(input, step);
        if (one === undefined) continue;
        expect(below(tokens, starts, 4).has(one.key)).toBe(true);
        if (step.level !== undefined && step.role === 'descendant') {
          expect(below(tokens, starts, step.level).has(one.key)).toBe(true);
        }
        expect(typeof one.expiresMs === 'number' && one.expiresMs <= nowMs).toBe(false);
        if (step.role === 'source') continue;
        expect(one.revokedMs).toBeUndefined();
        expect(one.holder).not.toEqual(ci);
      }
    }),
    runs,
  );
});

it('takes nothing that a root elsewhere vouches for, unless it is strict', () => {
  let spared = 0;
  fc.assert(
    fc.property(anInput, (input) => {
      const { tokens } = input.lineage;
      const cascade = planCascade(input);
      const origins = new Set([sourceKey(input), ...(isOfHolder(input) ? ofSameHolder(input) : [])]);
      const starts = [...origins];
      const reach = below(tokens, starts, 4);
      const roots = new Set(
        tokens.flatMap(({ key, parents, revokedMs }) =>
          parents.length === 0 && revokedMs === undefined && !reach.has(key) ? [key] : [],
        ),
      );
      for (const { key, parents, revokedMs } of tokens) {
        const vouched = parents.some((parent) => parent.level <= 3 && roots.has(parent.key));
        if (!vouched || revokedMs !== undefined || origins.has(key)) continue;
        const isStep = cascade.foreseen.some(({ step }) => step.target.key === key);
        if (!input.strict) expect(isStep).toBe(false);
        if (!isStep && reach.has(key)) spared += 1;
      }
    }),
    runs,
  );
  expect(spared).toBeGreaterThan(0);
});

it('gives the same plans for the same tokens in any order', () => {
  const shuffled = anInput.chain((input) =>
    fc.tuple(
      fc.constant(input),
      fc.shuffledSubarray([...input.lineage.tokens], { minLength: input.lineage.tokens.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, aContext, ([input, tokens], context) => {
      const plans = makePlans(planCascade(input), context);
      expect(makePlans(planCascade({ ...input, lineage: lineageOf(tokens) }), context)).toEqual(plans);
    }),
    runs,
  );
});

it('has another digest as soon as any step is another one', () => {
  const changes: readonly ((all: readonly PlanStep[], at: number) => readonly PlanStep[])[] = [
    (all, at) => all.filter((_, place) => place !== at),
    (all, at) => [...all.slice(at + 1), ...all.slice(0, at + 1)],
    (all, at) => all.map((step, place) => (place === at ? { ...step, action: 'subject.revoke' } : step)),
    (all, at) =>
      all.map((step, place) =>
        place === at ? { ...step, target: { ...step.target, key: 'tok:other' } } : step,
      ),
    (all, at) =>
      all.map((step, place) =>
        place === at ? { ...step, connector: connector(['token'], { name: 'other' }).declaration } : step,
      ),
  ];
  fc.assert(
    fc.property(anInput, aContext, fc.nat(), fc.constantFrom(...changes), (input, context, place, change) => {
      const [plan] = makePlans(planCascade(input), context);
      if (plan === undefined || plan.steps.length === 0) return;
      const changed = change(plan.steps, place % plan.steps.length);
      const isSame =
        changed.every((step, at) => step === plan.steps[at]) && changed.length === plan.steps.length;
      expect(planDigest({ ...plan, steps: changed }) === plan.digest).toBe(isSame);
    }),
    runs,
  );
});

it('acts only within every limit, over trusted links, by a connector', () => {
  let acted = 0;
  let split = 0;
  fc.assert(
    fc.property(anInput, aContext, (input, context) => {
      const cascade = planCascade(input);
      const plans = makePlans(cascade, context);
      const act = plans.filter(({ verdict }) => verdict === 'act');
      expect(act.length).toBeLessThanOrEqual(1);
      for (const plan of act) {
        acted += 1;
        split += plans.length - 1;
        expectWithinLimits(plan, context);
        expect(plan.reasons).toEqual([]);
        expect(context.mode).toBe('auto');
        expect(context.config.killSwitch).toBe(false);
        for (const { level, connector: by } of plan.steps) {
          expect(level ?? 1).toBeLessThanOrEqual(3);
          expect(by).toBeDefined();
        }
        const held = new Set(cascade.foreseen.flatMap(({ step, holds }) => (holds.length > 0 ? [step] : [])));
        expect(plan.steps.some((step) => held.has(step))).toBe(false);
      }
      for (const { verdict, reasons, approvals } of plans) {
        expect(approvals > 0).toBe(verdict === 'propose');
        expect(reasons.length > 0).toBe(verdict !== 'act');
      }
    }),
    { numRuns: 600 },
  );
  expect(acted).toBeGreaterThan(5);
  expect(split).toBeGreaterThan(0);
});

function expectWithinLimits({ steps: all }: Plan, { config, usage }: JudgeContext): void {
  const { limits: most } = config;
  const count = all.length;
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThanOrEqual(most.perAction);
  expect(count + usage.takenInChain).toBeLessThanOrEqual(most.perChain);
  expect(count + usage.takenInTenant).toBeLessThanOrEqual(Math.max(most.share.floor, 0));
  const holders = new Set(all.flatMap(({ holder }) => holder ?? []));
  expect(holders.size).toBeLessThanOrEqual(most.principalsPerAction);
  expect(new Set([...holders, ...usage.takenByHolder.keys()]).size).toBeLessThanOrEqual(most.principals);
  for (const holder of holders) {
    const own = all.filter((step) => step.holder === holder).length;
    expect(own + (usage.takenByHolder.get(holder) ?? 0)).toBeLessThanOrEqual(most.perPrincipal);
  }
  expect(usage.plansActed).toBeLessThan(most.breaker.actions);
  const due = usage.failed + usage.ended;
  expect(due >= most.breaker.failuresMin && usage.failed / due >= most.breaker.failures).toBe(false);
}

it('loses no step between the plans, and never lists as alive what it ends', () => {
  fc.assert(
    fc.property(anInput, aContext, (input, context) => {
      const cascade = planCascade(input);
      const plans = makePlans(cascade, context);
      const planned = plans.flatMap((plan) => plan.steps.map(({ responseId }) => responseId));
      expect([...planned].sort()).toEqual(
        steps(cascade)
          .map(({ responseId }) => responseId)
          .sort(),
      );
      for (const { steps: all, survivors } of plans) {
        const ends = new Set(all.map(({ target }) => target.key));
        expect(survivors.some(({ key }) => ends.has(key))).toBe(false);
      }
    }),
    runs,
  );
});
