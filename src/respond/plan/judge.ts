import { severityRank } from '../../domain/finding.ts';
import { type PlanVerdict, planVerdicts } from '../../domain/response.ts';
import { type Bound, proposed, refused } from './bounds.ts';
import { partyOf } from './people.ts';
import type { Cascade, Foreseen, JudgeContext } from './types.ts';
import { beyondLimits } from './within-limits.ts';

export interface Judgement {
  readonly verdict: PlanVerdict;
  /** Why no more than that, what can never be first; empty for `act`. */
  readonly reasons: readonly string[];
  /** Persons who must agree before it is done, beside one who asked for it. */
  readonly approvals: number;
}

/**
 * Decides what becomes of a plan, or of a part of it. What can never be right is refused; what a person may still want
 * is proposed; the rest is done. Limits bind the machine: a person is held by what policy protects and by the rule of
 * two persons.
 */
export function judge(cascade: Cascade, part: readonly Foreseen[], context: JudgeContext): Judgement {
  const { trigger } = cascade;
  const bounds = [
    ...cascade.refusals.map(refused),
    ...nothingLeft(cascade, part),
    ...(trigger.kind === 'person'
      ? boundsOfPerson(cascade, part, context)
      : boundsOfMachine(cascade, part, context)),
  ];
  const caps = bounds.map(({ cap }) => planVerdicts.indexOf(cap));
  const verdict = planVerdicts[Math.min(...caps)] ?? 'act';
  return {
    verdict,
    reasons: [...new Set(bounds.map(({ reason }) => reason))],
    approvals: verdict === 'propose' ? personsFor(cascade, part, context) : 0,
  };
}

function nothingLeft({ isOver }: Cascade, part: readonly Foreseen[]): Bound[] {
  if (part.length > 0) return [];
  return [refused(isOver ? 'it has expired by itself' : 'nothing is left to end')];
}

/** Rules of an alert (design rules 2, 5 and 10), of the configuration, and the limits. */
function boundsOfMachine(
  { isCut, trigger }: Cascade,
  part: readonly Foreseen[],
  { config, mode, imported, wish, ...rest }: JudgeContext,
): Bound[] {
  const found: Bound[] = [];
  const bound = (isSo: boolean, what: Bound) => isSo && found.push(what);
  bound(imported, refused('imported history never revokes'));
  if (wish === undefined) found.push(refused('nothing says what it rests on'));
  else {
    const { alert, linkLevel } = wish;
    bound(alert.basis !== 'deterministic', refused('a statistical finding never revokes'));
    bound(!alert.settled || alert.kind !== 'alert', refused('the alert is not settled'));
    bound(
      linkLevel !== undefined && linkLevel > 4,
      refused(`it rests on a link of level ${linkLevel}, which only informs`),
    );
  }
  bound(config.killSwitch, refused('the kill switch is on'));
  if (mode !== 'auto') found.push({ cap: mode, reason: `${subjectOf(trigger)} is in mode ${mode}` });
  if (wish?.revocable === false) {
    found.push(proposed('a link it rests on is not trusted enough to revoke without a person'));
  }
  if (wish !== undefined && severityRank(wish.severity) < severityRank(config.minSeverity)) {
    found.push(
      proposed(`its severity is ${wish.severity}, automatic revocation begins at ${config.minSeverity}`),
    );
  }
  bound(isCut, proposed('it reaches further than could be read'));
  const steps = part.map(({ step }) => step);
  return [...found, ...holdsOf(part), ...beyondLimits(steps, { ...rest, limits: config.limits })];
}

function subjectOf(trigger: Cascade['trigger']): string {
  return trigger.kind === 'alert' ? trigger.detector : 'it';
}

/** Sentences about single steps: the first of each kind, so that a long plan has few. */
function holdsOf(part: readonly Foreseen[]): Bound[] {
  const first = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { step, holds } of part) {
    for (const hold of holds) {
      if (!first.has(hold)) first.set(hold, step.label);
      counts.set(hold, (counts.get(hold) ?? 0) + 1);
    }
  }
  return [...first].map(([hold, label]) => {
    const more = (counts.get(hold) ?? 1) - 1;
    return proposed(`${label}${more === 0 ? '' : ` and ${more} more`}: ${hold}`);
  });
}

function boundsOfPerson(cascade: Cascade, part: readonly Foreseen[], context: JudgeContext): Bound[] {
  const found: Bound[] = [];
  if (part.length > 0 && part.every(({ step }) => step.connector === undefined)) {
    found.push(refused('no connector is configured that could end any of it'));
  }
  const asker = askerAmong(cascade, context);
  if (asker !== undefined) found.push(proposed(`who asks may be ${asker}, whom it is about`));
  return [...found, ...gravity(cascade, part, context).map(proposed)];
}

/** Why one person is not enough. */
function gravity({ isCut }: Cascade, part: readonly Foreseen[], { config }: JudgeContext): readonly string[] {
  const most = config.limits.perAction;
  return [
    ...(part.some(({ step }) => step.role === 'subject')
      ? ['two persons must agree to what is subject-wide']
      : []),
    ...(part.length > most ? [`two persons must agree to ${part.length} targets, more than ${most}`] : []),
    ...(isCut ? ['it reaches further than could be read: two persons must agree'] : []),
  ];
}

function personsFor(cascade: Cascade, part: readonly Foreseen[], context: JudgeContext): number {
  if (cascade.trigger.kind === 'alert') return part.some(({ step }) => step.role === 'subject') ? 2 : 1;
  const persons = gravity(cascade, part, context).length > 0 ? 2 : 1;
  return askerAmong(cascade, context) === undefined ? persons - 1 : persons;
}

/** Whoever asks for it is one person who agrees, unless it is about them. */
function askerAmong({ trigger, parties }: Cascade, context: JudgeContext): string | undefined {
  if (trigger.kind !== 'person') return undefined;
  const asker = { keyId: trigger.by, by: trigger.by };
  return partyOf(asker, [...parties, ...(context.parties ?? [])], context.policy)?.label;
}
