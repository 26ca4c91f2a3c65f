import { expect, it } from 'vitest';
import { planText, type ShownPlan } from '../../../src/cli/plan-text.ts';
import type { Plan } from '../../../src/domain/response.ts';
import type { CascadeInput, JudgeContext } from '../../../src/respond/plan/index.ts';
import { makePlans } from '../../../src/respond/plan/index.ts';
import { presentPlan } from '../../../src/serve/present/response.ts';
import {
  bad,
  cascadeFrom,
  connector,
  contextOf,
  first,
  personTrigger,
  policyOf,
  signIn,
  token,
} from '../respond/plan/support.ts';

const child = token('child', ['bad'], { environment: 'prod', expiresMs: null });

/** As the service shows it, and this command reads it. */
function textOf(plan: Plan | undefined): string {
  return planText(JSON.parse(JSON.stringify(presentPlan(plan as Plan))) as ShownPlan);
}

function described(context: Partial<JudgeContext> = {}, input: Partial<CascadeInput> = {}) {
  const [plan] = makePlans(cascadeFrom('bad', [signIn, first, bad, child], input), contextOf(context));
  return { plan: plan as Plan, lines: textOf(plan).trimEnd().split('\n') };
}

it('tells what ends in which order, by whom, and what stays until when', () => {
  const { plan, lines } = described();
  expect(lines).toEqual([
    `plan ${plan.id}`,
    '  because of alert alr_1 (scope-creep: hop-drift, critical)',
    '  needs nobody else',
    'would end, in this order:',
    '  1. bad (source, held by agent:worker, link level 1) by ops (webhook)',
    '     may work until 2026-06-01T13:00:00.000Z; not ended: What nobody tells.',
    '  2. child (descendant, 1 below, held by agent:worker, in prod, link level 1) by ops (webhook)',
    '     may work for ever; not ended: What nobody tells.',
    'would stay:',
    '  first: works until 2026-06-01T13:00:00.000Z; it is above the violation: only what was made from it ends',
    '  sign-in: works until 2026-06-01T13:00:00.000Z; user:alice signed in with it: only what was made from it ends',
    `digest ${plan.digest}`,
  ]);
});

it('tells of a proposal why it waits, for how many and until when', () => {
  const { lines } = described({ mode: 'propose' });
  expect(lines.slice(2, 4)).toEqual([
    '  waits for one person to approve it:',
    '  - scope-creep is in mode propose',
  ]);
  expect(lines.at(-1)).toBe('decide by 2026-06-01T13:00:00.000Z');
});

it('tells a rehearsal, a refusal and what is only shown', () => {
  const config = { ...contextOf().config, dryRun: true };
  expect(described({ config }).lines[2]).toBe('  needs nobody else (dry run: the last request is not sent)');
  expect(described({ imported: true }).lines[2]).toBe('  is refused:');
  expect(described({ mode: 'observe' }).lines[2]).toBe('  is only shown:');
});

it('tells who asked, and where nothing would end', () => {
  const policy = policyOf({ protected: { principals: ['user:alice'] } });
  const { lines } = described({ wish: undefined }, { trigger: personTrigger('bob'), policy });
  expect(lines[1]).toBe('  because of bob: it looks wrong');
  const trigger = { kind: 'person', by: 'bob', reason: 'seen', alertId: 'alr_1' } as const;
  expect(described({}, { trigger }).lines[1]).toBe('  because of bob: seen (alert alr_1)');
  const dead = makePlans(cascadeFrom('bad', [{ ...bad, revokedMs: 1 }]), contextOf())[0];
  expect(textOf(dead)).toContain('nothing would end');
});

it('tells what ends at once, what nothing ends, and what nobody knows', () => {
  const at = (connectors: CascadeInput['connectors']) =>
    described({ mode: 'propose' }, { connectors }).lines.join('\n');
  expect(at([connector(['token'], { kind: 'deny_list', name: 'edge', leaves: 'The rest.' })])).toContain(
    'by edge (deny_list)\n     stops at once; not ended: The rest.',
  );
  expect(at([])).toContain('by nothing: no connector is configured for it\n     works for ever');
  const unknown = { ...bad, expiresMs: undefined };
  const plan = makePlans(cascadeFrom('bad', [unknown]), contextOf())[0];
  expect(textOf(plan)).toContain('may work for an unknown time');
});
