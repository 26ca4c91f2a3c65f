import type { EventOf } from '../domain/event/index.ts';
import type { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import { Departed } from './departed.ts';
import { compareTimes, type Fact, insertFact } from './fact.ts';
import type { TokenNode } from './token-node.ts';
import { type Branch, branch } from './tree.ts';

export type PlaceKind = 'request' | 'token' | 'invocation' | 'session' | 'call';
export type PlaceData = EventOf<
  | 'request.received'
  | 'request.closed'
  | 'agent.invoked'
  | 'approval.requested'
  | 'approval.granted'
  | 'approval.denied'
  | 'approval.expired'
  | 'approval.withdrawn'
  | 'policy.decision'
  | 'privilege.granted'
  | 'privilege.expired'
>;

/** Something that calls and other places hang on. Its branch in the forest decides which chain it belongs to. */
export class Place {
  readonly key: string;
  readonly kind: PlaceKind;
  readonly branch: Branch<Place>;
  /** Requests, approvals and invocations that describe it, by time. Tokens keep theirs in the token node. */
  readonly facts: Fact<PlaceData>[] = [];
  readonly calls = new Set<Call>();
  chain: ChainCell | undefined;
  /** A row of it was written: should it go, another one must say so. */
  reported = false;
  /** Set on places of kind `token`. */
  token: TokenNode | undefined;
  /** The standing or shared credential that this chain was opened under. */
  ancestor: TokenNode | undefined;
  /** What is kept of calls that left a hot place: counts, first and last use. */
  departed: Departed | undefined;
  #firstUsedMs: number | undefined;
  #lastUsedMs: number | undefined;
  #timesStale = false;

  constructor(key: string, kind: PlaceKind) {
    this.key = key;
    this.kind = kind;
    this.branch = branch<Place>(this, key);
  }

  addFact(fact: Fact<PlaceData>): void {
    insertFact(this.facts, fact, compareTimes);
    this.branch.orderMs = this.facts[0]?.event.timeMs ?? this.branch.orderMs;
  }

  addCall(call: Call): void {
    this.calls.add(call);
    this.#firstUsedMs = Math.min(this.#firstUsedMs ?? Number.POSITIVE_INFINITY, call.atMs);
    this.#lastUsedMs = Math.max(this.#lastUsedMs ?? 0, call.atMs);
  }

  removeCall(call: Call): void {
    if (this.calls.delete(call)) this.#timesStale = true;
  }

  /** The call leaves memory; what was counted of it stays. */
  departCall(call: Call): void {
    if (!this.calls.delete(call)) return;
    this.departed ??= new Departed();
    this.departed.add(call);
  }

  /** A call's start moved: first and last use are read again when they are asked for. */
  retime(): void {
    this.#timesStale = true;
  }

  get firstUsedMs(): number | undefined {
    this.#readTimes();
    return this.#firstUsedMs;
  }

  get lastUsedMs(): number | undefined {
    this.#readTimes();
    return this.#lastUsedMs;
  }

  #readTimes(): void {
    if (!this.#timesStale) return;
    this.#timesStale = false;
    this.#firstUsedMs = this.departed?.firstMs;
    this.#lastUsedMs = this.departed?.lastMs;
    for (const call of this.calls) this.addCall(call);
  }

  get up(): Place | undefined {
    return this.branch.up?.owner;
  }

  /** Nothing in it and nothing below it: it can go without a trace. */
  get empty(): boolean {
    return (
      this.facts.length === 0 &&
      this.calls.size === 0 &&
      this.branch.down.size === 0 &&
      (this.token === undefined || this.token.empty)
    );
  }

  /** When it was first heard of, from what is known of it alone. */
  get firstMs(): number | undefined {
    const times = [this.token?.firstFactMs, this.facts[0]?.event.timeMs].filter((ms) => ms !== undefined);
    return times.length > 0 ? Math.min(...times) : this.firstUsedMs;
  }
}
