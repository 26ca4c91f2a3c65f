import type {
  ActionView,
  ApprovalGrant,
  ApprovalStep,
  ApprovalView,
  Binding,
  PeopleView,
} from '../src/domain/chain.ts';
import type { Json } from '../src/domain/finding.ts';
import type { Policy } from '../src/domain/policy.ts';
import { type Agreed, overuseOf } from './approval-uses.ts';
import { concerns, mismatches, mismatchOf, namesOf, otherFacts } from './bindings.ts';
import { tookEffect } from './deed.ts';
import { clocksOf, instant } from './evidence.ts';

/** What the approvals of one chain are judged by. */
export interface Court {
  readonly policy: Policy;
  readonly people: PeopleView;
  readonly txns: readonly string[];
  /** By approval, uses that do not name it. */
  readonly unnamed: ReadonlyMap<string, readonly ActionView[]>;
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
function endOf(action: ActionView): number {
  return Math.max(action.atMs, action.endedMs ?? action.atMs);
}

/** What `approval` says to `action`, which claims it or is of the same chain. */
export function consentOf(
  action: ActionView,
  approval: ApprovalView,
  isClaimed: boolean,
  court: Court,
): Consent {
  const speaking = approval.grants.flatMap((grant) =>
    bindingsFor(grant, action, isClaimed).map((binding) => ({ approval, grant, binding })),
  );
  const inTime = speaking.filter(({ grant }) => grant.atMs <= endOf(action) + clocksOf(court.policy).skewMs);
  if (inTime.length === 0)
    return refusalOf(action, approval, isClaimed, court) ?? lateOf(action, speaking, court);
  let nearest: { agreed: Agreed; flaw: Flaw } | undefined;
  for (const agreed of inTime.toReversed()) {
    const flaw = flawOf(action, agreed, court);
    if (flaw === undefined) return { is: 'good', agreed };
    if (nearest === undefined || flaws.indexOf(flaw.is) > flaws.indexOf(nearest.flaw.is))
      nearest = { agreed, flaw };
  }
  return nearest === undefined ? none : { is: 'flawed', approval, ...nearest };
}

/** A grant without bindings is good for whatever claims it: nobody has said what it is not good for. */
function bindingsFor(
  grant: ApprovalGrant,
  action: ActionView,
  isClaimed: boolean,
): readonly (Binding | undefined)[] {
  if (grant.binds.length === 0) return isClaimed ? [undefined] : [];
  if (action.kind === 'change') {
    const about = grant.binds.filter((binding) => concerns(binding, action));
    return about.length === 0 && isClaimed ? grant.binds : about;
  }
  const names = namesOf(action);
  return grant.binds.filter((binding) => names.has(binding.action));
}

/** Somebody agreed when it was done already: to this, not to something like it. */
function lateOf(action: ActionView, speaking: readonly Agreed[], court: Court): Consent {
  const agreed = speaking.find(
    ({ binding }) => binding === undefined || mismatchOf(binding, action, court.people) === undefined,
  );
  return agreed === undefined ? none : { is: 'late', agreed };
}

/** Nobody agreed, and somebody said no: to whatever claims the approval, else to what the refusal says. */
function refusalOf(
  action: ActionView,
  approval: ApprovalView,
  isClaimed: boolean,
  court: Court,
): Consent | undefined {
  const denial = approval.denials.findLast((step) => isHeard(step, action, clocksOf(court.policy).skewMs));
  if (denial === undefined) return undefined;
  if (!isClaimed && !(isAskedBy(action, approval, court) && isAbout(denial, action, court))) return undefined;
  return { is: 'flawed', approval, agreed: undefined, flaw: ended('approval-denied', 'deniedAt', denial) };
}

/** Whoever asked and was refused did it all the same; when somebody else does it, that is another way to do it. */
export function isAskedBy(
  action: ActionView,
  { requests }: ApprovalView,
  { people }: Pick<Court, 'people'>,
): boolean {
  const doers = [action.actor, action.token?.actor].filter((doer) => doer !== undefined);
  if (requests.length === 0 || doers.length === 0) return true;
  return requests.some(({ by }) => by === undefined || doers.some((doer) => people.same(by, doer)));
}

/** Exactly this was refused: a refusal that names no more than the kind of action forbids no other one. */
function isAbout({ binds = [] }: ApprovalStep, action: ActionView, { people }: Court): boolean {
  const names = namesOf(action);
  return binds.some((binding) => {
    const { target, argsHash, facts } = binding;
    if (target === undefined && argsHash === undefined && facts === undefined) return false;
    return names.has(binding.action) && mismatchOf(binding, action, people) === undefined;
  });
}

function flawOf(action: ActionView, agreed: Agreed, court: Court): Flaw | undefined {
  const { binding } = agreed;
  // What a system tells of a call that was judged already is compared with what was agreed to, and no more.
  if (action.kind === 'change' && followsUse(action, agreed, court))
    return differs(otherFacts(binding?.facts, action.details));
  return (
    lapseOf(action, agreed, court) ??
    (binding === undefined
      ? undefined
      : differs(
          action.kind === 'change'
            ? otherFacts(binding.facts, action.details)
            : mismatchOf(binding, action, court.people),
        )) ??
    (action.kind === 'change' ? undefined : reuseOf(action, agreed, court))
  );
}

function followsUse(change: ActionView, { approval }: Agreed, court: Court): boolean {
  const byMs = change.atMs + clocksOf(court.policy).skewMs;
  const uses = [...approval.uses, ...(court.unnamed.get(approval.id) ?? [])];
  return uses.some((use) => use.kind !== 'change' && use.atMs <= byMs && tookEffect(use));
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
    return flaw('approval-expired', {
      expiredAt: instant(grant.expMs),
      lateBySeconds: (action.atMs - grant.expMs) / 1000,
    });
  }
  const expiry = since(approval.expiries, skewMs);
  return expiry === undefined ? undefined : ended('approval-expired', 'expiredAt', expiry);
}

function reuseOf(action: ActionView, agreed: Agreed, { txns, people, unnamed }: Court): Flaw | undefined {
  const overuse = overuseOf(action, agreed, txns, people, unnamed.get(agreed.approval.id) ?? []);
  return overuse === undefined ? undefined : { is: 'approval-reused', because: [], ...overuse };
}

function isHeard(step: ApprovalStep, action: ActionView, graceMs: number): boolean {
  return action.atMs >= step.atMs + graceMs;
}

function differs(mismatch: ReturnType<typeof mismatchOf>): Flaw | undefined {
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
