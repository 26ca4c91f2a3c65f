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

/** An action that took effect under an approval, and what it is called. */
interface Use {
  readonly action: ActionView;
  readonly names: ReadonlySet<string>;
}

/** What is known of the uses of approvals, each read once. */
export interface Ledger {
  /** Of an approval, by time. */
  of(approval: ApprovalView): readonly Use[];
  /** A use that does not name it. */
  add(approval: ApprovalView, action: ActionView): void;
}

export function createLedger(): Ledger {
  const pages = new Map<string, Use[]>();
  const of = (approval: ApprovalView) => {
    const known = pages.get(approval.id);
    if (known !== undefined) return known;
    const uses = approval.uses.filter(tookEffect).map((action) => ({ action, names: namesOf(action) }));
    pages.set(approval.id, uses);
    return uses;
  };
  return {
    of,
    add(approval, action) {
      const uses = of(approval);
      const at = uses.findIndex((use) => precedes(action, use.action));
      uses.splice(at < 0 ? uses.length : at, 0, { action, names: namesOf(action) });
    },
  };
}

/** A rounding error of amounts that were added up. */
const ROUNDING = 1e-9;

/**
 * Whether this use is one too many: in another transaction, more often than the grant says, or for more than its
 * amount taken together. A tool call, an API call and a change are counted apart, so that one deed is one use.
 */
export function overuseOf(
  action: ActionView,
  agreed: Agreed,
  chainTxns: readonly string[],
  people: PeopleView,
  uses: readonly Use[],
): Overuse | undefined {
  return (
    otherTransaction(action, agreed, chainTxns, uses) ??
    tooOften(action, agreed, people, uses) ??
    tooMuch(action, agreed, people, uses)
  );
}

/** Whoever carries an approval's id along with everything else it does uses it only for what it is about. */
function* earlierThan(action: ActionView, { binds }: ApprovalGrant, uses: readonly Use[]): Iterable<Use> {
  for (const use of uses) {
    if (!precedes(use.action, action)) return;
    if (use.action.kind !== action.kind) continue;
    if (binds.length === 0 || binds.some((binding) => use.names.has(binding.action))) yield use;
  }
}

/** An approval that names a transaction is good in that one; one that names none, in the one it is used in first. */
function otherTransaction(
  action: ActionView,
  { approval, grant, binding }: Agreed,
  chainTxns: readonly string[],
  uses: readonly Use[],
): Overuse | undefined {
  const own = action.txn === undefined ? chainTxns : [action.txn];
  const good = approval.txns.length > 0 ? approval.txns : firstTxn(action, grant, uses);
  const [ownTxn, goodTxn] = [own[0], good[0]];
  if (ownTxn === undefined || goodTxn === undefined || own.some((txn) => good.includes(txn)))
    return undefined;
  if (approval.txns.length === 0 && (grant.maxUses ?? 1) > 1) return undefined;
  return {
    evidence: { transaction: ownTxn, approvedTransaction: goodTxn },
    isDoubtful: approval.txns.length === 0 && !isSingleThing(binding),
  };
}

function firstTxn(action: ActionView, grant: ApprovalGrant, uses: readonly Use[]): readonly string[] {
  for (const use of earlierThan(action, grant, uses))
    if (use.action.txn !== undefined) return [use.action.txn];
  return [];
}

function tooOften(
  action: ActionView,
  { grant, binding }: Agreed,
  people: PeopleView,
  uses: readonly Use[],
): Overuse | undefined {
  const { binds, maxUses } = grant;
  if (maxUses === undefined) return undefined;
  // Each binding has one use; what is left beyond that, any of them may take.
  const most = {
    all: Math.max(maxUses, binds.length),
    same: Math.max(1, maxUses - Math.max(0, binds.length - 1)),
  };
  let [all, same] = [0, 0];
  for (const use of earlierThan(action, grant, uses)) {
    all += 1;
    if (isUnder(binding, use, people)) same += 1;
    if (all >= most.all || same >= most.same)
      return { evidence: { maxUses, earlierUses: all }, isDoubtful: false };
  }
  return undefined;
}

/** Nobody says how often, but how much: a second payment is not covered by the consent to the first. */
function tooMuch(
  action: ActionView,
  { grant, binding }: Agreed,
  people: PeopleView,
  uses: readonly Use[],
): Overuse | undefined {
  const most = Math.abs(numberOf(binding?.facts?.amount) ?? Number.NaN);
  if (grant.maxUses !== undefined || Number.isNaN(most)) return undefined;
  let usedAmount = amountOf(action);
  for (const use of earlierThan(action, grant, uses)) {
    if (isUnder(binding, use, people)) usedAmount += amountOf(use.action);
    if (usedAmount > most * (1 + ROUNDING))
      return { evidence: { usedAmount, approvedAmount: most }, isDoubtful: false };
  }
  return undefined;
}

function amountOf({ details }: ActionView): number {
  return Math.abs(numberOf(details.amount) ?? 0);
}

function isUnder(binding: Binding | undefined, { action, names }: Use, people: PeopleView): boolean {
  if (binding === undefined) return true;
  return names.has(binding.action) && mismatchOf(binding, action, people) === undefined;
}

function isSingleThing(binding: Binding | undefined): boolean {
  const { argsHash, facts } = binding ?? {};
  return argsHash !== undefined || facts?.record !== undefined || facts?.amount !== undefined;
}

function precedes(a: ActionView, b: ActionView): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.id < b.id);
}
