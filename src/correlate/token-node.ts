import type {
  ActionView,
  ApprovalView,
  LinkLevel,
  ParentLink,
  RefContradiction,
  Revocation,
  TokenView,
  Tombstone,
  Unconfirmed,
} from '../domain/chain.ts';
import type { AdmittedEvent, Principal, TokenRef } from '../domain/event/index.ts';
import { DISTINCT_MAX, USES_VIEWED_MAX, VIEWED_MAX } from '../domain/limits.ts';
import type { Call } from './call.ts';
import { Claims } from './claims.ts';
import { endsOf } from './collections.ts';
import { compareFacts, compareStrings, type Fact, insertFact, removeFact } from './fact.ts';
import { OrderedCalls } from './ordered-calls.ts';
import { Place } from './place.ts';
import type { RefIndex } from './refs.ts';
import { type Ends, noEnds } from './revocations.ts';
import { Tally } from './tally.ts';
import { foldToken, type TokenState } from './token-state.ts';
import { ToldToken } from './told-token.ts';
import { type Branch, branch } from './tree.ts';

/** One credential: the facts known of it, its authority (branch among tokens) and its place in a chain. */
export class TokenNode extends ToldToken implements TokenView {
  readonly key: string;
  readonly #named: TokenRef;
  readonly #refs: RefIndex;
  readonly place: Place;
  /** Its branch in the forest of authority: which token it was derived from. */
  readonly authority: Branch<TokenNode>;
  /** Every call that carried it, wherever that call hangs. */
  readonly carriers = new OrderedCalls();
  /** Calls that others say were made with it, and that count as another token's. */
  readonly mentions = new Set<Call>();
  /** Transactions that its calls and children name: they tell its own when the issuer did not. */
  readonly txns = new Tally();
  /** Invocations that hand this token to an agent. */
  readonly invocations = new Set<Place>();
  /** The transaction it last told, and whom. */
  toldTxn: string | undefined;
  toldParent: TokenNode | undefined;
  ends: Ends = noEnds;
  /** What it holds by those it was shown to. */
  readonly #claims = new Claims();
  /** When it was first heard of, by events that have left. */
  #knownSinceMs = Number.POSITIVE_INFINITY;
  /** Children that have left: they still count. */
  readonly #departed = new Set<string>();

  constructor(key: string, ref: TokenRef, refs: RefIndex) {
    super(foldToken(ref, [], undefined, refs));
    this.key = key;
    this.#named = ref;
    this.#refs = refs;
    this.place = new Place(key, 'token');
    this.place.token = this;
    this.authority = branch<TokenNode>(this, key);
  }

  get ref(): TokenRef {
    return this.#refs.describe(this.#named);
  }

  addFact(fact: Fact): void {
    insertFact(this.facts, fact, compareFacts);
  }

  removeFact(event: AdmittedEvent): boolean {
    return removeFact(this.facts, event);
  }

  /** Returns true when the token has to be folded again: the call read something new in it. */
  addUse(call: Call): boolean {
    this.carriers.add(call);
    return this.#claims.add(call);
  }

  removeUse(call: Call): void {
    this.carriers.delete(call);
    this.#claims.remove(call);
  }

  /** The call leaves memory with its chain; what was learned from it stays. */
  releaseUse(call: Call): void {
    this.carriers.delete(call);
    this.#claims.release(call);
    this.#knownSinceMs = Math.min(this.#knownSinceMs, call.atMs);
  }

  /** A child leaves memory with its chain. */
  releaseChild(child: TokenNode): void {
    this.#knownSinceMs = Math.min(this.#knownSinceMs, child.firstFactMs ?? Number.POSITIVE_INFINITY);
    if (this.#departed.size < DISTINCT_MAX) this.#departed.add(child.key);
  }

  /** A child that had left is here again, or is one no more. */
  welcomeChild(child: TokenNode): void {
    this.#departed.delete(child.key);
  }

  /** Reads the facts again. */
  fold(): void {
    this.state = foldToken(this.ref, this.facts, this.#claims.read(this.carriers), this.#refs);
    const orderMs = this.state.iatMs ?? Number.POSITIVE_INFINITY;
    this.authority.orderMs = orderMs;
    this.place.branch.orderMs = orderMs;
  }

  get empty(): boolean {
    return (
      this.facts.length === 0 &&
      this.carriers.size === 0 &&
      this.mentions.size === 0 &&
      this.invocations.size === 0 &&
      this.authority.down.size === 0
    );
  }

  /** The issuer's transaction, else the only one its uses name; an ancestor belongs to none of them. */
  get txn(): string | undefined {
    return this.state.txn ?? (this.isAncestor ? undefined : this.txns.only);
  }

  /**
   * An ancestor is not a chain: a standing credential, or one that serves several transactions. Each
   * transaction or first hop below it opens a chain of its own, or one access key would be one eternal chain.
   */
  get isAncestor(): boolean {
    return this.state.standing || (this.state.txn === undefined && this.txns.size > 1);
  }

  get parent(): TokenNode | undefined {
    return this.authority.up?.owner;
  }

  get parentLevel(): LinkLevel | undefined {
    return this.parent === undefined ? undefined : this.state.parents[0]?.level;
  }

  get otherParents(): readonly ParentLink[] {
    return this.state.parents.slice(1);
  }

  get revocation(): Revocation | undefined {
    return this.ends.revocation;
  }

  get tombstone(): Tombstone | undefined {
    return this.ends.tombstone;
  }

  get unconfirmed(): readonly Unconfirmed[] {
    return this.ends.unconfirmed;
  }

  get contradiction(): RefContradiction | undefined {
    return this.#refs.contradiction(this.key);
  }

  get cutParent(): ParentLink | undefined {
    const { wants, up } = this.authority;
    return wants !== undefined && up === undefined ? this.state.parents[0] : this.state.ownParent;
  }

  get childCount(): number {
    return this.authority.down.size + this.#departed.size;
  }

  get firstFactMs(): number | undefined {
    let first: number | undefined;
    for (const fact of this.facts) first = Math.min(first ?? fact.event.timeMs, fact.event.timeMs);
    return first;
  }

  get firstSeenMs(): number {
    const own = this.firstFactMs ?? this.place.firstUsedMs;
    if (own !== undefined) return own;
    let first = Number.isFinite(this.#knownSinceMs) ? this.#knownSinceMs : undefined;
    for (const use of [...this.carriers, ...this.mentions]) first = Math.min(first ?? use.atMs, use.atMs);
    for (const place of this.invocations) {
      const ms = place.facts[0]?.event.timeMs;
      if (ms !== undefined) first = Math.min(first ?? ms, ms);
    }
    for (const child of this.authority.down) {
      const ms = child.owner.firstFactMs;
      if (ms !== undefined) first = Math.min(first ?? ms, ms);
    }
    return first ?? 0;
  }

  /** A refresh keeps the subject and the actor of what it refreshes. */
  get subject(): Principal | undefined {
    return this.#kept((state) => state.subject);
  }

  get actor(): Principal | undefined {
    return this.#kept((state) => state.actor);
  }

  get session(): string | undefined {
    return this.#kept((state) => state.session);
  }

  get uses(): readonly ActionView[] {
    return this.carriers.ends(USES_VIEWED_MAX);
  }

  get children(): readonly TokenNode[] {
    const children = [...this.authority.down].map(({ owner }) => owner);
    return endsOf(children.sort(compareMints), VIEWED_MAX);
  }

  /** RFC 6749 section 6: a refresh that names no scope keeps the scope it had. */
  get scope(): readonly string[] | undefined {
    return this.#kept((state) => state.scope);
  }

  get aud(): readonly string[] | undefined {
    return this.#kept((state) => state.aud);
  }

  /** Of its chain, and those that its mint names. */
  get approvals(): readonly ApprovalView[] {
    return this.place.chain?.approvals ?? [];
  }

  /** What a refresh does not say itself is what the token that it replaced had. */
  #kept<T>(read: (state: TokenState) => T | undefined): T | undefined {
    let node: TokenNode = this;
    while (read(node.state) === undefined && node.state.refreshed && node.parent !== undefined)
      node = node.parent;
    return read(node.state);
  }

  /** What detectors read of its authority; a change means everything that rests on it is judged again. */
  signature(): string {
    const { state } = this;
    return JSON.stringify([
      state.issued,
      state.issuer,
      this.scope ?? null,
      state.iatMs ?? null,
      state.nbfMs ?? null,
      state.expMs === undefined ? 'unknown' : state.expMs,
      this.parent?.key ?? null,
      state.parents,
      this.cutParent !== undefined,
      this.contradiction !== undefined,
      this.ends,
      this.isAncestor,
      state.tokenKind ?? null,
      this.actor ?? null,
      state.client ?? null,
      this.subject ?? null,
      this.aud ?? null,
      state.eventIds,
      this.#said(),
    ]);
  }

  /** What few tokens have. Of what is said beside the mint, only a leak and an end change what a use means. */
  #said(): unknown {
    const { act, mayAct, cnf, maxUses, session, authorizationDetails, environment } = this.state;
    const rare = [act, mayAct, cnf, maxUses, session, authorizationDetails, environment];
    const isRefused = this.facts.some(({ data }) => data.type === 'token.introspected' && !data.active);
    const against = this.facts.filter(
      ({ data }) => data.type === 'credential.exposed' || (isRefused && data.type === 'token.introspected'),
    );
    if (against.length === 0 && rare.every((value) => value === undefined)) return null;
    return [rare.map((value) => value ?? null), against.map(({ event }) => event.id)];
  }
}

/** By mint time; tokens that nobody dates come last. */
export function compareMints(a: TokenNode, b: TokenNode): number {
  const [mine, theirs] = [a.iatMs ?? Number.MAX_SAFE_INTEGER, b.iatMs ?? Number.MAX_SAFE_INTEGER];
  return mine - theirs || compareStrings(a.key, b.key);
}
