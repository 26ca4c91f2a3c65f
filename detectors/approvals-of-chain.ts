import type { ActionView, ApprovalView, ChainView, PeopleView } from '../src/domain/chain.ts';
import { matchesAny, type Policy } from '../src/domain/policy.ts';
import { createShelf, type Shelf } from './approval-shelf.ts';
import { type Agreed, createLedger } from './approval-uses.ts';
import { type Consent, type Court, consentBy, isNearer, isRefused, refusalBy, refused } from './approvals.ts';
import { mismatches } from './bindings.ts';
import { isNamedBy, numberOf } from './deed.ts';

/** An action, what was agreed to of it, and why that matters. */
export interface Judged {
  readonly action: ActionView;
  /** Policy wants somebody to agree. */
  readonly isRequired: boolean;
  /** It says itself, or the call that it comes from says, on which approval it rests. */
  readonly claim: ApprovalView | undefined;
  readonly consent: Consent;
}

/**
 * Every action of a chain that names an approval, needs one by policy, or may have been refused one, in the order in
 * which they happened. It finds its approval by the id that it names, else by what the chain's approvals speak of.
 */
export function judgedActions(chain: ChainView, people: PeopleView, policy: Policy): readonly Judged[] {
  const { approvals, actions, txns } = chain;
  if (approvals.length === 0 && policy.approvals.required.length === 0) return [];
  const court: Court = { policy, people, txns, ledger: createLedger() };
  const shelf = createShelf(approvals);
  const claimOf = claims(actions);
  const judged: Judged[] = [];
  for (const action of actions) {
    const isRequired = needsApproval(action, policy);
    const named = claimOf(action);
    const claim = named === undefined ? undefined : shelf.read(named);
    if (!isRequired && claim === undefined && shelf.denied === undefined) continue;
    const consent = decide(action, claim, isRequired, shelf, court);
    judged.push({ action, isRequired, claim, consent });
    if (!isRequired || consent.is !== 'good' || consent.agreed.approval.id === claim?.id) continue;
    court.ledger.add(consent.agreed.approval, action);
  }
  return judged;
}

/** Policy wants a person to agree first (R29). What nobody tells fits no row that asks for it. */
function needsApproval(action: ActionView, policy: Policy): boolean {
  return policy.approvals.required.some(({ actions, environments, fromAmount }) => {
    if (!isNamedBy(actions, action)) return false;
    if (environments !== undefined) {
      const environment = action.details.environment ?? action.token?.environment;
      if (environment === undefined || !matchesAny(environments, environment)) return false;
    }
    if (fromAmount === undefined) return true;
    const amount = numberOf(action.details.amount);
    return amount !== undefined && Math.abs(amount) >= fromAmount;
  });
}

/** The approval that an action names; a change is told without it, but of the same HTTP request. */
function claims(actions: readonly ActionView[]): (action: ActionView) => ApprovalView | undefined {
  let byRequest: Map<string, ApprovalView> | undefined;
  return (action) => {
    if (action.approval !== undefined || action.kind !== 'change') return action.approval;
    if (action.approvalId !== undefined || action.httpRequestIds.length === 0) return undefined;
    byRequest ??= new Map(
      actions.flatMap(({ approval, httpRequestIds }) =>
        approval === undefined ? [] : httpRequestIds.map((id) => [id, approval] as const),
      ),
    );
    return action.httpRequestIds.map((id) => byRequest?.get(id)).find((approval) => approval !== undefined);
  };
}

/** The best that the approvals say: one that is good counts, whatever others say. */
function decide(
  action: ActionView,
  claim: ApprovalView | undefined,
  isRequired: boolean,
  shelf: Shelf,
  court: Court,
): Consent {
  const claimed = claim === undefined ? undefined : byClaim(action, claim, shelf, court);
  if (claimed?.is === 'good') return claimed;
  const others = isRequired || claim !== undefined ? byBinding(action, claim?.id, shelf, court) : [];
  const good = others.find(({ is }) => is === 'good');
  if (good !== undefined) return good;
  if (claimed !== undefined && claimed.is !== 'none') return claimed;
  let nearest: Extract<Consent, { is: 'flawed' }> | undefined;
  for (const consent of others) {
    // What was agreed to for something else says nothing of an action that does not claim it.
    if (consent.is !== 'flawed' || (mismatches as readonly string[]).includes(consent.flaw.is)) continue;
    if (nearest === undefined || isNearer(consent.flaw, nearest.flaw)) nearest = consent;
  }
  if (nearest !== undefined) return nearest;
  const denied = shelf.denied?.of(action).find((one) => isRefused(action, one, court));
  if (denied !== undefined) return refused(denied.approval, denied.denial);
  return others.find(({ is }) => is === 'late') ?? { is: 'none' };
}

function byClaim(action: ActionView, claim: ApprovalView, shelf: Shelf, court: Court): Consent {
  const consent = consentBy(action, shelf.claimed(claim, action), court);
  if (consent.is === 'good' || consent.is === 'flawed') return consent;
  return refusalBy(action, claim, court) ?? consent;
}

/** What each of the chain's other approvals says, by id. */
function byBinding(
  action: ActionView,
  claimId: string | undefined,
  shelf: Shelf,
  court: Court,
): readonly Consent[] {
  const speaking = new Map<string, Agreed[]>();
  for (const agreed of shelf.granted.of(action)) {
    const { id } = agreed.approval;
    if (id === claimId) continue;
    const same = speaking.get(id);
    if (same === undefined) speaking.set(id, [agreed]);
    else same.push(agreed);
  }
  return [...speaking.values()].map((all) => consentBy(action, all, court));
}
