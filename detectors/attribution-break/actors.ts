import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import { refLabel } from '../../src/domain/token.ts';
import { holderOf } from '../evidence.ts';
import { actOf, actorsIn, idsOf, type Name, sameParty, spellAlike } from '../parties.ts';
import { finding, type Hop } from './hop.ts';

/** RFC 8693 section 4.1: a new actor stands before those that the parent names, and those stand as they stood (V10). */
export function brokenHistory(hop: Hop): Finding | undefined {
  const { token, parent, people, config } = hop;
  const named = actorsIn(token.act);
  const before = actorsIn(actOf(parent));
  if (named.length === 0 || before.length === 0 || !isComparable(hop)) return undefined;
  const [, ...carried] = named;
  if (isKept(named, before, named.length, hop) || isKept(carried, before, named.length, hop))
    return undefined;

  const missing = before.filter((actor) => !isOneOf(actor, named, people));
  // The current actor may be the new one, which the parent cannot have named.
  const added = carried.filter((actor) => !isOneOf(actor, before, people));
  const isInOrder = isSubsequence(carried, before, people) || isSubsequence(named, before, people);
  const isTruncated = isInOrder && missing.length > 0;
  const does = isTruncated ? `leaves out ${listed(missing)}` : 'tells another history';
  return finding(hop, {
    fact: isTruncated ? 'act-truncated' : 'act-spliced',
    title: `The actors of ${refLabel(token.ref)}, made for ${holderOf(token)}, are not those of its parent: it ${does}`,
    evidence: {
      actors: idsOf(named),
      parentActors: idsOf(before),
      missing: idsOf(missing),
      added: idsOf(added),
      actorsKept: config.actorsKept,
    },
    // However they are called, fewer actors than before are fewer.
    rests: named.length < before.length ? 'on numbers' : 'on names',
  });
}

/** The same actors in the same order, apart from old ones that an issuer of bounded memory forgets. */
function isKept(carried: readonly Name[], before: readonly Name[], length: number, hop: Hop): boolean {
  const { people, config } = hop;
  const isSame = carried.every((actor, index) => matches(actor, before[index], people));
  if (!isSame) return false;
  return carried.length === before.length || (carried.length < before.length && length >= config.actorsKept);
}

/**
 * Where no claim stands above, the tokens themselves tell who held the authority before: what a claim says beyond
 * that, nobody signed (V09). The current actor is known to the issuer, the earlier ones to the tokens above.
 */
export function unobservedActor(hop: Hop): Finding | undefined {
  const { token, parent, people } = hop;
  const [current, ...earlier] = actorsIn(token.act);
  if (current === undefined) return undefined;
  const isOther = token.actor !== undefined && !isOneOf(current, holdersOf(token), people);
  const ghosts = actorsIn(actOf(parent)).length > 0 ? [] : ghostsAmong(earlier, hop);
  if (!isOther && ghosts.length === 0) return undefined;
  const claimed = isOther ? [current, ...ghosts] : ghosts;
  const observed = [token, ...ancestorsOf(token).map((above) => above.token)].flatMap(holdersOf);
  return finding(hop, {
    fact: 'act-against-lineage',
    title: isOther
      ? `${refLabel(token.ref)} names ${current.id} as its actor, but was given to ${holderOf(token)}`
      : `${refLabel(token.ref)} names ${listed(ghosts)} as an earlier actor, to whom no token above it was given`,
    evidence: {
      claimed: idsOf(claimed),
      actors: idsOf([current, ...earlier]),
      observed: [...new Set(idsOf(observed))],
    },
    rests: 'on names',
  });
}

/** Earlier actors that held none of the tokens above; nobody, while one of those tokens is not wholly known. */
function ghostsAmong(earlier: readonly Principal[], hop: Hop): readonly Principal[] {
  if (earlier.length === 0 || !isComparable(hop)) return [];
  const above = ancestorsOf(hop.token).map(({ token }) => token);
  if (!above.every(isWhollyKnown)) return [];
  const holders = above.flatMap(holdersOf);
  return earlier.filter((actor) => !isOneOf(actor, holders, hop.people));
}

function isWhollyKnown(token: TokenView): boolean {
  return token.issued && token.cutParent === undefined && (token.actor ?? token.client) !== undefined;
}

/** Everybody under whose name a token was given out. */
function holdersOf({ actor, subject, client }: TokenView): readonly Name[] {
  return [actor, client === undefined ? undefined : { id: client }, subject].filter(
    (name) => name !== undefined,
  );
}

/** A border at which names are rewritten leaves nothing to compare: then also the subject is another. */
function isComparable({ token, parent, people, policy }: Hop): boolean {
  if (spellAlike(token.issuer, parent.issuer, policy)) return true;
  const [here, there] = [token.subject, parent.subject];
  return here !== undefined && there !== undefined && sameParty(people, here, there);
}

function isSubsequence(few: readonly Name[], many: readonly Name[], people: PeopleView): boolean {
  let at = 0;
  for (const actor of many) if (matches(actor, few[at], people)) at += 1;
  return at === few.length;
}

function matches(actor: Name, other: Name | undefined, people: PeopleView): boolean {
  return other !== undefined && sameParty(people, actor, other);
}

function isOneOf(actor: Name, all: readonly Name[], people: PeopleView): boolean {
  return all.some((other) => sameParty(people, actor, other));
}

function listed(actors: readonly Name[]): string {
  const rest = actors.length - 1;
  return `${actors[0]?.id}${rest > 0 ? ` and ${rest} more` : ''}`;
}
