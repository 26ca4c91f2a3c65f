import type { EventOf } from '../domain/event/index.ts';
import { evidenceNamesOf } from './evidence.ts';
import { type Fact, removeFact } from './fact.ts';
import type { TenantGraph } from './graph.ts';
import { callIdKey } from './parent-calls.ts';
import type { Place, PlaceData } from './place.ts';
import type { TokenNode } from './token-node.ts';

const KEY_PREFIX = 'inv:';

/** Agents that were invoked, requests that were made, and where each of them hangs. */
export class Invocations {
  readonly #graph: TenantGraph;

  constructor(graph: TenantGraph) {
    this.#graph = graph;
  }

  /** A request, an approval or a decision: it describes its transaction. */
  applyRequest(fact: Fact<PlaceData>, txn: string, adding: boolean): void {
    const { places } = this.#graph;
    const place = places.request(txn);
    this.#describe(place, fact, adding);
    for (const name of evidenceNamesOf([fact])) this.#rely(place, name);
    // Whoever hangs on a request says from whom its authority comes.
    for (const { owner } of place.branch.down) this.#graph.touched.places.add(owner);
    places.dropIfEmpty(place);
  }

  /** More may be said of an approval, or of the end of a request, without naming the transaction. */
  #rely(place: Place, name: string): void {
    this.#graph.evidence.use(name, place, evidenceNamesOf(place.facts).has(name));
  }

  apply(fact: Fact<EventOf<'agent.invoked'>>, adding: boolean): void {
    const { places, tokens, calls } = this.#graph;
    const { source } = fact.event;
    const key = callIdKey(source, fact.data.callId);
    const place = this.ensure(key);
    const before = invoked(place);
    this.#describe(place, fact, adding);
    const after = invoked(place);
    if (before?.token !== undefined) this.#hand(tokens.get(tokens.refs.keyOf(before.token)), place, false);
    if (after?.token !== undefined) this.#hand(tokens.ensure(after.token), place, true);
    calls.parents.depend(place, parentKey(source, before), parentKey(source, after));
    places.relocate(place);
    if ((before === undefined) !== (after === undefined)) calls.wake(key);
    places.dropIfEmpty(place);
  }

  /** The invocation hands the token to an agent, or no longer does. */
  #hand(token: TokenNode | undefined, place: Place, adding: boolean): void {
    if (token === undefined) return;
    if (adding) token.invocations.add(place);
    else token.invocations.delete(place);
    this.#graph.touched.tokens.add(token);
  }

  /** It leaves memory with its chain: nothing that stays may hold on to it. */
  release(place: Place): void {
    const { tokens, calls, evidence } = this.#graph;
    for (const name of evidenceNamesOf([...place.facts, ...(place.token?.facts ?? [])]))
      evidence.leave(name, place);
    const data = place.kind === 'invocation' ? invoked(place) : undefined;
    const source = place.facts[0]?.event.source;
    if (data === undefined || source === undefined) return;
    if (data.token !== undefined) tokens.get(tokens.refs.keyOf(data.token))?.invocations.delete(place);
    calls.parents.depend(place, parentKey(source, data), undefined);
  }

  #describe(place: Place, fact: Fact<PlaceData>, adding: boolean): void {
    const { places } = this.#graph;
    if (adding) place.addFact(fact);
    else removeFact(place.facts, fact.event);
    places.reorder(place);
    places.recount(place, adding);
  }

  /** The place of an invocation, by the key of its call id; it may be named before it is known. */
  ensure(key: string): Place {
    return this.#graph.places.ensure(`${KEY_PREFIX}${key}`, 'invocation');
  }

  known(key: string): Place | undefined {
    const place = this.#graph.places.get(`${KEY_PREFIX}${key}`);
    return place !== undefined && place.facts.length > 0 ? place : undefined;
  }

  /** What a place hangs on, by all that is known now; undefined makes it the top of a chain. */
  wantedUp(place: Place): Place | undefined {
    if (place.token !== undefined) return this.#aboveToken(place, place.token);
    if (place.kind !== 'invocation') return undefined;
    const [fact] = place.facts;
    // Named as a parent and not known as an invocation: perhaps it is a call.
    if (fact === undefined) return this.#graph.calls.parents.get(place.key.slice(KEY_PREFIX.length))?.home;
    return this.#aboveInvocation(place, fact as Fact<EventOf<'agent.invoked'>>);
  }

  /** Below a token that is a chain's part, on it; below an ancestor, or at the top, on its transaction. */
  #aboveToken(place: Place, token: TokenNode): Place | undefined {
    const { parent, txn } = token;
    if (parent !== undefined && !parent.isAncestor) {
      place.ancestor = undefined;
      return parent.place;
    }
    place.ancestor = parent;
    return txn === undefined ? undefined : this.#graph.places.request(txn);
  }

  #aboveInvocation(place: Place, { event, data }: Fact<EventOf<'agent.invoked'>>): Place | undefined {
    const { places, tokens, calls } = this.#graph;
    const token = data.token === undefined ? undefined : tokens.ensure(data.token);
    place.ancestor = token?.isAncestor === true ? token : undefined;
    if (token !== undefined && !token.isAncestor) return token.place;
    const parentCallId = data.parentCallId === data.callId ? undefined : data.parentCallId;
    const key = parentCallId === undefined ? undefined : callIdKey(event.source, parentCallId);
    const parent = key === undefined ? undefined : (this.known(key) ?? calls.parents.get(key)?.home);
    if (parent !== undefined) return parent;
    if (data.txn !== undefined) return places.request(data.txn);
    if (token !== undefined) return places.session(token, event.timeMs);
    return key === undefined ? undefined : this.ensure(key);
  }
}

function parentKey(source: string, data: EventOf<'agent.invoked'> | undefined): string | undefined {
  return data?.parentCallId === undefined ? undefined : callIdKey(source, data.parentCallId);
}

function invoked(place: Place): EventOf<'agent.invoked'> | undefined {
  return place.facts[0]?.data as EventOf<'agent.invoked'> | undefined;
}
