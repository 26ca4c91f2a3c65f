import type { Exposure, LinkLevel, PeopleView, PersonView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { asPrincipal } from '../parties.ts';

/** What is out, and how far it reaches. */
export interface Leak {
  readonly exposure: Exposure;
  /** Of whom or what a credential is out, for people. */
  readonly exposed: string;
  readonly exposedKind: 'token' | 'principal';
  /** The token that whoever found the secret could hold. */
  readonly held: TokenView;
  readonly level: LinkLevel | undefined;
}

/** Who is known, and how far clocks may be apart. */
interface Known {
  readonly people: PeopleView;
  readonly skewMs: number;
}

/**
 * The exposed credential on which a use at `atMs` rests: the token itself, or one above it from which it was made
 * after the leak. A token that was made before is not out, whatever its parent is. What clocks may have put on the
 * wrong side of the leak does not count.
 */
export function leakedToken(token: TokenView, atMs: number, skewMs: number): Leak | undefined {
  let reachedMs: number | undefined = atMs;
  for (const { token: held, level } of [{ token, level: undefined }, ...ancestorsOf(token)]) {
    const { exposure } = held;
    if (exposure !== undefined && reachedMs !== undefined && reachedMs >= exposure.atMs + skewMs)
      return { exposure, exposed: refLabel(held.ref), exposedKind: 'token', held, level };
    reachedMs = held.iatMs;
  }
  return undefined;
}

/** The principal whose exposed credential may have opened the way to a use at `atMs`. */
export function leakedPrincipal(token: TokenView, atMs: number, known: Known): Leak | undefined {
  for (const { token: held, level } of [{ token, level: undefined }, ...ancestorsOf(token)]) {
    const leak = signedIn(held, atMs, known);
    if (leak !== undefined) return { ...leak, level };
  }
  return undefined;
}

/**
 * Somebody got this token, or could take this key, with a credential of an exposed principal. Nobody says which
 * credential is out: what was signed in before is none of it, a key that lives on may be it.
 */
export function signedIn(held: TokenView, atMs: number, known: Known): Leak | undefined {
  const { people, skewMs } = known;
  for (const principal of authenticatedAt(held)) {
    const exposure = exposureOf(principal, people);
    if (exposure === undefined || atMs < exposure.atMs + skewMs) continue;
    const isKey = held.standing && held.parent === undefined;
    const mintedMs = held.iatMs ?? held.firstSeenMs;
    if (!isKey && mintedMs < exposure.atMs + skewMs) continue;
    if (isRenewed(principal, exposure.atMs, isKey ? atMs : mintedMs, known)) continue;
    return { exposure, exposed: principalLabel(principal), exposedKind: 'principal', held, level: undefined };
  }
  return undefined;
}

/** Whoever had to prove who they are for this token: at the root everybody, later the actor, or else the client. */
function authenticatedAt({ parent, subject, actor, client }: TokenView): readonly Principal[] {
  const app = client === undefined ? undefined : asPrincipal({ id: client });
  const named = parent === undefined ? [subject, actor, app] : [actor ?? app];
  return named.filter((principal) => principal !== undefined);
}

/** Whoever tells of a leak or a change often knows the name only, not who gave it. */
function personsOf(principal: Principal, people: PeopleView): readonly PersonView[] {
  return [people.of(principal), people.of(asPrincipal({ id: principal.id }))];
}

function exposureOf(principal: Principal, people: PeopleView): Exposure | undefined {
  const [known, bare] = personsOf(principal, people).map(({ exposure }) => exposure);
  if (known === undefined || bare === undefined) return known ?? bare;
  return bare.atMs < known.atMs ? bare : known;
}

/** A new credential took the place of the exposed one. */
function isRenewed(
  principal: Principal,
  fromMs: number,
  untilMs: number,
  { people, skewMs }: Known,
): boolean {
  const isBetween = (atMs: number) => atMs > fromMs - skewMs && atMs <= untilMs + skewMs;
  return personsOf(principal, people).some(({ changes }) =>
    changes.some(({ change, atMs }) => change === 'credential-changed' && isBetween(atMs)),
  );
}
