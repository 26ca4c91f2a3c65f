import * as z from 'zod';
import type { ActionView, ChainView, PeopleView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { changes } from '../../src/domain/effect.ts';
import { seconds } from '../../src/domain/policy/primitives.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { effectIn, severityOfDeed, tookEffect } from '../deed.ts';
import { clocksOf, instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf } from '../offences.ts';
import { isClearedSince } from './cleared.ts';
import { type Difference, type Refusal, refusalsOf, thingsOf, whereOf } from './refusals.ts';

const DenyConfig = z.strictObject({
  /** What was refused longer ago says nothing any more. */
  withinSeconds: seconds.default(86_400),
});
type DenyConfig = z.infer<typeof DenyConfig>;

/** Fires when what was refused is done all the same, by another tool, agent or token. */
export const actionAfterDeny: Detector<DenyConfig> = {
  id: 'action-after-deny',
  version: 1,
  title: 'Something that was refused was done another way',
  maturity: 'live',
  // Somebody may have said yes in between, and that may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R29', 'R40'],
  requires: {
    events: ['tool.denied', 'api.denied', 'policy.decision', 'approval.denied', 'tool.invoked', 'api.called'],
    fields: ['target.resource', 'facts', 'effect', 'decision', 'binds', 'actor'],
    optional: ['approval', 'decision'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [2, 10],
    attack: ['T1548', 'T1562'],
    atlas: ['AML.T0053', 'AML.T0081'],
    csf: ['PR.AA-05', 'DE.AE-02'],
    tenets: ['policy', 'evaluated'],
    pages: ['P2', 'P3'],
  }),
  config: DenyConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.chain.platform) return [];
    const { chain, people, policy } = sighting;
    const refusals = refusalsOf(chain, policy);
    if (refusals.length === 0) return [];
    const byThing = indexed(refusals);
    return fold(
      chain,
      policy,
      chain.actions.flatMap((action) => judge(action, byThing, { chain, people, policy, config })),
    );
  },
};

/** Different ways in which one thing was refused: whoever tries that many has long been found. */
const REFUSALS_PER_THING_MAX = 64;

interface Case {
  readonly chain: ChainView;
  readonly people: PeopleView;
  readonly policy: Policy;
  readonly config: DenyConfig;
}

function indexed(refusals: readonly Refusal[]): ReadonlyMap<string, readonly Refusal[]> {
  const byThing = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    for (const thing of refusal.things) {
      const entry = byThing.get(thing);
      if (entry === undefined) byThing.set(thing, [refusal]);
      else if (
        entry.length < REFUSALS_PER_THING_MAX &&
        !entry.some((one) => one.signature === refusal.signature)
      ) {
        entry.push(refusal);
      }
    }
  }
  return byThing;
}

/** The refusal that weighs most: of a person or of policy before that of a target, which may only be the wrong door. */
function judge(
  action: ActionView,
  byThing: ReadonlyMap<string, readonly Refusal[]>,
  of: Case,
): readonly Offence[] {
  // What a system tells of a call has no tool, and often the system's own actor: the call itself is judged.
  if (action.kind === 'change' || !tookEffect(action)) return [];
  const { chain, people, policy, config } = of;
  const effect = effectIn(action, policy);
  const sinceMs = action.atMs - config.withinSeconds * 1000;
  let worst: { refusal: Refusal; differs: readonly Difference[] } | undefined;
  for (const thing of thingsOf(action)) {
    for (const refusal of byThing.get(thing) ?? []) {
      if (refusal.effect !== effect || refusal.atMs >= action.atMs || refusal.atMs < sinceMs) continue;
      if (worst !== undefined && weight(refusal) <= weight(worst.refusal)) continue;
      const differs = refusal.differs(action, people);
      if (differs.length === 0 || isClearedSince(refusal.atMs, action, chain, people, policy)) continue;
      worst = { refusal, differs };
    }
  }
  return worst === undefined ? [] : [told(action, worst.refusal, worst.differs, policy)];
}

function weight({ by }: Refusal): number {
  return by === 'target' ? 0 : 1;
}

function told(action: ActionView, refusal: Refusal, differs: readonly Difference[], policy: Policy): Offence {
  // Policy has a clock of its own: within the skew nobody knows which was first. What a person is still asked to
  // agree to is not done another way either, so there it does not matter.
  const isAfter = refusal.by === 'approver' || action.atMs >= refusal.atMs + clocksOf(policy).skewMs;
  const pages = isAfter && refusal.by !== 'target' && changes(effectIn(action, policy));
  const { by, refuser } = refusal;
  return {
    action,
    fact: 'done-another-way',
    kind: pages ? 'alert' : 'signal',
    severity: pages ? severityOfDeed(action, policy) : 'low',
    tell: () => ({
      title: `${doerLabel(action)} did ${deedLabel(action)} on ${whereOf(action)}, after ${refusal.deed} had been refused there`,
      evidence: {
        ...shownOf(action, policy),
        refused: refusal.deed,
        refusedAt: instant(refusal.atMs),
        refusedBy: by,
        refuser: refuser ?? null,
        differs: [...differs],
        afterSeconds: (action.atMs - refusal.atMs) / 1000,
      },
      because: refusal.eventIds,
    }),
    exonerable: true,
  };
}
