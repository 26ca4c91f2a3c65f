import type { Principal } from '../../domain/event/index.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Plan, PlanDecision } from '../../domain/response.ts';
import { isSamePerson, partyOf } from './people.ts';

export interface ApprovalContext {
  /** Everybody in the plan's chain: its principals and its initiator, and who holds the tokens (`Cascade.parties`). */
  readonly parties: readonly Principal[];
  readonly policy: Policy;
  readonly nowMs: number;
}

export type ApprovalOutcome =
  /** It changes nothing and is to be answered with the reason. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'denied' }
  /** It counts, and more are needed. */
  | { readonly kind: 'waiting'; readonly approvedBy: readonly string[]; readonly missing: number }
  | { readonly kind: 'approved'; readonly approvedBy: readonly string[] };

/**
 * What a person's word does to a plan. `decisions` are all words on it so far, whatever became of them: those that were
 * not to be counted are passed over here, too. Whoever the plan is about neither approves nor denies it; anything that
 * is unclear refuses.
 */
export function judgeApproval(
  plan: Plan,
  decisions: readonly PlanDecision[],
  decision: PlanDecision,
  context: ApprovalContext,
): ApprovalOutcome {
  const objection = objectionTo(plan, decision, context) ?? tooLate(plan, context.nowMs);
  if (objection !== undefined) return refused(objection);

  const counted: PlanDecision[] = [];
  for (const earlier of [...decisions].sort((a, b) => a.atMs - b.atMs)) {
    if (objectionTo(plan, earlier, context) !== undefined || earlier.atMs >= plan.expiresMs) continue;
    if (earlier.verb === 'deny') return refused(`${earlier.by} has denied it`);
    if (!counted.some((other) => isSamePerson(other, earlier, context.policy))) counted.push(earlier);
  }
  if (counted.length >= plan.approvals) return refused('it has been approved');
  if (decision.verb === 'deny') return { kind: 'denied' };
  if (counted.some((other) => isSamePerson(other, decision, context.policy))) {
    return refused(`${decision.by} has approved it: another person must, too`);
  }
  const approvedBy = [...counted, decision].map(({ by }) => by);
  const missing = plan.approvals - approvedBy.length;
  return missing > 0 ? { kind: 'waiting', approvedBy, missing } : { kind: 'approved', approvedBy };
}

/** Why a word on a plan does not count, whenever it is said. */
function objectionTo(
  plan: Plan,
  decision: PlanDecision,
  { parties, policy }: ApprovalContext,
): string | undefined {
  const { tenant, planId, digest, keyId, by, verb } = decision;
  if (tenant !== plan.tenant || planId !== plan.id) return 'it is about another plan';
  if (digest !== plan.digest) return 'the plan is not the one that was seen: its digest differs';
  if (keyId.trim() === '' || by.trim() === '') return 'nobody says who decides';
  const party = partyOf(decision, parties, policy);
  if (party !== undefined) {
    return party.isDelegate
      ? `${by} may act for ${party.label}, whom the plan is about`
      : `${by} may be ${party.label}, whom the plan is about`;
  }
  const { trigger } = plan;
  const asked =
    trigger.kind === 'person' && isSamePerson(decision, { keyId: trigger.by, by: trigger.by }, policy);
  return asked && verb === 'approve' ? `${by} asked for it: another person must approve` : undefined;
}

function tooLate({ verdict, approvals, expiresMs }: Plan, nowMs: number): string | undefined {
  if (verdict !== 'propose' || approvals < 1) return 'it does not wait for a decision';
  return nowMs >= expiresMs
    ? `it has expired: nobody decided by ${new Date(expiresMs).toISOString()}`
    : undefined;
}

function refused(reason: string): ApprovalOutcome {
  return { kind: 'refused', reason };
}
