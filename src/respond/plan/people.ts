import type { Principal } from '../../domain/event/index.ts';
import { matchesAny, type Policy } from '../../domain/policy.ts';
import { principalLabel } from '../../domain/principal.ts';
import { idsOf } from './parties.ts';

/** Who decides: API keys have a name that people chose, and no principal's id. */
export interface Decider {
  readonly keyId: string;
  readonly by: string;
}

/**
 * The party that somebody may be, or may act for. A key's name and a principal's id are told by different systems, so
 * `alice`, `user:alice` and `alice@example.com` are taken for one person: who is refused wrongly finds a colleague,
 * who is let in wrongly decides about themselves.
 */
export function partyOf(
  { by, keyId }: Decider,
  parties: readonly Principal[],
  policy: Policy,
): { readonly label: string; readonly isDelegate: boolean } | undefined {
  const names = formsOf([...idsOf({ id: by }, policy), keyId]);
  for (const party of parties) {
    const told = [...idsOf(party, policy), ...(party.name === undefined ? [] : [party.name])];
    if (overlap(names, formsOf(told))) return { label: principalLabel(party), isDelegate: false };
  }
  const acting = parties.find((party) => delegatesTo(party, [by, keyId], policy));
  return acting === undefined ? undefined : { label: principalLabel(acting), isDelegate: true };
}

/** Two keys of one person, as far as their names tell. */
export function isSamePerson(a: Decider, b: Decider, policy: Policy): boolean {
  return (
    a.keyId === b.keyId || overlap(formsOf(idsOf({ id: a.by }, policy)), formsOf(idsOf({ id: b.by }, policy)))
  );
}

/** Policy lets the party hand its authority to somebody of that name. `*` alone names nobody. */
function delegatesTo(party: Principal, names: readonly string[], policy: Policy): boolean {
  const ids = [...idsOf(party, policy)];
  return policy.trust.delegates.some(({ from, to }) => {
    const named = to.filter((pattern) => pattern !== '*');
    return ids.some((id) => matchesAny([from], id)) && names.some((name) => matchesAny(named, name));
  });
}

/** A name as it is, without what stands before its last colon or slash, and without its domain. */
function formsOf(names: Iterable<string>): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const name of names) {
    const whole = name.trim().toLowerCase();
    const last = whole.split(/[:/\s]/).at(-1) ?? '';
    for (const form of [whole, last, last.split('@')[0] ?? '']) if (form !== '') forms.add(form);
  }
  return forms;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((name) => b.has(name));
}
