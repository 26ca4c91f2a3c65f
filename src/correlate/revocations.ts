import type { Revocation, TokenView } from '../domain/chain.ts';
import { type EventOf, OWN_ADAPTER, type Principal } from '../domain/event/index.ts';
import { principalKey } from '../domain/principal.ts';
import { discard, ensure } from './collections.ts';
import { compareTimes, type Fact, insertFact, isType, removeFact } from './fact.ts';
import {
  type Covering,
  confirmedIn,
  type OwnRecord,
  standingOf,
  tombstoneIn,
  unconfirmedIn,
} from './own-records.ts';
import type { TokenNode } from './token-node.ts';

/** Ends a token, a family or all that a subject has: said by others, or a record of what we did ourselves. */
export type EndingFact = Fact<EventOf<'token.revoked' | 'response.recorded'>>;
type Reported = Fact<EventOf<'token.revoked'>>;

/** What of all this covers one token. */
export type Ends = Pick<TokenView, 'revocation' | 'tombstone' | 'unconfirmed'>;
export const noEnds: Ends = { revocation: undefined, tombstone: undefined, unconfirmed: [] };

/** What ends families and subjects. It only ever accumulates: a token that appears later is covered too. */
export class Revocations {
  readonly #families = new Map<string, EndingFact[]>();
  readonly #subjects = new Map<string, EndingFact[]>();
  readonly #tokensOfFamily = new Map<string, Set<TokenNode>>();
  readonly #tokensOfSubject = new Map<string, Set<TokenNode>>();

  /** Adds or takes back what names no single token; returns the tokens to look at again. */
  apply(fact: EndingFact, adding: boolean): Iterable<TokenNode> {
    const { family, subject } = fact.data;
    const facts =
      family !== undefined
        ? ensure(this.#families, family, () => [])
        : ensure(this.#subjects, principalKey(subject as Principal), () => []);
    if (adding) insertFact(facts, fact, compareTimes);
    else removeFact(facts, fact.event);
    const tokens =
      family !== undefined
        ? this.#tokensOfFamily.get(family)
        : this.#tokensOfSubject.get(principalKey(subject as Principal));
    return [...(tokens ?? [])];
  }

  index(token: TokenNode): void {
    const { family, subject } = token.state;
    if (family !== undefined) ensure(this.#tokensOfFamily, family, () => new Set()).add(token);
    if (subject !== undefined)
      ensure(this.#tokensOfSubject, principalKey(subject), () => new Set()).add(token);
  }

  forget(token: TokenNode): void {
    const { family, subject } = token.state;
    if (family !== undefined) discard(this.#tokensOfFamily, family, token);
    if (subject !== undefined) discard(this.#tokensOfSubject, principalKey(subject), token);
  }

  of(token: TokenNode): Ends {
    const covering = this.#covering(token);
    if (covering.length === 0) return noEnds;
    const own = covering.flatMap(({ via, fact }) => (isOwn(fact) ? [{ via, record: fact }] : []));
    const standing = standingOf(own);
    return {
      revocation: earliest(covering, confirmedIn(standing)),
      tombstone: tombstoneIn(standing),
      unconfirmed: unconfirmedIn(standing),
    };
  }

  #covering(token: TokenNode): readonly Said[] {
    const { family, subject, iatMs, issuer } = token.state;
    const said: Said[] = [];
    for (const fact of token.facts) if (isEnding(fact)) said.push({ via: 'token', fact });
    for (const fact of (family === undefined ? undefined : this.#families.get(family)) ?? []) {
      if (isOwn(fact) && fact.data.iss !== undefined && fact.data.iss !== issuer) continue;
      said.push({ via: 'family', fact });
    }
    const ofSubject = subject === undefined ? undefined : this.#subjects.get(principalKey(subject));
    for (const fact of ofSubject ?? []) {
      // What a subject gets afterwards is not meant.
      if (iatMs === undefined || iatMs <= cutOffMs(fact)) said.push({ via: 'subject', fact });
    }
    return said;
  }
}

interface Said {
  readonly via: Revocation['via'];
  readonly fact: EndingFact;
}

/** The earliest that anybody reported, or that we confirmed. */
function earliest(covering: readonly Said[], confirmed: Covering | undefined): Revocation | undefined {
  let first: { via: Revocation['via']; fact: Reported | OwnRecord } | undefined =
    confirmed === undefined ? undefined : { via: confirmed.via, fact: confirmed.record };
  for (const { via, fact } of covering) {
    if (isOwn(fact)) continue;
    if (first === undefined || compareTimes(fact, first.fact) < 0) first = { via, fact: fact as Reported };
  }
  if (first === undefined) return undefined;
  const { event, data } = first.fact;
  const said =
    data.type === 'token.revoked'
      ? { reason: data.reason, by: data.by }
      : { reason: undefined, by: OWN_ADAPTER };
  return { atMs: event.timeMs, via: first.via, ...said, eventId: event.id };
}

function cutOffMs(fact: EndingFact): number {
  const cutOff = isOwn(fact) ? fact.data.cutOff : undefined;
  return cutOff === undefined ? fact.event.timeMs : Date.parse(cutOff);
}

function isEnding(fact: Fact): fact is EndingFact {
  return isType(fact, 'token.revoked', 'response.recorded');
}

function isOwn(fact: Fact): fact is OwnRecord {
  return fact.data.type === 'response.recorded';
}
