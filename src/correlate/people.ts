import type { Exposure, IdentityChange, PeopleView, PersonView } from '../domain/chain.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Policy } from '../domain/policy.ts';
import { principalKey } from '../domain/principal.ts';
import { discard, ensure } from './collections.ts';
import { compareTimes, type Fact, insertFact, isType, removeFact } from './fact.ts';
import type { PersonData } from './kinds.ts';

type Aliases = ReadonlyMap<string, readonly string[]>;

const nobody: PersonView = { changes: [], exposure: undefined };

/** What happened to principals, and which names are one principal, whichever chains are in memory. */
export class People {
  readonly #facts = new Map<string, Fact<PersonData>[]>();
  /** By principal, the other names that an issuer linked it with; how many events say so does not matter. */
  readonly #links = new Map<string, Set<Fact<PersonData>>>();
  readonly #aliases = new WeakMap<Policy, Aliases>();
  /** Keys of principals of whom something was said since they were last taken. */
  #changed = new Set<string>();

  apply(fact: Fact<PersonData>, adding: boolean): void {
    for (const key of principalsIn(fact.data)) {
      const facts = ensure(this.#facts, key, () => []);
      if (adding) insertFact(facts, fact, compareTimes);
      else removeFact(facts, fact.event);
      if (facts.length === 0) this.#facts.delete(key);
      for (const name of this.namesOf(key)) this.#changed.add(name);
      if (!isType(fact, 'identity.linked')) continue;
      if (adding) ensure(this.#links, key, () => new Set()).add(fact);
      else
        for (const link of this.#links.get(key) ?? [])
          if (link.event === fact.event) discard(this.#links, key, link);
      for (const name of this.namesOf(key)) this.#changed.add(name);
    }
  }

  /** Keys of principals of whom something changed since the last call, under all names that policy gives them too. */
  takeChanged(policy: Policy): ReadonlySet<string> {
    const changed = this.#changed;
    if (changed.size === 0) return changed;
    this.#changed = new Set();
    return new Set([...changed].flatMap((key) => [...this.#allNamesOf(key, policy)]));
  }

  /** The event leaves memory: nobody in memory is of these names. */
  release(event: AdmittedEvent): void {
    this.apply({ event, data: event.data as PersonData, late: false }, false);
    this.#changed.clear();
  }

  /** All names of a principal: what linked events say of it, and of those it is linked with. */
  namesOf(key: string): ReadonlySet<string> {
    const names = new Set([key]);
    if (this.#links.size === 0) return names;
    for (const name of names) {
      for (const { data } of this.#links.get(name) ?? [])
        for (const other of principalsIn(data)) names.add(other);
    }
    return names;
  }

  /** The same, and what policy calls them. */
  #allNamesOf(key: string, policy: Policy): ReadonlySet<string> {
    const aliases = this.#aliasesOf(policy);
    const names = new Set<string>();
    const queue = [key];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (names.has(next)) continue;
      for (const name of this.namesOf(next)) {
        names.add(name);
        queue.push(...(aliases.get(name) ?? []));
      }
    }
    return names;
  }

  #aliasesOf(policy: Policy): Aliases {
    const known = this.#aliases.get(policy) ?? aliasesOf(policy);
    this.#aliases.set(policy, known);
    return known;
  }

  view(policy: Policy): PeopleView {
    const aliases = this.#aliasesOf(policy);
    return {
      of: (principal) => {
        if (this.#facts.size === 0) return nobody;
        return this.#personOf(this.#allNamesOf(principalKey(principal), policy));
      },
      same: (a, b) => {
        const [one, other] = [principalKey(a), principalKey(b)];
        if (one === other) return true;
        if (this.#links.size === 0 && aliases.size === 0) return false;
        return this.#allNamesOf(one, policy).has(other);
      },
    };
  }

  #personOf(names: ReadonlySet<string>): PersonView {
    const facts = [...names].flatMap((name) => this.#facts.get(name) ?? []);
    if (facts.length === 0) return nobody;
    facts.sort(compareTimes);
    return {
      changes: facts.flatMap((fact) => (isType(fact, 'identity.changed') ? [changeOf(fact)] : [])),
      exposure: facts
        .flatMap((fact) => (isType(fact, 'credential.exposed') ? [exposureOf(fact)] : []))
        .sort(byTime)[0],
    };
  }
}

export function principalsIn(data: PersonData): readonly string[] {
  if (data.type === 'identity.linked') return data.principals.map(principalKey);
  return data.principal === undefined ? [] : [principalKey(data.principal)];
}

type ExposureFact = Fact<Extract<PersonData, { type: 'credential.exposed' }>>;

/** When it was out, as far as anybody knows, else when that was said. */
export function exposureOf({ event, data }: ExposureFact): Exposure {
  const toldMs = data.at === undefined ? event.timeMs : Date.parse(data.at);
  return { atMs: Math.min(toldMs, event.timeMs), where: data.where, by: data.by, eventId: event.id };
}

function changeOf({ event, data }: Fact<Extract<PersonData, { type: 'identity.changed' }>>): IdentityChange {
  return { atMs: event.timeMs, change: data.change, session: data.session, eventId: event.id };
}

function byTime(a: Exposure, b: Exposure): number {
  return a.atMs - b.atMs || (a.eventId < b.eventId ? -1 : 1);
}

/** Policy's aliases: an id alone, or an issuer and an id with a space between them. */
function aliasesOf({ aliases }: Policy): Aliases {
  const names = new Map<string, readonly string[]>();
  for (const group of aliases) {
    const keys = group.map((name) => {
      const at = name.indexOf(' ');
      return principalKey(at < 0 ? { id: name } : { iss: name.slice(0, at), id: name.slice(at + 1) });
    });
    for (const key of keys) names.set(key, [...(names.get(key) ?? []), ...keys]);
  }
  return names;
}
