import type { AdmittedEvent, TokenRef } from '../domain/event/index.ts';
import type { Pausing } from '../domain/pausing.ts';
import type { Policy } from '../domain/policy.ts';
import type { Call } from './call.ts';
import { Calls } from './calls.ts';
import type { ChainCell } from './chain-cell.ts';
import { discardEntry, ensure } from './collections.ts';
import { Evidence } from './evidence.ts';
import { type Fact, identityOf, isType } from './fact.ts';
import { Invocations } from './invocations.ts';
import {
  type CallData,
  describesToken,
  type EvidenceData,
  isCallData,
  isEvidenceData,
  isPersonData,
  type PersonData,
} from './kinds.ts';
import { eventsOf, looseOf } from './memory.ts';
import { kindOfName, namesOf } from './names.ts';
import { People } from './people.ts';
import type { PlaceData } from './place.ts';
import { Places } from './places.ts';
import { fullRefsIn, refsIn } from './refs.ts';
import { Tokens } from './tokens.ts';
import { nothingTouched, type Touched } from './touched.ts';

/**
 * The delegation graph of one tenant. Every method that changes it is a function of the set of events applied:
 * nodes fold their facts in canonical order, links follow from the folded state, chains from the links.
 */
export class TenantGraph {
  readonly tenant: string;
  readonly places: Places;
  readonly tokens: Tokens;
  readonly calls: Calls;
  readonly invocations: Invocations;
  readonly evidence = new Evidence();
  readonly people = new People();
  /** Events that name a token by its hash alone, by that hash: they are filed again when its key changes. */
  readonly #hashEvents = new Map<string, Map<string, Fact>>();
  touched: Touched = nothingTouched();
  /** What came back, and what it touched, while not all of it is here or judged. */
  returning: Touched = nothingTouched();

  constructor(tenant: string) {
    this.tenant = tenant;
    this.places = new Places(this);
    this.tokens = new Tokens(this);
    this.calls = new Calls(this);
    this.invocations = new Invocations(this);
  }

  /** Adds one event. Returns false when nothing in the graph has a place for it (it is stored all the same). */
  add(event: AdmittedEvent, late: boolean): boolean {
    const fact: Fact = { event, data: event.data, late };
    this.#claim(event, true);
    return this.#route(fact, true);
  }

  /** Takes one event out again, as if it had never come. */
  remove(event: AdmittedEvent): void {
    this.#route({ event, data: event.data, late: false }, false);
    this.#claim(event, false);
  }

  /** Lets a chain go: what named it before names nothing now. Returns the events it was made of. */
  evict(cell: ChainCell): AdmittedEvent[] {
    const events = [...eventsOf(cell), ...looseOf(cell, this)];
    for (const place of cell.members) {
      this.invocations.release(place);
      for (const call of place.calls) this.calls.release(call);
      if (place.token !== undefined) this.tokens.release(place.token);
    }
    this.places.release(cell);
    for (const event of events) this.#unname(event);
    return events;
  }

  /** Lets a call of a hot place go; the place keeps its counts. Returns the events it was made of. */
  depart(call: Call): AdmittedEvent[] {
    const events = call.facts.map(({ event }) => event);
    call.home?.departCall(call);
    this.calls.release(call);
    for (const event of events) this.#unname(event);
    return events;
  }

  /** True for an event of a place that has let calls go: whatever it reports may have been counted already. */
  isOfHotPlace(event: AdmittedEvent): boolean {
    return namesOf(event).some(({ name }) => {
      const place =
        this.places.get(name) ?? (kindOfName(name) === 'token' ? this.tokens.named(name)?.place : undefined);
      return place?.departed !== undefined;
    });
  }

  /** Everything that somebody of whom there is news has a part in; a pause after every chain. */
  *touchPeople(policy: Policy): Pausing<void> {
    const changed = this.people.takeChanged(policy);
    if (changed.size === 0) return;
    for (const cell of this.places.cells) {
      yield;
      if (![...cell.concerning()].some((key) => changed.has(key))) continue;
      this.touched.cells.add(cell);
      for (const { token, calls } of cell.members) {
        if (token !== undefined) this.touched.tokens.add(token);
        for (const call of calls) this.touched.calls.add(call);
      }
    }
  }

  touchAll(): void {
    const { touched } = this;
    for (const token of this.tokens.values()) touched.tokens.add(token);
    for (const place of this.places.values()) touched.places.add(place);
    for (const cell of this.places.cells) touched.cells.add(cell);
    for (const call of this.calls.values()) {
      touched.calls.add(call);
      touched.rows.add(call);
    }
  }

  #unname(event: AdmittedEvent): void {
    this.#fileHashes({ event, data: event.data, late: false }, false);
    this.evidence.release(event);
    // What else is filed under these names stays where it is: those who remain still claim theirs.
    for (const ref of fullRefsIn(event.data)) this.tokens.refs.claim(ref, false);
  }

  /** Learns (or unlearns) which hash belongs to which jti; whatever was filed under a key that changes is refiled. */
  #claim(event: AdmittedEvent, adding: boolean): void {
    this.#claimRefs(fullRefsIn(event.data), adding);
  }

  /** Events that are not in memory gave the token both names. */
  claimStored(name: string, alias: string): void {
    const ref = this.tokens.refs.store(name, alias);
    if (ref !== undefined) this.#claimRefs([ref], true);
  }

  #claimRefs(refs: readonly TokenRef[], adding: boolean): void {
    if (refs.length === 0) return;
    const index = this.tokens.refs;
    const affected = refs.flatMap((ref) => index.affectedBy(ref, adding));
    const moving = new Map(affected.flatMap((hash) => [...(this.#hashEvents.get(hash) ?? [])]));
    for (const moved of moving.values()) this.#route(moved, false);
    const renamed = new Set(affected.flatMap((hash) => index.claimants(hash)));
    for (const ref of refs) index.claim(ref, adding);
    for (const hash of affected) for (const key of index.claimants(hash)) renamed.add(key);
    for (const moved of moving.values()) this.#route(moved, true);
    for (const key of renamed) {
      const token = this.tokens.get(key);
      if (token !== undefined) this.tokens.rejudge(token);
    }
  }

  #route(fact: Fact, adding: boolean): boolean {
    this.#fileHashes(fact, adding);
    const { data } = fact;
    if (isCallData(data)) {
      this.calls.apply(fact as Fact<CallData>, adding);
      return true;
    }
    if (isPersonData(data)) {
      this.people.apply(fact as Fact<PersonData>, adding);
      return false;
    }
    if (describesToken(data) && this.#routeToken(fact, adding)) return true;
    if (isEvidenceData(data)) this.evidence.apply(fact as Fact<EvidenceData>, adding);
    if (isType(fact, 'agent.invoked')) this.invocations.apply(fact, adding);
    else if (data.txn !== undefined) this.invocations.applyRequest(fact as Fact<PlaceData>, data.txn, adding);
    else return false;
    return true;
  }

  #routeToken(fact: Fact, adding: boolean): boolean {
    const ref = 'token' in fact.data ? fact.data.token : undefined;
    if (ref !== undefined) this.tokens.apply(fact, ref, adding);
    else if (isType(fact, 'token.revoked', 'response.recorded')) this.tokens.applyEnding(fact, adding);
    else return false;
    return true;
  }

  #fileHashes(fact: Fact, adding: boolean): void {
    for (const ref of refsIn(fact.data)) {
      if ('jti' in ref) continue;
      const identity = identityOf(fact.event);
      if (adding) ensure(this.#hashEvents, ref.hash, () => new Map<string, Fact>()).set(identity, fact);
      else discardEntry(this.#hashEvents, ref.hash, identity);
    }
  }
}
