import type { ActionView, ApprovalView, Binding } from '../src/domain/chain.ts';
import { type BindingIndex, indexBindings } from './approval-index.ts';
import type { Agreed } from './approval-uses.ts';
import type { Denied } from './approvals.ts';
import { namesOf } from './bindings.ts';

/** The approvals of a chain, each read once. */
export interface Shelf {
  read(approval: ApprovalView): ApprovalView;
  readonly granted: BindingIndex<Agreed>;
  /** Undefined when nothing was refused. */
  readonly denied: BindingIndex<Denied> | undefined;
  /** What of an approval speaks of an action that claims it. */
  claimed(approval: ApprovalView, action: ActionView): readonly Agreed[];
}

/** Grants and bindings that are told beside one another when none of them fits. */
const SHOWN_MAX = 16;

export function createShelf(approvals: readonly ApprovalView[]): Shelf {
  const readings = new Map<string, ApprovalView>();
  const read = (approval: ApprovalView) => {
    const known = readings.get(approval.id);
    if (known !== undefined) return known;
    const { id, requests, grants, denials, withdrawals, expiries, txns, uses } = approval;
    const reading = { id, requests, grants, denials, withdrawals, expiries, txns, uses };
    readings.set(id, reading);
    return reading;
  };
  const all = approvals.map(read);
  const denied = all.flatMap((approval) => denialsOf(approval));
  const indexes = new Map<
    string,
    { readonly index: BindingIndex<Agreed>; readonly all: readonly Agreed[] }
  >();
  return {
    read,
    granted: indexBindings(bound(all.flatMap(agreedIn))),
    denied: denied.length === 0 ? undefined : indexBindings(bound(denied.filter(isSpecific))),
    claimed(approval, action) {
      let own = indexes.get(approval.id);
      if (own === undefined) {
        const every = agreedIn(approval);
        own = { index: indexBindings(bound(every)), all: every };
        indexes.set(approval.id, own);
      }
      const found = own.index.of(action);
      // A grant without bindings is good for whatever claims it: nobody has said what it is not good for.
      const open = own.all.filter(({ binding }) => binding === undefined);
      if (found.length > 0) return [...open, ...found];
      const names = namesOf(action);
      const alike = own.all.filter(
        ({ binding }) => action.kind === 'change' || names.has(binding?.action ?? ''),
      );
      return [...open, ...alike.slice(-SHOWN_MAX)];
    },
  };
}

function agreedIn(approval: ApprovalView): readonly Agreed[] {
  return approval.grants.flatMap((grant): readonly Agreed[] =>
    grant.binds.length === 0
      ? [{ approval, grant, binding: undefined }]
      : grant.binds.map((binding) => ({ approval, grant, binding })),
  );
}

function denialsOf(approval: ApprovalView): readonly Denied[] {
  return approval.denials.flatMap((denial) =>
    (denial.binds ?? []).map((binding) => ({ approval, denial, binding })),
  );
}

/** A refusal that names no more than the kind of action forbids no other one. */
function isSpecific({ binding: { target, argsHash, facts } }: Denied): boolean {
  return target !== undefined || argsHash !== undefined || facts !== undefined;
}

function bound<T extends { readonly binding: Binding | undefined }>(entries: readonly T[]) {
  return entries.flatMap((entry) => (entry.binding === undefined ? [] : [{ binding: entry.binding, entry }]));
}
