import type { ActionView, ApprovalGrant, ApprovalView, Binding, PeopleView } from '../src/domain/chain.ts';
import type { Json } from '../src/domain/finding.ts';
import { mismatchOf, namesOf } from './bindings.ts';
import { numberOf, tookEffect } from './deed.ts';

/** A binding under the grant that gave it; none where the grant names no action at all. */
export interface Agreed {
  readonly approval: ApprovalView;
  readonly grant: ApprovalGrant;
  readonly binding: Binding | undefined;
}

/** How an approval was used more often than was agreed to. */
export interface Overuse {
  readonly evidence: { readonly [key: string]: Json };
  /** What was agreed to is no single thing, and nobody says how often: it may be a standing consent. */
  readonly isDoubtful: boolean;
}

/** A rounding error of amounts that were added up. */
const ROUNDING = 1e-9;

/**
 * Whether this use is one too many: in another transaction, more often than the grant says, or for more than its
 * amount taken together. A call, and what a tool and a system tell of the same deed, are counted apart, so that one
 * deed is one use. `unnamed`: uses that do not name the approval.
 */
export function overuseOf(
  action: ActionView,
  agreed: Agreed,
  chainTxns: readonly string[],
  people: PeopleView,
  unnamed: readonly ActionView[],
): Overuse | undefined {
  const { approval, grant } = agreed;
  const earlier = [...approval.uses, ...unnamed]
    .filter(
      (use) => use.kind === action.kind && precedes(use, action) && tookEffect(use) && isMeant(use, grant),
    )
    .sort((a, b) => (precedes(a, b) ? -1 : 1));
  return (
    otherTransaction(action, agreed, chainTxns, earlier) ??
    tooOften(earlier, agreed, people) ??
    tooMuch(action, earlier, agreed, people)
  );
}

/** Whoever carries an approval's id along with everything else it does uses it only for what it is about. */
function isMeant(use: ActionView, { binds }: ApprovalGrant): boolean {
  if (binds.length === 0) return true;
  const names = namesOf(use);
  return binds.some(({ action }) => names.has(action));
}

/** An approval that names a transaction is good in that one; one that names none, in the one it is used in first. */
function otherTransaction(
  action: ActionView,
  { approval, grant, binding }: Agreed,
  chainTxns: readonly string[],
  earlier: readonly ActionView[],
): Overuse | undefined {
  const own = action.txn === undefined ? chainTxns : [action.txn];
  const firstTxn = earlier.find(({ txn }) => txn !== undefined)?.txn;
  const good = approval.txns.length > 0 ? approval.txns : firstTxn === undefined ? [] : [firstTxn];
  if (own.length === 0 || good.length === 0 || own.some((txn) => good.includes(txn))) return undefined;
  if (approval.txns.length === 0 && (grant.maxUses ?? 1) > 1) return undefined;
  return {
    evidence: { transaction: own[0] ?? null, approvedTransaction: good[0] ?? null },
    isDoubtful: approval.txns.length === 0 && !isSingleThing(binding),
  };
}

function tooOften(earlier: readonly ActionView[], agreed: Agreed, people: PeopleView): Overuse | undefined {
  const { grant, binding } = agreed;
  const { binds, maxUses } = grant;
  if (maxUses === undefined) return undefined;
  const uses = earlier.length;
  const same = earlier.filter((use) => isUnder(binding, use, people)).length;
  // Each binding has one use; what is left beyond that, any of them may take.
  const perBinding = Math.max(1, maxUses - Math.max(0, binds.length - 1));
  if (uses < Math.max(maxUses, binds.length) && same < perBinding) return undefined;
  return { evidence: { maxUses, earlierUses: uses }, isDoubtful: false };
}

/** Nobody says how often, but how much: a second payment is not covered by the consent to the first. */
function tooMuch(
  action: ActionView,
  earlier: readonly ActionView[],
  { grant, binding }: Agreed,
  people: PeopleView,
): Overuse | undefined {
  const most = numberOf(binding?.facts?.['amount']);
  if (grant.maxUses !== undefined || most === undefined) return undefined;
  const spent = [...earlier.filter((use) => isUnder(binding, use, people)), action].reduce(
    (sum, use) => sum + Math.abs(numberOf(use.details['amount']) ?? 0),
    0,
  );
  if (spent <= Math.abs(most) * (1 + ROUNDING)) return undefined;
  return { evidence: { usedAmount: spent, approvedAmount: Math.abs(most) }, isDoubtful: false };
}

function isUnder(binding: Binding | undefined, use: ActionView, people: PeopleView): boolean {
  if (binding === undefined) return true;
  return namesOf(use).has(binding.action) && mismatchOf(binding, use, people) === undefined;
}

function isSingleThing(binding: Binding | undefined): boolean {
  const { argsHash, facts } = binding ?? {};
  return argsHash !== undefined || facts?.['record'] !== undefined || facts?.['amount'] !== undefined;
}

function precedes(a: ActionView, b: ActionView): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.id < b.id);
}
