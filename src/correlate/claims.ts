import type { Presented } from '../domain/event/index.ts';
import type { Call } from './call.ts';
import { compareTimes, type Fact } from './fact.ts';

type Claim = keyof Presented;

interface Reading {
  readonly call: string;
  readonly fact: Fact;
  readonly presented: Presented;
}

/**
 * What resource servers read in one token, put together from every call that carried it: of each claim the first
 * reading, of its expiry the earliest. A function of the set of calls; what a call contributed and took back
 * again is read anew when it is asked for.
 */
export class Claims {
  readonly #readings = new Map<Claim, Reading>();
  /** Readings by calls that have left memory. */
  readonly #departed = new Map<Claim, Reading>();
  #stale = false;

  /** Returns true when what is known of the token may have changed. */
  add(call: Call): boolean {
    for (const [claim, { call: id }] of this.#departed) if (id === call.id) this.#departed.delete(claim);
    if (this.remove(call)) return true;
    return note(this.#readings, call);
  }

  /** Returns true when what is known has to be read anew. */
  remove(call: Call): boolean {
    if (!this.#stale)
      for (const { call: id } of this.#readings.values()) if (id === call.id) this.#stale = true;
    return this.#stale;
  }

  /** The call leaves memory: what it read stays known. */
  release(call: Call): void {
    note(this.#departed, call);
    this.remove(call);
  }

  /** `uses` are the calls in memory that carry the token. */
  read(uses: Iterable<Call>): Presented | undefined {
    if (this.#stale) {
      this.#stale = false;
      this.#readings.clear();
      for (const use of uses) note(this.#readings, use);
    }
    const all = new Map(this.#departed);
    for (const [claim, reading] of this.#readings) take(all, claim, reading);
    if (all.size === 0) return undefined;
    return Object.fromEntries([...all].map(([claim, { presented }]) => [claim, presented[claim]]));
  }
}

function note(readings: Map<Claim, Reading>, call: Call): boolean {
  const { presented, facts } = call;
  const [fact] = facts;
  if (presented === undefined || fact === undefined) return false;
  let isNew = false;
  for (const claim of Object.keys(presented) as Claim[])
    if (take(readings, claim, { call: call.id, fact, presented })) isNew = true;
  return isNew;
}

function take(readings: Map<Claim, Reading>, claim: Claim, reading: Reading): boolean {
  const best = readings.get(claim);
  if (best !== undefined && !precedes(claim, reading, best)) return false;
  readings.set(claim, reading);
  return true;
}

function precedes(claim: Claim, a: Reading, b: Reading): boolean {
  if (claim === 'exp') {
    const [mine, theirs] = [
      a.presented.exp ?? Number.POSITIVE_INFINITY,
      b.presented.exp ?? Number.POSITIVE_INFINITY,
    ];
    if (mine !== theirs) return mine < theirs;
  }
  return compareTimes(a.fact, b.fact) < 0;
}
