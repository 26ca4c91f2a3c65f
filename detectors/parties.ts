import type { PeopleView, TokenView } from '../src/domain/chain.ts';
import type { Act, Principal } from '../src/domain/event/index.ts';
import type { Severity, Subject } from '../src/domain/finding.ts';
import { LINEAGE_DEPTH_MAX } from '../src/domain/limits.ts';
import { matchesAny, type Policy } from '../src/domain/policy.ts';
import { principalKey, principalLabel } from '../src/domain/principal.ts';

/** One name of a principal: what an `act` claim gives, and less than a report does. */
export type Name = Pick<Principal, 'id' | 'iss'>;

export function principalSubject(principal: Principal): Subject {
  return { kind: 'principal', key: principalKey(principal), label: principalLabel(principal) };
}

/** Whoever carries it is no person, as far as anybody says. */
export function isMachine(principal: Principal | undefined): boolean {
  return principal !== undefined && principal.kind !== 'human';
}

/** The actors that a claim names, the current one first (RFC 8693 section 4.1). */
export function actorsIn(act: Act | undefined): readonly Principal[] {
  const actors: Principal[] = [];
  for (let at = act; at !== undefined; at = at.act) actors.push(asPrincipal({ id: at.sub, iss: at.iss }));
  return actors;
}

/**
 * What a token says of its actors; the report of a refresh has no room for that, so what was refreshed says it.
 * Otherwise one refresh would be enough to forget who may act and who did.
 */
export function told<T>(token: TokenView, read: (token: TokenView) => T | undefined): T | undefined {
  let at = token;
  for (let depth = 0; depth < LINEAGE_DEPTH_MAX; depth += 1) {
    if (read(at) !== undefined || at.grant !== 'refresh_token' || at.parent === undefined) break;
    at = at.parent;
  }
  return read(at);
}

export const actOf = (token: TokenView): Act | undefined => told(token, ({ act }) => act);

/** One party under two names: the same id, unless both say whose it is and differ, or names that somebody linked. */
export function sameParty(people: PeopleView, a: Name, b: Name): boolean {
  if (a.id === b.id && (a.iss === undefined || b.iss === undefined || a.iss === b.iss)) return true;
  return people.same(asPrincipal(a), asPrincipal(b));
}

/** The party whose authority a token adds to that of its parent: its actor, unless the parent had it already. */
export function newActorOf(token: TokenView, people: PeopleView): Principal | undefined {
  const { actor, subject, parent } = token;
  if (actor === undefined) return undefined;
  if (subject !== undefined && sameParty(people, actor, subject)) return undefined;
  const held = parent?.actor;
  return held !== undefined && sameParty(people, actor, held) ? undefined : actor;
}

/**
 * Grants in which the issuer carries subject and actors over from one token to the next. Platforms that assume roles
 * make a new subject instead, and name its caller only.
 */
export const CARRYING_GRANTS = ['urn:ietf:params:oauth:grant-type:*', 'refresh_token'];

/** Two issuers that spell principals alike: the same one, or two of one declared domain. */
export function spellAlike(a: string | undefined, b: string | undefined, policy: Policy): boolean {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  return policy.trust.domains.some(({ issuers }) => matchesAny(issuers, a) && matchesAny(issuers, b));
}

/** A hop by which one domain accepts what another one issued; trails of platforms write `<service>:<call>`. */
export function isFederated({ grant, tokenKind, parent }: TokenView, policy: Policy): boolean {
  const call = grant?.slice(grant.lastIndexOf(':') + 1);
  const names = [grant, call, tokenKind, parent?.tokenKind];
  return names.some((name) => name !== undefined && matchesAny(policy.trust.federationGrants, name));
}

/** What is done in the name of those that policy calls sensitive weighs most. */
export function severityFor(principal: Name | undefined, policy: Policy): Severity {
  const globs = policy.sensitive.principals;
  return principal !== undefined && globs.length > 0 && matchesAny(globs, principal.id) ? 'critical' : 'high';
}

export function asPrincipal({ id, iss }: Name): Principal {
  return { id, ...(iss === undefined ? {} : { iss }), kind: 'unknown' };
}

/** Ids in the order in which they are given, for evidence. */
export function idsOf(names: readonly Name[]): readonly string[] {
  return names.map(({ id }) => id);
}
