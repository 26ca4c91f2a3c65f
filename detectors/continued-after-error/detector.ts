import * as z from 'zod';
import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { changes } from '../../src/domain/effect.ts';
import { seconds } from '../../src/domain/policy/primitives.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalKey } from '../../src/domain/principal.ts';
import { followsCall } from '../consequences.ts';
import { effectIn, isNamedBy, placeOf, severityOfDeed, tookEffect } from '../deed.ts';
import { chainSubject, clocksOf, instant } from '../evidence.ts';
import { followUpWords, isFollowUp } from '../follow-ups.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf } from '../offences.ts';

const ContinuedConfig = z.strictObject({
  followUps: followUpWords,
  /** Steps that were sent off together are under way before the first of them fails. */
  reactionSeconds: seconds.default(2),
});
type ContinuedConfig = z.infer<typeof ContinuedConfig>;

/** Fires when a chain takes a further step after one that policy says must stop it was denied or failed. */
export const continuedAfterError: Detector<ContinuedConfig> = {
  id: 'continued-after-error',
  version: 1,
  title: 'A chain went on after an error that has to stop it',
  maturity: 'live',
  // The failed step may have been repeated with success before, and that may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R40', 'R49'],
  requires: {
    events: ['tool.invoked', 'tool.completed', 'tool.denied', 'api.called', 'api.denied'],
    fields: ['outcome', 'status', 'tool.name', 'target', 'task'],
    policy: ['stopOnError'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [8, 2],
    attack: ['T1059.009', 'T1651'],
    atlas: ['AML.T0053'],
    csf: ['PR.AA-05', 'DE.AE-02'],
    tenets: ['evaluated'],
    pages: ['P2'],
  }),
  config: ContinuedConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.policy.stopOnError.length === 0 || sighting.chain.platform)
      return [];
    const { chain, policy } = sighting;
    const errors = errorsOf(chain, policy, config);
    if (errors.length === 0) return [];
    const isTold = followsCall(chain.actions);
    return fold(
      chain,
      policy,
      chain.actions.flatMap((action) =>
        isTold(action) ? [] : furtherStep(action, errors, { chain, policy, config }),
      ),
    );
  },
};

interface Case {
  readonly chain: ChainView;
  readonly policy: Policy;
  readonly config: ContinuedConfig;
}

/** A step that must stop the chain, from when on, and until when: it was repeated with success. */
interface StoppingError {
  readonly step: ActionView;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Of each task up to the first that nothing has mended: what came after that one adds nothing. */
function errorsOf(
  { actions }: ChainView,
  policy: Policy,
  { reactionSeconds }: ContinuedConfig,
): readonly StoppingError[] {
  const failed = actions.filter(
    (step) =>
      (step.outcome === 'denied' || step.outcome === 'failed') &&
      !step.platform &&
      isNamedBy(policy.stopOnError, step),
  );
  if (failed.length === 0) return [];
  const done = new Map<string, number[]>();
  for (const action of actions) {
    if (!tookEffect(action)) continue;
    const times = done.get(stepKey(action));
    if (times === undefined) done.set(stepKey(action), [action.atMs]);
    else times.push(action.atMs);
  }
  const errors: StoppingError[] = [];
  const stopped = new Set<string>();
  for (const step of failed) {
    if (step.task !== undefined && stopped.has(step.task)) continue;
    const untilMs = done.get(stepKey(step))?.find((atMs) => atMs >= step.atMs) ?? Number.POSITIVE_INFINITY;
    const fromMs = Math.max(step.atMs, step.endedMs ?? step.atMs) + reactionSeconds * 1000;
    errors.push({ step, fromMs, untilMs });
    if (untilMs !== Number.POSITIVE_INFINITY) continue;
    if (step.task === undefined) break;
    stopped.add(step.task);
  }
  return errors;
}

/** The same deed at the same place by the same party. */
function stepKey(action: ActionView): string {
  const doer = action.actor ?? action.token?.actor;
  return JSON.stringify([deedLabel(action), placeOf(action), doer && principalKey(doer)]);
}

function furtherStep(action: ActionView, errors: readonly StoppingError[], of: Case): readonly Offence[] {
  const { chain, policy, config } = of;
  if (!tookEffect(action)) return [];
  const error = errors.find(
    ({ step, fromMs, untilMs }) => action.atMs > fromMs && action.atMs < untilMs && isOneTask(step, action),
  );
  if (error === undefined) return [];
  const effect = effectIn(action, policy);
  const isGuarded = isNamedBy(policy.stopOnError, action);
  // Looking around, telling somebody and clearing up is how one stops.
  if (!isGuarded && (effect === 'read' || isFollowUp(action, config.followUps))) return [];
  const { step } = error;
  // Tools and gateways have clocks of their own: within the skew nobody knows which was first.
  const isAfter = isOfOneClock(step, action) || action.atMs > error.fromMs + clocksOf(policy).skewMs;
  const pages = isAfter && (isGuarded || changes(effect));
  return [
    {
      action,
      fact: 'continued',
      kind: pages ? 'alert' : 'signal',
      severity: pages ? severityOfDeed(action, policy) : 'low',
      tell: () => ({
        title: `${doerLabel(action)} did ${deedLabel(action)} although ${deedLabel(step)} had ${step.outcome === 'denied' ? 'been denied' : 'failed'} before`,
        evidence: {
          ...shownOf(action, policy),
          failedStep: deedLabel(step),
          failedAt: instant(step.atMs),
          failedTarget: placeOf(step) ?? null,
          failure: step.outcome,
          afterSeconds: (action.atMs - step.atMs) / 1000,
        },
        because: step.eventIds,
      }),
      exonerable: true,
      subject: chainSubject(chain),
    },
  ];
}

/** An API call of which a gateway and what lies behind it tell has the earlier of their two clocks. */
function isOfOneClock(a: ActionView, b: ActionView): boolean {
  return a.kind === b.kind && (a.kind === 'tool' || (a.eventIds.length === 1 && b.eventIds.length === 1));
}

/** Two tasks that both have a name, and not the same one, do not stop each other. */
function isOneTask(a: ActionView, b: ActionView): boolean {
  return a.task === undefined || b.task === undefined || a.task === b.task;
}
