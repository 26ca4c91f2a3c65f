import type { Revocation } from '../domain/chain.ts';
import type { EventOf, Principal } from '../domain/event/index.ts';
import { principalKey } from '../domain/principal.ts';
import { discard, ensure } from './collections.ts';
import { compareTimes, type Fact, insertFact, isType, removeFact } from './fact.ts';
import type { TokenNode } from './token-node.ts';

export type RevocationFact = Fact<EventOf<'token.revoked'>>;

/** Revocations by family and by subject. They only ever accumulate: a token that appears later is covered too. */
export class Revocations {
  readonly #families = new Map<string, Fact[]>();
  readonly #subjects = new Map<string, Fact[]>();
  readonly #tokensOfFamily = new Map<string, Set<TokenNode>>();
  readonly #tokensOfSubject = new Map<string, Set<TokenNode>>();

  /** Adds or takes back a revocation that names no single token; returns the tokens to look at again. */
  apply(fact: RevocationFact, adding: boolean): Iterable<TokenNode> {
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

  /** The earliest revocation that covers the token. A subject's revocation covers what was minted before it. */
  of(token: TokenNode): Revocation | undefined {
    const { family, subject, iatMs } = token.state;
    const candidates: [Revocation['via'], Fact | undefined][] = [
      ['token', token.facts.filter((fact) => isType(fact, 'token.revoked')).sort(compareTimes)[0]],
      ['family', family === undefined ? undefined : this.#families.get(family)?.[0]],
      [
        'subject',
        subject === undefined
          ? undefined
          : this.#subjects
              .get(principalKey(subject))
              ?.find((fact) => iatMs === undefined || iatMs <= fact.event.timeMs),
      ],
    ];
    let earliest: { via: Revocation['via']; fact: Fact } | undefined;
    for (const [via, fact] of candidates) {
      if (fact === undefined || (earliest !== undefined && compareTimes(earliest.fact, fact) <= 0)) continue;
      earliest = { via, fact };
    }
    if (earliest === undefined) return undefined;
    const { via, fact } = earliest;
    const data = fact.data as EventOf<'token.revoked'>;
    return { atMs: fact.event.timeMs, via, reason: data.reason, by: data.by, eventId: fact.event.id };
  }
}
