import type { ActionView, ApprovalView, ChainView, PeopleView } from '../src/domain/chain.ts';
import { matchesAny, type Policy } from '../src/domain/policy.ts';
import { type Consent, type Court, consentOf, flaws } from './approvals.ts';
import { mismatches, namesOf, placesOf } from './bindings.ts';
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
  const isRefused = approvals.some(({ denials }) => denials.length > 0);
  const unnamed = new Map<string, ActionView[]>();
  const court: Court = { policy, people, txns, unnamed };
  const claimOf = claims(actions);
  const find = finder(approvals);
  const judged: Judged[] = [];
  for (const action of actions) {
    const isRequired = needsApproval(action, policy);
    const claim = claimOf(action);
    if (!isRequired && !isRefused && claim === undefined) continue;
    const consent = decide(action, claim, find(action), court);
    judged.push({ action, isRequired, claim, consent });
    if (!isRequired || consent.is !== 'good' || consent.agreed.approval.id === claim?.id) continue;
    const { id } = consent.agreed.approval;
    const uses = unnamed.get(id);
    if (uses === undefined) unnamed.set(id, [action]);
    else uses.push(action);
  }
  return judged;
}

/** Policy wants a person to agree first (R29). What nobody tells, environment or amount, fits no row that asks for it. */
function needsApproval(action: ActionView, policy: Policy): boolean {
  return policy.approvals.required.some(({ actions, environments, fromAmount }) => {
    if (!isNamedBy(actions, action)) return false;
    const environment = action.details.environment ?? action.token?.environment;
    if (environments !== undefined && !(environment !== undefined && matchesAny(environments, environment))) {
      return false;
    }
    const amount = numberOf(action.details.amount);
    return fromAmount === undefined || (amount !== undefined && Math.abs(amount) >= fromAmount);
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
  found: ReadonlySet<ApprovalView>,
  court: Court,
): Consent {
  const heard = claim === undefined ? [...found] : [claim, ...[...found].filter(({ id }) => id !== claim.id)];
  const said = heard.map((approval) => ({
    isClaim: approval === claim,
    consent: consentOf(action, approval, approval === claim, court),
  }));
  const good = said.find(({ consent }) => consent.is === 'good');
  if (good !== undefined) return good.consent;
  const flawed = said.flatMap(({ isClaim, consent }) =>
    consent.is === 'flawed' && (isClaim || !isMismatch(consent)) ? [consent] : [],
  );
  const nearest = flawed.toSorted((a, b) => flaws.indexOf(b.flaw.is) - flaws.indexOf(a.flaw.is))[0];
  return nearest ?? said.find(({ consent }) => consent.is === 'late')?.consent ?? { is: 'none' };
}

/** What was agreed to for something else says nothing of an action that does not claim it. */
function isMismatch({ flaw }: Extract<Consent, { is: 'flawed' }>): boolean {
  return (mismatches as readonly string[]).includes(flaw.is);
}

/** Finds the approvals that may speak of an action, by id. */
function finder(approvals: readonly ApprovalView[]): (action: ActionView) => ReadonlySet<ApprovalView> {
  let index: ReadonlyMap<string, ReadonlySet<ApprovalView>> | undefined;
  return (action) => {
    index ??= indexed(approvals);
    const keys = action.kind === 'change' ? keysOfChange(action) : [...namesOf(action)];
    return new Set(keys.flatMap((key) => [...(index?.get(key) ?? [])]));
  };
}

function keysOfChange(change: ActionView): readonly string[] {
  const { record, amount } = change.details;
  return [...placesOf(change), record, numberOf(amount)].map((value) => `about ${value}`);
}

function indexed(approvals: readonly ApprovalView[]): ReadonlyMap<string, ReadonlySet<ApprovalView>> {
  const index = new Map<string, Set<ApprovalView>>();
  const file = (key: string, approval: ApprovalView) => {
    const entry = index.get(key);
    if (entry === undefined) index.set(key, new Set([approval]));
    else entry.add(approval);
  };
  for (const approval of approvals) {
    const binds = [...approval.grants, ...approval.denials].flatMap((step) => step.binds ?? []);
    for (const { action, target, facts } of binds) {
      file(action, approval);
      for (const value of [target, facts?.record, numberOf(facts?.amount)]) {
        if (value !== undefined) file(`about ${value}`, approval);
      }
    }
  }
  return index;
}
