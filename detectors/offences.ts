import type { ActionView, ChainView } from '../src/domain/chain.ts';
import { type Finding, type Json, maxSeverity, type Severity, type Subject } from '../src/domain/finding.ts';
import type { Policy } from '../src/domain/policy.ts';
import { principalLabel } from '../src/domain/principal.ts';
import { effectIn, nameOf, placeOf } from './deed.ts';
import {
  chainSubject,
  clocksOf,
  deedOf,
  eventIds,
  holderOf,
  instant,
  sample,
  tokenSubject,
} from './evidence.ts';

/** What people read of an offence. */
export interface Told {
  readonly title: string;
  readonly evidence: { readonly [key: string]: Json };
  /** Events beside the action's own that show it. */
  readonly because: readonly string[];
}

/** What one action of a chain did wrong. */
export interface Offence {
  readonly action: ActionView;
  readonly fact: string;
  readonly kind: 'alert' | 'signal';
  readonly severity: Severity;
  /** Asked only of the one that speaks for all. */
  tell(): Told;
  /** It depends on something absent, which may still come. */
  readonly exonerable?: boolean;
  /** What it is said of; by default the token that was used, else the chain. */
  readonly subject?: Subject;
}

/**
 * One finding for each subject and fact, however many actions show it: the first speaks, the others are counted. It
 * settles with the first one, so that a chain that goes on offending does not put off its own alert.
 */
export function fold(chain: ChainView, policy: Policy, offences: readonly Offence[]): readonly Finding[] {
  const groups = new Map<string, [Offence, ...Offence[]]>();
  for (const offence of offences) {
    const key = JSON.stringify([subjectOf(chain, offence).key, offence.fact]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [offence]);
    else group.push(offence);
  }
  return [...groups.values()].map((group) => told(chain, policy, group));
}

function told(chain: ChainView, policy: Policy, group: readonly [Offence, ...Offence[]]): Finding {
  const first = group.reduce((a, b) => (speaksBefore(b, a) ? b : a));
  const { action, fact, kind } = first;
  const { title, evidence, because } = first.tell();
  const alike = group.filter((one) => one.kind === kind);
  const { token } = action;
  return {
    subject: subjectOf(chain, first),
    fact,
    kind,
    severity: alike.reduce((worst, one) => maxSeverity(worst, one.severity), first.severity),
    title,
    atMs: action.atMs,
    evidence: {
      ...evidence,
      actions: sample([...new Set(alike.map((one) => deedLabel(one.action)))]),
      actionCount: alike.length,
    },
    eventIds: eventIds(action.eventIds, because, ...alike.map((one) => one.action.eventIds)),
    ...(first.exonerable === true ? { settlesAtMs: action.atMs + clocksOf(policy).latenessMs } : {}),
    ...(token === undefined || token.standing ? {} : { revoke: token.ref }),
    shownBy: action.id,
  };
}

function subjectOf(chain: ChainView, { action, subject }: Offence): Subject {
  return subject ?? (action.token === undefined ? chainSubject(chain) : tokenSubject(action.token));
}

function speaksBefore(a: Offence, b: Offence): boolean {
  if (a.kind !== b.kind) return a.kind === 'alert';
  return a.action.atMs === b.action.atMs ? a.action.id < b.action.id : a.action.atMs < b.action.atMs;
}

/** Who did it, for people. */
export function doerLabel({ actor, token }: ActionView): string {
  if (actor !== undefined) return principalLabel(actor);
  return token === undefined ? 'Somebody' : holderOf(token);
}

/** What an action is called: a change bears the name of its system. */
export function deedLabel(action: ActionView): string {
  return nameOf(action) ?? deedOf(action);
}

/** What every finding about an action shows of it. */
export function shownOf(action: ActionView, policy: Policy): Told['evidence'] {
  return {
    action: deedLabel(action),
    target: placeOf(action) ?? null,
    effect: effectIn(action, policy),
    outcome: action.outcome,
    doneAt: instant(action.atMs),
  };
}
