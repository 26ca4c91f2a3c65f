import type { ActionView, ApprovalStep, ApprovalView, Binding, PeopleView } from '../src/domain/chain.ts';
import type { Json } from '../src/domain/finding.ts';
import type { Policy } from '../src/domain/policy.ts';
import { type Agreed, type Ledger, overuseOf } from './approval-uses.ts';
import { type Mismatch, mismatches, mismatchOf, otherFacts } from './bindings.ts';
import { clocksOf, instant } from './evidence.ts';

/** What the approvals of one chain are judged by. */
export interface Court {
  readonly policy: Policy;
  readonly people: PeopleView;
  readonly txns: readonly string[];
  readonly ledger: Ledger;
}

/** What can be wrong with an approval that an action rests on; the farther down, the nearer it came to fitting. */
export const flaws = [
  'approval-denied',
  'approval-withdrawn',
  'approval-expired',
  ...mismatches,
  'approval-reused',
] as const;

export interface Flaw {
  readonly is: (typeof flaws)[number];
  readonly evidence: { readonly [key: string]: Json };
  readonly because: readonly string[];
  /** It may be meant so: no page. */
  readonly isDoubtful: boolean;
}

/**
 * What an approval says to an action. `good`: somebody agreed to exactly this, in time. `late`: afterwards. `flawed`:
 * not to this, or not any more. `none`: it speaks of something else, or nobody has answered.
 */
export type Consent =
  | { readonly is: 'good'; readonly agreed: Agreed }
  | { readonly is: 'late'; readonly agreed: Agreed }
  | {
      readonly is: 'flawed';
      readonly approval: ApprovalView;
      readonly agreed: Agreed | undefined;
      readonly flaw: Flaw;
    }
  | { readonly is: 'none' };

const none: Consent = { is: 'none' };

/** A call that is held until somebody agrees is judged by its end: it did nothing before. */
export function endOf(action: ActionView): number {
  return Math.max(action.atMs, action.endedMs ?? action.atMs);
}

/** What one approval says to an action by those of its grants and bindings that speak of it. */
export function consentBy(action: ActionView, speaking: readonly Agreed[], court: Court): Consent {
  const byMs = endOf(action) + clocksOf(court.policy).skewMs;
  let nearest: Extract<Consent, { is: 'flawed' }> | undefined;
  let late: Agreed | undefined;
  // The latest word first.
  for (const agreed of speaking.toReversed()) {
    if (agreed.grant.atMs > byMs) {
      if (isForThis(agreed.binding, action, court)) late = agreed;
      continue;
    }
    const found = flawOf(action, agreed, court);
    if (found === undefined) return { is: 'good', agreed };
    if (nearest === undefined || isNearer(found, nearest.flaw)) {
      nearest = { is: 'flawed', approval: agreed.approval, agreed, flaw: found };
    }
  }
  if (nearest !== undefined) return nearest;
  return late === undefined ? none : { is: 'late', agreed: late };
}

export function isNearer(a: Flaw, b: Flaw): boolean {
  return flaws.indexOf(a.is) > flaws.indexOf(b.is);
}

/** What was agreed to afterwards was agreed to only if it was this, not something like it. */
function isForThis(binding: Binding | undefined, action: ActionView, { people }: Court): boolean {
  return binding === undefined || mismatchOf(binding, action, people) === undefined;
}

/** Nobody agreed, and somebody said no to whatever claims the approval. */
export function refusalBy(
  action: ActionView,
  approval: ApprovalView,
  { policy }: Court,
): Consent | undefined {
  const denial = approval.denials.findLast((step) => isHeard(step, action, clocksOf(policy).skewMs));
  return denial === undefined ? undefined : refused(approval, denial);
}

/** Whoever asked was told no to exactly this. When somebody else does it, that is another way to do it. */
export function isRefused(
  action: ActionView,
  { approval, denial, binding }: Denied,
  { policy, people }: Court,
): boolean {
  return (
    isHeard(denial, action, clocksOf(policy).skewMs) &&
    isAskedBy(action, approval, people) &&
    mismatchOf(binding, action, people) === undefined
  );
}

/** A binding of a refusal. */
export interface Denied {
  readonly approval: ApprovalView;
  readonly denial: ApprovalStep;
  readonly binding: Binding;
}

export function refused(approval: ApprovalView, denial: ApprovalStep): Extract<Consent, { is: 'flawed' }> {
  return { is: 'flawed', approval, agreed: undefined, flaw: ended('approval-denied', 'deniedAt', denial) };
}

function isAskedBy(action: ActionView, { requests }: ApprovalView, people: PeopleView): boolean {
  const doers = [action.actor, action.token?.actor].filter((doer) => doer !== undefined);
  if (requests.length === 0 || doers.length === 0) return true;
  return requests.some(({ by }) => by === undefined || doers.some((doer) => people.same(by, doer)));
}

function flawOf(action: ActionView, agreed: Agreed, court: Court): Flaw | undefined {
  const { binding } = agreed;
  if (action.kind !== 'change') {
    const mismatch = binding === undefined ? undefined : mismatchOf(binding, action, court.people);
    return lapseOf(action, agreed, court) ?? differs(mismatch) ?? reuseOf(action, agreed, court);
  }
  const mismatch = differs(otherFacts(binding?.facts, action.details));
  // What a system tells of a call that was judged already is compared with what was agreed to, and no more.
  return followsUse(action, agreed, court) ? mismatch : (lapseOf(action, agreed, court) ?? mismatch);
}

function followsUse(change: ActionView, { approval }: Agreed, { policy, ledger }: Court): boolean {
  const byMs = change.atMs + clocksOf(policy).skewMs;
  return ledger.of(approval).some(({ action }) => action.kind !== 'change' && action.atMs <= byMs);
}

/** It was taken back, or ended, before the action began. */
function lapseOf(action: ActionView, { approval, grant }: Agreed, { policy }: Court): Flaw | undefined {
  const { skewMs, propagationMs } = clocksOf(policy);
  const since = (steps: readonly ApprovalStep[], graceMs: number) =>
    steps.find((step) => step.atMs > grant.atMs && isHeard(step, action, graceMs));
  const denial = since(approval.denials, skewMs);
  if (denial !== undefined) return ended('approval-denied', 'deniedAt', denial);
  // Whoever acts has to hear of it first.
  const withdrawal = since(approval.withdrawals, skewMs + propagationMs);
  if (withdrawal !== undefined) return ended('approval-withdrawn', 'withdrawnAt', withdrawal);
  if (grant.expMs !== undefined && action.atMs >= grant.expMs + skewMs) {
    const lateBySeconds = (action.atMs - grant.expMs) / 1000;
    return flaw('approval-expired', { expiredAt: instant(grant.expMs), lateBySeconds });
  }
  const expiry = since(approval.expiries, skewMs);
  return expiry === undefined ? undefined : ended('approval-expired', 'expiredAt', expiry);
}

function reuseOf(action: ActionView, agreed: Agreed, { txns, people, ledger }: Court): Flaw | undefined {
  const overuse = overuseOf(action, agreed, txns, people, ledger.of(agreed.approval));
  return overuse === undefined ? undefined : { is: 'approval-reused', because: [], ...overuse };
}

function isHeard(step: ApprovalStep, action: ActionView, graceMs: number): boolean {
  return action.atMs >= step.atMs + graceMs;
}

function differs(mismatch: Mismatch | undefined): Flaw | undefined {
  if (mismatch === undefined) return undefined;
  const { is, member, agreed, done } = mismatch;
  return flaw(is, { differs: member, agreed, done });
}

function ended(is: Flaw['is'], at: string, step: ApprovalStep): Flaw {
  return { ...flaw(is, { [at]: instant(step.atMs), by: step.by?.id ?? null }), because: [step.eventId] };
}

function flaw(is: Flaw['is'], evidence: Flaw['evidence']): Flaw {
  return { is, evidence, because: [], isDoubtful: false };
}
