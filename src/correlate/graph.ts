import type { AdmittedEvent, EventOf, TokenRef } from '../domain/event/index.ts';
import { ACTIONS_PER_HOP_MAX } from '../domain/limits.ts';
import { Call, type CallData, callKey } from './call.ts';
import { ChainCell } from './chain-cell.ts';
import { discard, ensure } from './collections.ts';
import { type Fact, identityOf, isType, removeFact } from './fact.ts';
import { Feeds } from './feeds.ts';
import { Place, type PlaceData, type PlaceKind } from './place.ts';
import { RefIndex, refsIn } from './refs.ts';
import { type RevocationFact, Revocations } from './revocations.ts';
import { TokenNode } from './token-node.ts';
import { type Branch, link, recut, topOf } from './tree.ts';
import { type Window, Windows } from './windows.ts';

const DAY_MS = 86_400_000;

/** What one record touched: what detection looks at again, and what the next report contains. */
export interface Touched {
  readonly tokens: Set<TokenNode>;
  readonly calls: Set<Call>;
  readonly cells: Set<ChainCell>;
  readonly windows: Set<Window>;
  readonly places: Set<Place>;
  /** Calls whose own facts or place changed: their rows are written again. */
  readonly rows: Set<Call>;
  /** Calls and chains that no longer exist under their key. */
  readonly gone: Set<string>;
}

export function nothingTouched(): Touched {
  return {
    tokens: new Set(),
    calls: new Set(),
    cells: new Set(),
    windows: new Set(),
    places: new Set(),
    rows: new Set(),
    gone: new Set(),
  };
}

/**
 * The delegation graph of one tenant. Every method that changes it is a function of the set of events applied:
 * nodes fold their facts in canonical order, links follow from the folded state, chains from the links.
 */
export class TenantGraph {
  readonly tenant: string;
  readonly tokens = new Map<string, TokenNode>();
  readonly places = new Map<string, Place>();
  readonly calls = new Map<string, Call>();
  readonly cells = new Set<ChainCell>();
  readonly feeds = new Feeds();
  readonly windows = new Windows();
  readonly #refs = new RefIndex();
  readonly #revocations = new Revocations();
  readonly #hashEvents = new Map<string, Map<string, Fact>>();
  readonly #callsByCallId = new Map<string, Call>();
  /** Calls and invocations that name a parent call, by that parent: they move when it becomes known. */
  readonly #dependents = new Map<string, Set<Call | Place>>();
  readonly #dropped: ChainCell[] = [];
  touched: Touched = nothingTouched();

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  /** Adds one event. Returns false when nothing in the graph has a place for it (it is stored all the same). */
  add(event: AdmittedEvent, late: boolean): boolean {
    const fact: Fact = { event, data: event.data, late };
    this.#claim(event, true);
    return this.#route(fact, true);
  }

  /** Lets a settled chain go: what named it before names nothing now. Returns the events it was made of. */
  evict(cell: ChainCell): AdmittedEvent[] {
    const events: AdmittedEvent[] = [];
    for (const place of cell.members) {
      for (const fact of place.facts) events.push(fact.event);
      for (const call of place.calls) {
        for (const fact of call.facts) events.push(fact.event);
        this.calls.delete(call.id);
        call.token?.removeUse(call);
        this.touched.gone.add(`call:${call.id}`);
      }
      this.places.delete(place.key);
      if (place.token === undefined) continue;
      for (const fact of place.token.facts) events.push(fact.event);
      link(place.token.authority, undefined);
      this.tokens.delete(place.token.key);
      this.#revocations.forget(place.token);
      this.touched.gone.add(`token:${place.token.key}`);
    }
    cell.reportedId = undefined;
    cell.formerIds.clear();
    this.#dropCell(cell);
    return events;
  }

  /** Takes one event out again, as if it had never come. */
  remove(event: AdmittedEvent): void {
    this.#route({ event, data: event.data, late: false }, false);
    this.#claim(event, false);
  }

  /** Learns (or unlearns) which hash belongs to which jti; whatever was filed under a key that changes is refiled. */
  #claim(event: AdmittedEvent, adding: boolean): void {
    const refs = refsIn(event.data).filter((ref) => 'jti' in ref && ref.hash !== undefined);
    if (refs.length === 0) return;
    const affected = refs.flatMap((ref) => this.#refs.affectedBy(ref, adding));
    const moving = new Map(affected.flatMap((hash) => [...(this.#hashEvents.get(hash) ?? [])]));
    for (const moved of moving.values()) this.#route(moved, false);
    const renamed = new Set(affected.flatMap((hash) => this.#refs.claimants(hash)));
    for (const ref of refs) this.#refs.claim(ref, adding);
    for (const hash of affected) for (const key of this.#refs.claimants(hash)) renamed.add(key);
    for (const moved of moving.values()) this.#route(moved, true);
    for (const key of renamed) {
      const token = this.tokens.get(key);
      if (token !== undefined) this.#rejudge(token);
    }
  }

  /** True when the event names a token by parts that others tied to different ones (standards V03). */
  disagrees(event: AdmittedEvent): boolean {
    return refsIn(event.data).some((ref) => this.#refs.disagrees(ref));
  }

  keyOf(ref: TokenRef): string {
    return this.#refs.keyOf(ref);
  }

  #route(fact: Fact, adding: boolean): boolean {
    this.#fileHashes(fact, adding);
    const { data } = fact;
    if (isType(fact, 'token.revoked') && fact.data.token === undefined) {
      for (const token of this.#revocations.apply(fact as RevocationFact, adding)) this.#refreshToken(token);
      return true;
    }
    if (isType(fact, 'agent.invoked')) return this.#invocation(fact, adding);
    switch (data.type) {
      case 'tool.invoked':
      case 'tool.completed':
      case 'tool.denied':
      case 'api.called':
      case 'api.denied':
      case 'system.changed':
        return this.#call(fact as Fact<CallData>, adding);
      case 'token.issued':
      case 'token.exchanged':
      case 'token.refreshed':
      case 'token.introspected':
      case 'token.revoked':
      case 'token.rejected':
      case 'credential.exposed':
      case 'privilege.granted':
      case 'privilege.expired':
        return data.token !== undefined && this.#tokenFact(fact, data.token, adding);
      default:
        return data.txn !== undefined && this.#requestFact(fact as Fact<PlaceData>, data.txn, adding);
    }
  }

  #fileHashes(fact: Fact, adding: boolean): void {
    for (const ref of refsIn(fact.data)) {
      if ('jti' in ref) continue;
      const events = ensure(this.#hashEvents, ref.hash, () => new Map<string, Fact>());
      if (adding) events.set(identityOf(fact.event), fact);
      else events.delete(identityOf(fact.event));
    }
  }

  // Tokens

  #tokenFact(fact: Fact, ref: TokenRef, adding: boolean): boolean {
    const token = this.#token(ref);
    if (adding) token.addFact(fact);
    else token.removeFact(fact.event);
    if (isType(fact, 'token.issued', 'token.exchanged', 'token.refreshed')) {
      this.feeds.heard('iss' in ref ? ref.iss : fact.event.source, fact.event.timeMs, adding);
    }
    this.#refreshToken(token);
    if (token.place.chain !== undefined) {
      // A second report may replace what the first one said: only a first one merely adds.
      if (adding && token.facts.length === 1) token.place.chain.countPlace(token.place);
      else token.place.chain.stale = true;
      this.touched.cells.add(token.place.chain);
    }
    this.#dropIfEmpty(token.place);
    return true;
  }

  #token(ref: TokenRef): TokenNode {
    const key = this.#refs.keyOf(ref);
    let token = this.tokens.get(key);
    if (token === undefined) {
      // A hash that is bound to a jti names the same token: it is kept under the jti alone.
      const named = 'jti' in ref || !key.startsWith('tok:[') ? ref : jtiOf(key);
      token = new TokenNode(key, named, (mine) => this.#refs.describe(mine));
      this.tokens.set(key, token);
      this.places.set(key, token.place);
      this.#newCell(token.place);
      token.revocation = this.#revocations.of(token);
    }
    return token;
  }

  /** Reads a token's facts again and follows every consequence: parent, place, ancestors' role, judgements. */
  #refreshToken(token: TokenNode): void {
    const before = token.signature();
    this.#revocations.forget(token);
    token.fold();
    this.#revocations.index(token);
    token.revocation = this.#revocations.of(token);

    const [first] = token.state.parents;
    const parent = first === undefined ? undefined : this.#token(first.ref);
    const oldParent = token.authority.wants?.owner;
    const moved = [...link(token.authority, parent?.authority), ...recut(token.authority)];
    for (const changed of moved) {
      this.#tellParent(changed.owner);
      this.#relocate(changed.owner.place);
      this.#rejudge(changed.owner);
    }
    for (const relative of [parent, oldParent]) {
      if (relative === undefined) continue;
      this.touched.tokens.add(relative);
      this.touched.places.add(relative.place);
      if (relative.place.chain !== undefined) this.touched.cells.add(relative.place.chain);
      if (relative !== parent) this.#dropIfEmpty(relative.place);
    }
    for (const changed of recut(token.place.branch)) this.#rechain(changed);
    this.#tellParent(token);
    this.#relocate(token.place);
    this.touched.tokens.add(token);
    this.touched.places.add(token.place);
    if (token.signature() !== before) {
      this.#rehomeUses(token);
      this.#rejudge(token);
    }
  }

  /** Everything that rests on this token's authority is judged again. */
  #rejudge(token: TokenNode): void {
    const queue = [token];
    const seen = new Set(queue);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      this.touched.tokens.add(next);
      this.touched.places.add(next.place);
      for (const call of next.uses) this.touched.calls.add(call);
      for (const { owner } of next.authority.down) {
        if (seen.has(owner)) continue;
        seen.add(owner);
        queue.push(owner);
      }
    }
  }

  /** A token's calls and children tell it which transactions it serves, when its issuer did not. */
  #hearTxn(token: TokenNode, txn: string, adding: boolean): void {
    if (this.#tally(token, txn, adding)) this.#tellParent(token);
  }

  /** Passes a token's transaction on to its parent, and on upwards as long as that changes anything. */
  #tellParent(token: TokenNode): void {
    let changed = true;
    for (let node: TokenNode | undefined = token; node !== undefined && changed; node = node.parent) {
      const { txn, parent, toldTxn, toldParent } = node;
      if (toldTxn === txn && toldParent === parent) return;
      node.toldTxn = txn;
      node.toldParent = parent;
      const takenBack = toldTxn !== undefined && toldParent !== undefined && this.#tally(toldParent, toldTxn, false);
      if (takenBack && toldParent !== parent) this.#tellParent(toldParent);
      const told = txn !== undefined && parent !== undefined && this.#tally(parent, txn, true);
      changed = told || (takenBack && toldParent === parent);
    }
  }

  /** Returns true when the token's own transaction or its role changed by it. */
  #tally(token: TokenNode, txn: string, adding: boolean): boolean {
    const before = `${token.txn}|${token.isAncestor}`;
    if (adding) token.txns.add(txn);
    else token.txns.remove(txn);
    if (before === `${token.txn}|${token.isAncestor}`) return false;
    this.#relocate(token.place);
    this.#rehomeUses(token);
    this.#rejudge(token);
    return true;
  }

  #rehomeUses(token: TokenNode): void {
    for (const call of token.uses) this.#rehome(call);
    for (const { owner } of [...token.authority.down]) this.#relocate(owner.place);
    for (const place of this.#invocationsOf(token)) this.#relocate(place);
  }

  *#invocationsOf(token: TokenNode): Iterable<Place> {
    for (const { owner } of [...token.place.branch.down]) if (owner.kind === 'invocation') yield owner;
    for (const place of token.invocations) yield place;
  }

  // Requests and invocations

  #requestFact(fact: Fact<PlaceData>, txn: string, adding: boolean): boolean {
    this.#placeFact(this.#request(txn), fact, adding);
    return true;
  }

  #placeFact(place: Place, fact: Fact<PlaceData>, adding: boolean): void {
    if (adding) place.addFact(fact);
    else removeFact(place.facts, fact.event);
    for (const changed of recut(place.branch)) this.#rechain(changed);
    this.touched.places.add(place);
    const cell = place.chain;
    if (cell !== undefined) {
      cell.countPlace(place);
      if (!adding) cell.stale = true;
      this.touched.cells.add(cell);
    }
    this.#dropIfEmpty(place);
  }

  #request(txn: string): Place {
    return this.#place(`txn:${txn}`, 'request');
  }

  #place(key: string, kind: PlaceKind): Place {
    let place = this.places.get(key);
    if (place === undefined) {
      place = new Place(key, kind);
      this.places.set(key, place);
      this.#newCell(place);
    }
    return place;
  }

  #invocation(fact: Fact<EventOf<'agent.invoked'>>, adding: boolean): boolean {
    const key = callIdKey(fact.event.source, fact.data.callId);
    const place = this.#place(`inv:${key}`, 'invocation');
    const before = place.facts[0];
    if (adding) place.addFact(fact);
    else removeFact(place.facts, fact.event);
    for (const changed of recut(place.branch)) this.#rechain(changed);
    const oldData = before?.data as EventOf<'agent.invoked'> | undefined;
    const data = place.facts[0]?.data as EventOf<'agent.invoked'> | undefined;
    if (oldData?.token !== undefined) this.tokens.get(this.keyOf(oldData.token))?.invocations.delete(place);
    if (data?.token !== undefined) this.#token(data.token).invocations.add(place);
    this.#depend(place, fact.event.source, oldData?.parentCallId, data?.parentCallId);
    this.#relocate(place);
    if (place.chain !== undefined) {
      place.chain.countPlace(place);
      if (!adding) place.chain.stale = true;
    }
    this.touched.places.add(place);
    if (place.chain !== undefined) this.touched.cells.add(place.chain);
    if ((before === undefined) !== (data === undefined)) this.#wakeDependents(key);
    this.#dropIfEmpty(place);
    return true;
  }

  #depend(
    dependent: Call | Place,
    source: string,
    oldParent: string | undefined,
    newParent: string | undefined,
  ): void {
    if (oldParent === newParent) return;
    if (oldParent !== undefined) discard(this.#dependents, callIdKey(source, oldParent), dependent);
    if (newParent === undefined) return;
    const key = callIdKey(source, newParent);
    ensure(this.#dependents, key, () => new Set()).add(dependent);
  }

  #wakeDependents(key: string): void {
    for (const dependent of [...(this.#dependents.get(key) ?? [])]) {
      if (dependent instanceof Place) this.#relocate(dependent);
      else this.#rehome(dependent);
    }
  }

  /** Where a named parent call hangs: the invocation itself, or the place of the call; undefined while unknown. */
  #parentCallPlace(source: string, callId: string): Place | undefined {
    const key = callIdKey(source, callId);
    const invocation = this.places.get(`inv:${key}`);
    if (invocation !== undefined && invocation.facts.length > 0) return invocation;
    return this.#callsByCallId.get(key)?.home;
  }

  // Calls

  #call(fact: Fact<CallData>, adding: boolean): boolean {
    const key = callKey(fact.event, fact.data);
    let call = this.calls.get(key);
    if (call === undefined) {
      if (!adding) return false;
      call = new Call(key, fact.data);
      this.calls.set(key, call);
    } else {
      this.#uncount(call);
    }
    const before = {
      token: call.token,
      atMs: call.atMs,
      told: call.facts.length === 0 ? '' : toldBy(call),
      parentCallId: call.parentCallId,
      callId: call.callId,
      source: call.source,
    };
    if (adding) call.add(fact);
    else if (call.remove(fact.event)) {
      this.#forgetCall(call, before);
      return true;
    }
    if (before.atMs !== call.atMs) call.home?.retime();
    if (call.home?.chain !== undefined && (!adding || (before.told !== '' && before.told !== toldBy(call)))) {
      call.home.chain.stale = true;
    }
    const ref = call.tokenRef;
    const token = ref === undefined ? undefined : this.#token(ref);
    if (before.token !== undefined && before.token !== token) this.#dropUse(before.token, call);
    call.token = token;
    this.#depend(call, call.source, before.parentCallId, call.parentCallId);
    this.#rehome(call);
    if (token !== undefined) this.#use(token, call);
    this.#count(call);
    this.#fileCallId(call, before.callId);
    this.touched.calls.add(call);
    this.touched.rows.add(call);
    return true;
  }

  #fileCallId(call: Call, before: string | undefined): void {
    if (call.callId === undefined || call.callId === before) return;
    const key = callIdKey(call.source, call.callId);
    // A tool call and the API call it makes may share one id: the smaller key answers for both.
    const known = this.#callsByCallId.get(key);
    if (known !== undefined && known.id <= call.id) return;
    this.#callsByCallId.set(key, call);
    this.#wakeDependents(key);
  }

  #use(token: TokenNode, call: Call): void {
    token.addUse(call);
    const txn = call.txn;
    if (call.toldTxn !== txn) {
      if (call.toldTxn !== undefined) this.#hearTxn(token, call.toldTxn, false);
      call.toldTxn = txn;
      if (txn !== undefined) this.#hearTxn(token, txn, true);
    }
    if (token.needsFold) this.#refreshToken(token);
    this.touched.places.add(token.place);
  }

  #dropUse(token: TokenNode, call: Call): void {
    token.removeUse(call);
    if (call.toldTxn !== undefined) this.#hearTxn(token, call.toldTxn, false);
    call.toldTxn = undefined;
    this.#refreshToken(token);
    this.#dropIfEmpty(token.place);
  }

  #forgetCall(
    call: Call,
    before: {
      token: TokenNode | undefined;
      parentCallId: string | undefined;
      callId: string | undefined;
      source: string;
    },
  ): void {
    this.calls.delete(call.id);
    this.#depend(call, before.source, before.parentCallId, undefined);
    if (before.callId !== undefined) {
      const key = callIdKey(before.source, before.callId);
      if (this.#callsByCallId.get(key) === call) this.#callsByCallId.delete(key);
      this.#wakeDependents(key);
    }
    const home = call.home;
    home?.removeCall(call);
    call.home = undefined;
    if (home?.chain !== undefined) {
      home.chain.stale = true;
      this.touched.cells.add(home.chain);
    }
    if (before.token !== undefined) this.#dropUse(before.token, call);
    if (home !== undefined) this.#dropIfEmpty(home);
    this.touched.calls.delete(call);
    this.touched.rows.delete(call);
    this.touched.gone.add(`call:${call.id}`);
  }

  #count(call: Call): void {
    const cell = call.home?.chain;
    if (cell !== undefined && call.counted === undefined) {
      cell.addCall(call);
      this.touched.cells.add(cell);
    }
    const actor = call.actor;
    if (actor === undefined || call.platform) return;
    const window = this.windows.of(actor, call.atMs);
    const target = call.targetKey;
    let grew = target !== undefined && window.targetTally.add(target);
    if (call.kind === 'tool') grew = window.toolTally.add(call.action) || grew;
    call.window = window;
    call.windowTarget = target;
    window.calls.add(call);
    if (grew) this.touched.windows.add(window);
  }

  #uncount(call: Call): void {
    call.home?.chain?.removeCall(call);
    const { window } = call;
    if (window === undefined) return;
    if (call.windowTarget !== undefined) window.targetTally.remove(call.windowTarget);
    if (call.kind === 'tool') window.toolTally.remove(call.action);
    window.calls.delete(call);
    call.window = undefined;
    this.touched.windows.add(window);
  }

  #rehome(call: Call): void {
    const home = this.#homeOf(call);
    const old = call.home;
    if (home === old) return;
    if (old !== undefined) {
      old.removeCall(call);
      call.counted = undefined;
      if (old.chain !== undefined) {
        old.chain.stale = true;
        this.touched.cells.add(old.chain);
      }
      this.touched.places.add(old);
    }
    call.home = home;
    if (home.calls.size < ACTIONS_PER_HOP_MAX) home.addCall(call);
    else if (home.chain !== undefined) home.chain.incomplete = true;
    this.touched.places.add(home);
    this.touched.calls.add(call);
    this.touched.rows.add(call);
    if (old !== undefined) {
      home.chain?.addCall(call);
      if (home.chain !== undefined) this.touched.cells.add(home.chain);
      this.#dropIfEmpty(old);
    }
    if (call.callId !== undefined) this.#wakeDependents(callIdKey(call.source, call.callId));
  }

  /**
   * Where a call hangs: on its token; below an ancestor on its transaction or that day's session; without a
   * token on its transaction, else with its parent call, else alone. Calls that name each other in a circle
   * hang together on the smallest of them.
   */
  #homeOf(call: Call): Place {
    const path: Call[] = [];
    for (let at = call; ; ) {
      const { token, txn, parentCallId, source } = at;
      if (token !== undefined && !token.isAncestor) return token.place;
      if (txn !== undefined) return this.#request(txn);
      if (token !== undefined) return this.#session(token, call.atMs);
      if (parentCallId === undefined || parentCallId === at.callId)
        return this.#place(`call:${at.id}`, 'call');
      const key = callIdKey(source, parentCallId);
      const invocation = this.places.get(`inv:${key}`);
      if (invocation !== undefined && invocation.facts.length > 0) return invocation;
      const next = this.#callsByCallId.get(key);
      if (next === undefined) return this.#place(`inv:${key}`, 'invocation');
      path.push(at);
      const start = path.indexOf(next);
      if (start >= 0) {
        const smallest = path.slice(start).reduce((a, b) => (b.id < a.id ? b : a));
        return this.#place(`call:${smallest.id}`, 'call');
      }
      at = next;
    }
  }

  /** Direct use of an ancestor without a transaction: one chain for each UTC day. */
  #session(token: TokenNode, atMs: number): Place {
    const day = new Date(Math.floor(atMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
    const place = this.#place(`ses:${JSON.stringify([token.key, day])}`, 'session');
    place.ancestor = token;
    return place;
  }

  // Places and chains

  #relocate(place: Place): void {
    const wanted = this.#wantedUp(place);
    const old = place.up;
    for (const changed of link(place.branch, wanted?.branch)) this.#rechain(changed);
    if (old !== undefined && old !== place.up) this.#dropIfEmpty(old);
  }

  #wantedUp(place: Place): Place | undefined {
    const { token } = place;
    if (token !== undefined) {
      const parent = token.parent;
      if (parent !== undefined && !parent.isAncestor) {
        place.ancestor = undefined;
        return parent.place;
      }
      place.ancestor = parent;
      return token.txn === undefined ? undefined : this.#request(token.txn);
    }
    if (place.kind !== 'invocation') return undefined;
    const [fact] = place.facts;
    if (fact === undefined) return this.#callsByCallId.get(place.key.slice('inv:'.length))?.home;
    const data = fact.data as EventOf<'agent.invoked'>;
    const carried = data.token === undefined ? undefined : this.#token(data.token);
    if (carried !== undefined && !carried.isAncestor) return carried.place;
    const parent =
      data.parentCallId === undefined || data.parentCallId === data.callId
        ? undefined
        : this.#parentCallPlace(fact.event.source, data.parentCallId);
    if (parent !== undefined) return parent;
    if (data.txn !== undefined) return this.#request(data.txn);
    if (carried !== undefined) return this.#session(carried, fact.event.timeMs);
    if (data.parentCallId === undefined || data.parentCallId === data.callId) return undefined;
    return this.#place(`inv:${callIdKey(fact.event.source, data.parentCallId)}`, 'invocation');
  }

  /** `moved` has a new parent (or none): everything below it follows into the chain of its new top. */
  #rechain(moved: Branch<Place>): void {
    const root = topOf(moved).owner;
    const target = root.chain?.root === root ? root.chain : this.#newCell(root);
    for (const follower of subtree(moved)) {
      this.#move(follower, target);
      if (follower.token !== undefined) this.touched.tokens.add(follower.token);
    }
    const above = moved.owner.up?.token;
    if (above !== undefined) this.touched.tokens.add(above);
  }

  #newCell(root: Place): ChainCell {
    const cell = new ChainCell(this.tenant, root);
    this.cells.add(cell);
    this.#move(root, cell);
    return cell;
  }

  #move(place: Place, target: ChainCell): void {
    const from = place.chain;
    if (from === target) return;
    target.addPlace(place);
    this.touched.places.add(place);
    this.touched.cells.add(target);
    if (from === undefined) return;
    from.members.delete(place);
    from.stale = true;
    if (from.members.size > 0) {
      this.touched.cells.add(from);
      return;
    }
    // The whole chain carries on under another top: its old ids must resolve for ever.
    for (const id of from.formerIds) target.formerIds.add(id);
    if (from.reportedId !== undefined) target.formerIds.add(from.reportedId);
    from.formerIds.clear();
    from.reportedId = undefined;
    this.#dropCell(from);
  }

  /** Chains that vanished since the last call. */
  takeDropped(): ChainCell[] {
    return this.#dropped.splice(0);
  }

  #dropCell(cell: ChainCell): void {
    this.cells.delete(cell);
    if (cell.reportedId !== undefined || cell.formerIds.size > 0) this.#dropped.push(cell);
    this.touched.cells.delete(cell);
    this.touched.gone.add(`chain:${cell.rootKey}`);
  }

  /** Removes a place that nothing refers to any more, so that a retracted event leaves no trace. */
  #dropIfEmpty(place: Place): void {
    if (!place.empty || this.places.get(place.key) !== place) return;
    const above = place.up;
    link(place.branch, undefined);
    const cell = place.chain;
    place.chain = undefined;
    if (cell !== undefined) {
      cell.members.delete(place);
      cell.stale = true;
      if (cell.members.size === 0) this.#dropCell(cell);
      else this.touched.cells.add(cell);
    }
    this.places.delete(place.key);
    this.touched.places.delete(place);
    if (place.token !== undefined) {
      this.tokens.delete(place.token.key);
      this.#revocations.forget(place.token);
      this.touched.tokens.delete(place.token);
      this.touched.gone.add(`token:${place.token.key}`);
    }
    if (above !== undefined) this.#dropIfEmpty(above);
  }
}

function* subtree(branch: Branch<Place>): Iterable<Place> {
  const queue = [branch];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    yield next.owner;
    queue.push(...next.down);
  }
}

/** What a chain learned from a call and cannot unlearn without counting again. */
function toldBy(call: Call): string {
  const actor = call.actor;
  return JSON.stringify([actor ?? null, call.txn ?? null]);
}

function jtiOf(key: string): TokenRef {
  const [iss, jti] = JSON.parse(key.slice('tok:'.length)) as [string, string];
  return { iss, jti };
}

function callIdKey(source: string, callId: string): string {
  return JSON.stringify([source, callId]);
}
