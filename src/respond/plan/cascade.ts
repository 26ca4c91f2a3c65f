import { principalLabel } from '../../domain/principal.ts';
import { meansEvenRevoked } from './compromise.ts';
import { type Fall, fallOf } from './fall.ts';
import { familySteps } from './families.ts';
import { graphOf } from './graph.ts';
import { subjectTarget } from './ids.ts';
import { distrust, type Origin, SUBJECT_WIDE } from './origins.ts';
import { isProtected, partiesIn, safeUnder } from './parties.ts';
import type { Reached } from './reach.ts';
import { type Doomed, isExpired, isLive, lastExpiry, newestFirst, stepOf, tokenStep } from './steps.ts';
import { survivorsOf } from './survivors.ts';
import type { Cascade, CascadeInput, Foreseen } from './types.ts';

/** A plan that nobody could read is none: what goes on behind it is for people to split. */
const PLAN_STEPS_MAX = 1_000;

/**
 * What ends with the source, in the order in which it is to be done: what can mint first, then what was made from it,
 * newest first; and what stays. Never what the source was made from. Pure: the order of the lineage leaves no trace.
 */
export function planCascade(input: CascadeInput): Cascade {
  const { tenant, trigger, lineage, policy, nowMs } = input;
  const graph = graphOf(lineage);
  const isSafe = safeUnder(policy);
  const fall = fallOf(input, graph);
  const doomed = [...fall.origins.map(fromOrigin), ...[...fall.reach.reached.values()].map(fromReached)];
  const families = familySteps({ doomed, all: graph.tokens, input, isSafe });
  const means = meansEvenRevoked(trigger);
  const ending = doomed.filter(({ token, role }) =>
    role === 'source' && means ? !isExpired(token, nowMs) : isLive(token, nowMs),
  );
  const { inHand } = input.options ?? {};
  // One more than fits shows that it was cut.
  const roomFor = PLAN_STEPS_MAX + 1 + (inHand?.size ?? 0);
  const steps = (role: Doomed['role']) =>
    ending
      .filter((one) => one.role === role)
      .sort(newestFirst)
      .slice(0, roomFor)
      .map((one) => tokenStep(one, input));

  const inOrder: readonly Foreseen[] = [
    ...subjectSteps(input, fall),
    ...families.of.source,
    ...steps('source'),
    ...families.of.sibling,
    ...steps('sibling'),
    ...families.of.descendant,
    ...steps('descendant'),
  ];
  const foreseen = inOrder.filter(({ step }) => inHand?.has(step.responseId) !== true);
  return {
    tenant,
    trigger,
    foreseen: foreseen.slice(0, PLAN_STEPS_MAX),
    survivors: survivorsOf({ graph, fall, left: families.left, isSafe, nowMs }),
    refusals: refusalsOf(input, fall),
    isOver: fall.origins.some(({ token, role }) => role === 'source' && isExpired(token, nowMs)),
    isCut: lineage.isCut || foreseen.length > PLAN_STEPS_MAX,
    parties: partiesIn(graph.tokens),
  };
}

function fromOrigin({ token, role, level, holds }: Origin): Doomed {
  return { token, role, level, depth: 0, holds };
}

function fromReached({ token, level, depth, isClear, isUnclear, caution }: Reached): Doomed {
  const own = [
    ...distrust(level),
    ...(isUnclear ? ['something that it was made from may stand'] : []),
    ...caution,
  ];
  // Nothing of its own, and yet no clear way leads to it.
  const holds = own.length === 0 && !isClear ? ['what it was made from is for a person to decide'] : own;
  return { token, role: 'descendant', level, depth, holds };
}

function subjectSteps(input: CascadeInput, { origins }: Fall): readonly Foreseen[] {
  const { source, nowMs } = input;
  if (source.kind !== 'subject') return [];
  const target = subjectTarget(source.subject, source.cutOffMs);
  const live = origins.flatMap(({ token }) => (isLive(token, nowMs) ? [token] : []));
  const about = {
    label: `all of ${principalLabel(source.subject)}`,
    holder: target.key,
    role: 'subject' as const,
    depth: 0,
    level: undefined,
    environment: undefined,
    // More than the lineage shows may be out.
    residualUntilMs: live.length === 0 ? undefined : lastExpiry(live),
  };
  return [stepOf(target, about, input, [SUBJECT_WIDE])];
}

/** Why none of it may ever be done, by whomever. */
function refusalsOf({ source, policy }: CascadeInput, { origins }: Fall): readonly string[] {
  if (source.kind === 'token') {
    const parties = origins.flatMap(({ token, role }) =>
      role === 'source' ? [token.holder, token.subject] : [],
    );
    const safe = parties.find((party) => isProtected(party, policy));
    return safe === undefined ? [] : [`policy protects ${principalLabel(safe)}`];
  }
  const { subject } = source;
  // Their session is not what broke, and ending it ends their other work, too.
  if (subject.kind === 'human') return ['all that a person has is never ended: only what was made from it'];
  return isProtected(subject, policy) ? [`policy protects ${principalLabel(subject)}`] : [];
}
