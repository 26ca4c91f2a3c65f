import type { CallCircle, ChainView, Completeness } from '../domain/chain.ts';
import type { EventOf, Principal } from '../domain/event/index.ts';
import { chainId } from '../domain/ids.ts';
import { EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import { principalKey } from '../domain/principal.ts';
import { actorsIn } from './actors.ts';
import type { Call } from './call.ts';
import { circlesIn } from './circles.ts';
import type { Departed } from './departed.ts';
import type { Evidence } from './evidence.ts';
import { compareStrings, isType } from './fact.ts';
import { signersOf } from './names.ts';
import type { Place } from './place.ts';
import { Tally } from './tally.ts';
import type { TokenNode } from './token-node.ts';
import { ToldChain } from './told-chain.ts';

/** One chain in memory: the places that share a top, and what is counted over them. */
export class ChainCell extends ToldChain implements ChainView {
  readonly tenant: string;
  root: Place;
  readonly principals = new Map<string, Principal>();
  readonly targetTally = new Tally();
  readonly toolTally = new Tally();
  readonly needTally = new Tally();
  readonly txnTally = new Tally();
  actionCount = 0;
  #agents = false;
  /** Something left: the counts are taken again before they are read next. */
  stale = false;
  impactCount = 0;
  platformCount = 0;
  lastEventMs = 0;
  version = 0;
  /** The id under which it was last reported. */
  reportedId: string | undefined;
  reportedContext = '';
  /** Ids under which it, or what it absorbed, was reported before. */
  readonly formerIds = new Set<string>();

  constructor(tenant: string, root: Place, evidence: Evidence) {
    super(evidence);
    this.tenant = tenant;
    this.root = root;
  }

  get rootKey(): string {
    return this.root.key;
  }

  get id(): string {
    return chainId(this.tenant, this.root.key, this.startedMs);
  }

  /** The root's own time where it is known, else the earliest of what hangs on it. */
  get startedMs(): number {
    const own = this.root.firstMs;
    if (own !== undefined) return own;
    let first = Number.POSITIVE_INFINITY;
    for (const place of this.members) first = Math.min(first, place.firstMs ?? first);
    return Number.isFinite(first) ? first : 0;
  }

  /** A standing credential alone is an ancestor, not a chain, unless somebody handed it down: that is a hop. */
  get visible(): boolean {
    const { token } = this.root;
    if (token?.isAncestor !== true || this.members.size > 1 || this.root.calls.size > 0) return true;
    return token.state.parents.length > 0;
  }

  /** Tokens at the top: those that no token of this chain stands above. */
  get topTokens(): readonly TokenNode[] {
    if (this.root.token !== undefined) return [this.root.token];
    const tops: TokenNode[] = [];
    for (const place of this.members) {
      if (place.token !== undefined && place.up?.token === undefined) tops.push(place.token);
    }
    return tops;
  }

  /** The topmost credential; where there are several, first one that nobody issued, then the earliest. */
  get rootToken(): TokenNode | undefined {
    return this.topTokens.reduce<TokenNode | undefined>((best, token) => {
      if (best === undefined) return token;
      if (best.issued !== token.issued) return best.issued ? token : best;
      if (best.firstSeenMs !== token.firstSeenMs) return best.firstSeenMs < token.firstSeenMs ? best : token;
      return best.key < token.key ? best : token;
    }, undefined);
  }

  get initiator(): Principal | undefined {
    const requested = this.#requested()
      .map((data) => data.initiator)
      .at(0);
    return requested ?? this.rootToken?.subject;
  }

  #requested(): EventOf<'request.received'>[] {
    return this.root.facts.flatMap((fact) => (isType(fact, 'request.received') ? [fact.data] : []));
  }

  /** Everybody in it, and the keys that signed its requests: what becomes of these concerns it. */
  *concerning(): Iterable<string> {
    yield* this.principals.keys();
    for (const { facts } of this.members) {
      for (const fact of facts)
        if (isType(fact, 'request.received')) yield* signersOf(fact.data).map(principalKey);
    }
  }

  get txns(): readonly string[] {
    return this.txnTally.values();
  }

  get targets(): readonly string[] {
    return this.targetTally.values();
  }

  get tools(): readonly string[] {
    return this.toolTally.values();
  }

  get needs(): readonly string[] {
    return this.needTally.values();
  }

  get targetCount(): number {
    return this.targetTally.size;
  }

  get toolCount(): number {
    return this.toolTally.size;
  }

  get humans(): readonly Principal[] {
    return [...this.principals.values()].filter((principal) => principal.kind === 'human');
  }

  get machineRoot(): boolean {
    if (this.#requested().some((data) => data.kind !== 'human')) return true;
    return this.rootToken?.grant === 'client_credentials';
  }

  get platform(): boolean {
    if (this.rootToken?.state.platform === true) return true;
    return this.actionCount > 0 && this.platformCount === this.actionCount;
  }

  get completeness(): Completeness {
    let authority = true;
    let tokens = 0;
    for (const { token } of this.members) {
      if (token === undefined) continue;
      tokens += 1;
      if (!token.issued) authority = false;
    }
    return {
      request: this.#requested().length > 0,
      authority: authority && tokens > 0,
      context: this.#agents || this.toolTally.size > 0,
      impact: this.impactCount > 0,
    };
  }

  get circles(): readonly CallCircle[] {
    return circlesIn(this.members);
  }

  get eventIds(): readonly string[] {
    const ids: string[] = [];
    for (const place of this.members) {
      for (const fact of place.facts) ids.push(fact.event.id);
      for (const id of place.token?.eventIds ?? []) ids.push(id);
      if (ids.length < EVIDENCE_EVENTS_MAX) for (const call of place.calls) ids.push(...call.eventIds);
      if (ids.length >= EVIDENCE_EVENTS_MAX * 4) break;
    }
    return ids.sort(compareStrings).slice(0, EVIDENCE_EVENTS_MAX);
  }

  /** What carries on under another chain, or leaves, is not reported as vanished. */
  forgetIds(): void {
    this.reportedId = undefined;
    this.formerIds.clear();
  }

  addPlace(place: Place): void {
    this.members.add(place);
    place.chain = this;
    this.countPlace(place);
    if (place.departed !== undefined) this.#addDeparted(place.departed);
    for (const call of place.calls) this.addCall(call);
  }

  /** Counts everything again. */
  rebuild(): void {
    this.stale = false;
    for (const tally of [this.targetTally, this.toolTally, this.needTally, this.txnTally]) tally.clear();
    this.principals.clear();
    this.#agents = false;
    this.actionCount = 0;
    this.platformCount = 0;
    this.impactCount = 0;
    this.lastEventMs = 0;
    for (const place of this.members) {
      this.countPlace(place);
      if (place.departed !== undefined) this.#addDeparted(place.departed);
      for (const call of place.calls) this.addCall(call);
    }
  }

  #addDeparted(departed: Departed): void {
    const tallies = [
      [this.targetTally, departed.targets],
      [this.toolTally, departed.tools],
      [this.needTally, departed.needs],
      [this.txnTally, departed.txns],
    ] as const;
    for (const [tally, gone] of tallies) for (const [value, times] of gone.entries()) tally.add(value, times);
    this.actionCount += departed.calls;
    this.platformCount += departed.platform;
    this.impactCount += departed.impact;
    this.lastEventMs = Math.max(this.lastEventMs, departed.lastEventMs);
    for (const actor of departed.actors.values()) this.#meet(actor);
  }

  /** Takes in what describes the place itself; sets and maxima only, so twice is as good as once. */
  countPlace(place: Place): void {
    for (const fact of place.facts) {
      this.lastEventMs = Math.max(this.lastEventMs, fact.event.timeMs);
      if (fact.data.txn !== undefined) this.txnTally.add(fact.data.txn);
      if (isType(fact, 'agent.invoked')) {
        this.#agents = true;
        this.#meet(fact.data.actor);
        this.#meet(fact.data.callee);
      }
      if (isType(fact, 'request.received')) this.#meet(fact.data.initiator);
    }
    const { token } = place;
    if (token === undefined) return;
    for (const fact of token.facts) this.lastEventMs = Math.max(this.lastEventMs, fact.event.timeMs);
    if (token.state.txn !== undefined) this.txnTally.add(token.state.txn);
    this.#meet(token.state.subject);
    this.#meet(token.state.actor);
    for (const actor of actorsIn(token.state.act)) this.#meet(actor);
  }

  addCall(call: Call): void {
    const counted = call.counts;
    call.counted = counted;
    if (counted.target !== undefined) this.targetTally.add(counted.target);
    if (counted.tool !== undefined) this.toolTally.add(counted.tool);
    if (counted.needs !== undefined) this.needTally.add(counted.needs);
    if (call.txn !== undefined) this.txnTally.add(call.txn);
    this.actionCount += 1;
    if (counted.platform) this.platformCount += 1;
    if (counted.impact) this.impactCount += 1;
    this.#meet(call.actor);
    for (const fact of call.facts) this.lastEventMs = Math.max(this.lastEventMs, fact.event.timeMs);
  }

  removeCall(call: Call): void {
    const { counted } = call;
    if (counted === undefined) return;
    call.counted = undefined;
    if (counted.target !== undefined) this.targetTally.remove(counted.target);
    if (counted.tool !== undefined) this.toolTally.remove(counted.tool);
    if (counted.needs !== undefined) this.needTally.remove(counted.needs);
    this.actionCount -= 1;
    if (counted.platform) this.platformCount -= 1;
    if (counted.impact) this.impactCount -= 1;
  }

  #meet(principal: Principal | undefined): void {
    if (principal === undefined) return;
    const key = principalKey(principal);
    const known = this.principals.get(key);
    if (known === undefined) this.principals.set(key, principal);
    else if (differ(known, principal) && describesBetter(principal, known))
      this.principals.set(key, principal);
  }
}

/** Of two descriptions the one that says a kind, else the smaller text, whatever came first. */
function describesBetter(a: Principal, b: Principal): boolean {
  if ((a.kind === 'unknown') !== (b.kind === 'unknown')) return b.kind === 'unknown';
  return JSON.stringify(a) < JSON.stringify(b);
}

function differ(a: Principal, b: Principal): boolean {
  return a !== b && (a.kind !== b.kind || a.name !== b.name || a.owner !== b.owner || a.tenant !== b.tenant);
}
