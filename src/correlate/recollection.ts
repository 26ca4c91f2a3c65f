import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Lookup, Recalled } from '../domain/recall.ts';
import { identityOf } from './fact.ts';
import type { TenantGraph } from './graph.ts';
import { SUBJECT_PREFIX, sessionName } from './names.ts';
import type { Residency } from './residency.ts';
import { Wants } from './wants.ts';

export interface RecollectionParts {
  readonly tenant: string;
  readonly graph: TenantGraph;
  readonly residency: Residency;
  /** The event in force under an identity, as far as it is in memory. */
  readonly known: (identity: string) => AdmittedEvent | undefined;
  readonly add: (event: AdmittedEvent, late: boolean) => void;
  readonly drop: (event: AdmittedEvent) => void;
}

/** Brings back, before a batch is applied, everything that the batch could tell from what is not in memory. */
export class Recollection {
  readonly #parts: RecollectionParts;
  readonly #wants: Wants;
  /** Identities in the batch, with their content where there is one alone. */
  readonly #expected = new Map<string, string | undefined>();
  /** Recalled events of hot places, which are counted but not kept: known for the length of a batch. */
  readonly #counted = new Set<string>();
  #isOpen = false;
  recalledEvents = 0;

  constructor(parts: RecollectionParts) {
    this.#parts = parts;
    const { tenant, graph, residency } = parts;
    const { refs } = graph.tokens;
    this.#wants = new Wants(tenant, residency, {
      isAncestor: (name) => graph.tokens.isAncestor(name),
      aliases: (name) => refs.pairedWith(name),
      isKnownAs: (name, alias) => refs.pairedWith(name).includes(alias),
      linkedNames: (name) => linkedNames(graph, name),
      sessionNames: (event) => sessionAliases(graph, event),
    });
  }

  /** Recalls that a bound ended. */
  get cut(): number {
    return this.#wants.cut;
  }

  /** True for an event that is counted where it was, although it is not in memory. */
  isCounted(identity: string): boolean {
    return this.#counted.has(identity);
  }

  expect(event: AdmittedEvent): void {
    this.#open();
    const identity = identityOf(event);
    const known = this.#parts.known(identity);
    this.#expected.set(identity, this.#expected.has(identity) ? undefined : event.digest);
    if (known !== undefined && this.#isContested(identity, known.digest)) this.#wants.doubt(known);
    this.#wants.expect(event);
  }

  find(names: readonly string[]): void {
    this.#open();
    for (const name of names) this.#wants.find(name);
  }

  /** The next round of questions; empty when everything is here. */
  missing(): readonly Lookup[] {
    return this.#isOpen ? this.#wants.take() : [];
  }

  /** The batch is applied from here on: the next one asks anew. */
  close(): void {
    this.#isOpen = false;
  }

  take({ events, aliases, truncated }: Recalled): void {
    const { graph, known, add, drop } = this.#parts;
    for (const { name, role } of truncated) this.#wants.truncate(name, role);
    for (const { name, alias } of aliases) {
      if (this.#wants.isRevised(name)) this.#wants.revise(alias);
      else this.#wants.find(alias);
      graph.claimStored(name, alias);
    }
    for (const { event } of events) {
      const identity = identityOf(event);
      if (known(identity)?.digest === event.digest) {
        this.#wants.derive(event);
        continue;
      }
      this.#wants.follow(event);
      if (this.#isContested(identity, event.digest)) this.#wants.doubt(event);
    }
    for (const { event, late } of events) {
      const inForce = known(identityOf(event));
      if (inForce !== undefined && inForce.digest <= event.digest) continue;
      if (inForce !== undefined) drop(inForce);
      this.recalledEvents += 1;
      // It is counted where it was; all that is needed of it is to know it when it comes again.
      if (graph.isOfHotPlace(event)) this.#counted.add(identityOf(event));
      else add(event, late);
    }
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#wants.begin();
    this.#counted.clear();
    this.#expected.clear();
  }

  /** An event of the batch gives the identity another content: either may be taken back by it. */
  #isContested(identity: string, digest: string): boolean {
    return this.#expected.has(identity) && this.#expected.get(identity) !== digest;
  }
}

/** A session is filed under the credential's names as its events gave them: whoever knows more names asks for all. */
function sessionAliases(graph: TenantGraph, { data, timeMs }: AdmittedEvent): readonly string[] {
  if (data.txn !== undefined || !('token' in data) || data.token === undefined) return [];
  return graph.tokens.refs.aliases(data.token).map((name) => sessionName(name, timeMs));
}

/** What is said of a principal under one name is said of it under all. */
function linkedNames({ people }: TenantGraph, name: string): readonly string[] {
  if (!name.startsWith(SUBJECT_PREFIX)) return [];
  const key = name.slice(SUBJECT_PREFIX.length);
  return [...people.namesOf(key)].filter((other) => other !== key).map((other) => SUBJECT_PREFIX + other);
}
