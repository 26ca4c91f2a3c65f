import type { Principal } from '../../domain/event/index.ts';
import { matchesAny, type Policy } from '../../domain/policy.ts';
import { principalKey } from '../../domain/principal.ts';
import type { LineageToken } from '../../domain/reach.ts';

/** Every id under which policy may speak of a principal: its own, with and without its issuer, and its aliases. */
export function idsOf({ id, iss }: Pick<Principal, 'id' | 'iss'>, { aliases }: Policy): ReadonlySet<string> {
  const names = new Set(iss === undefined ? [id] : [id, `${iss} ${id}`]);
  // Names that are joined through a third one are one principal, too.
  for (let size = 0; size !== names.size; ) {
    size = names.size;
    for (const group of aliases) {
      if (group.some((name) => names.has(name))) for (const name of group) names.add(name);
    }
  }
  return names;
}

export function isProtected(principal: Principal | undefined, policy: Policy): boolean {
  const { principals } = policy.protected;
  if (principal === undefined || principals.length === 0) return false;
  return [...idsOf(principal, policy)].some((name) => matchesAny(principals, name));
}

/** Whether policy forbids to take a token, because of who holds it or whom it speaks for. */
export function safeUnder(policy: Policy): (token: LineageToken) => boolean {
  const known = new Map<Principal, boolean>();
  const isSafe = (principal: Principal | undefined) => {
    if (principal === undefined) return false;
    const answer = known.get(principal) ?? isProtected(principal, policy);
    known.set(principal, answer);
    return answer;
  };
  return ({ holder, subject }) => isSafe(holder) || isSafe(subject);
}

/** Kinds that are a person's presence, not authority that was handed on. */
const personal = ['*session*', '*sso*', '*cookie*', '*password*', 'id_token', '*:id_token'];

/** What a person signed in with, and not something that was made from it. */
export function isSignIn({ holder, parents, tokenKind }: LineageToken): boolean {
  if (holder?.kind !== 'human') return false;
  return parents.length === 0 || (tokenKind !== undefined && matchesAny(personal, tokenKind));
}

/** Everybody who holds one of the tokens, and everybody for whom: by key. */
export function partiesIn(tokens: readonly LineageToken[]): readonly Principal[] {
  const found = new Map<string, Principal>();
  for (const { holder, subject } of tokens) {
    for (const party of [holder, subject]) {
      if (party !== undefined && !found.has(principalKey(party))) found.set(principalKey(party), party);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, party]) => party);
}
