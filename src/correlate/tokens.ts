import type { TokenRef } from '../domain/event/index.ts';
import { evidenceNamesOf } from './evidence.ts';
import type { Fact } from './fact.ts';
import type { TenantGraph } from './graph.ts';
import type { Place } from './place.ts';
import { RefIndex } from './refs.ts';
import { type EndingFact, Revocations } from './revocations.ts';
import { TokenNode } from './token-node.ts';
import { link, recut } from './tree.ts';

/** The credentials of one tenant: their authority, their transactions and who follows when they change. */
export class Tokens {
  readonly #graph: TenantGraph;
  readonly #tokens = new Map<string, TokenNode>();
  readonly #revocations = new Revocations();
  readonly refs = new RefIndex();

  constructor(graph: TenantGraph) {
    this.#graph = graph;
  }

  get(key: string): TokenNode | undefined {
    return this.#tokens.get(key);
  }

  values(): Iterable<TokenNode> {
    return this.#tokens.values();
  }

  get size(): number {
    return this.#tokens.size;
  }

  ensure(ref: TokenRef): TokenNode {
    const key = this.refs.keyOf(ref);
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    // A hash that is bound to a jti names the same token: it is kept under the jti alone.
    const token = new TokenNode(key, this.refs.known(ref), this.refs);
    this.#tokens.set(key, token);
    this.#graph.places.adopt(token.place);
    this.#graph.touched.tokens.add(token);
    token.ends = this.#revocations.of(token);
    return token;
  }

  /** By any of its names. */
  named(name: string): TokenNode | undefined {
    return this.#tokens.get(keyOfName(name, this.refs));
  }

  isAncestor(name: string): boolean {
    return this.named(name)?.isAncestor === true;
  }

  /** One more (or one less) event about a token. */
  apply(fact: Fact, ref: TokenRef, adding: boolean): void {
    const token = this.ensure(ref);
    const before = token.signature();
    if (adding) token.addFact(fact);
    else token.removeFact(fact.event);
    for (const name of evidenceNamesOf([fact]))
      this.#graph.evidence.use(name, token.place, evidenceNamesOf(token.facts).has(name));
    this.refresh(token, before);
    // A second report may replace what the first one said: only a first one merely adds.
    this.#graph.places.recount(token.place, adding && token.facts.length === 1);
    this.#graph.places.dropIfEmpty(token.place);
  }

  /** What ends a family, or all that a subject has. */
  applyEnding(fact: EndingFact, adding: boolean): void {
    for (const token of this.#revocations.apply(fact, adding)) this.refresh(token);
  }

  /** Reads a token's facts again and follows every consequence: parent, place, role of ancestors, judgements. */
  refresh(token: TokenNode, before: string = token.signature()): void {
    const { places, touched } = this.#graph;
    const { act } = token.state;
    this.#revocations.forget(token);
    token.fold();
    this.#revocations.index(token);
    token.ends = this.#revocations.of(token);
    // Whom a resource server read in it is met by the whole chain.
    if (token.state.act !== act) places.spoil(token.place);

    this.#reparent(token);
    places.reorder(token.place);
    this.#tellParent(token);
    places.relocate(token.place);
    touched.tokens.add(token);
    touched.places.add(token.place);
    if (token.signature() === before) return;
    this.#replace(token);
    this.rejudge(token);
  }

  #reparent(token: TokenNode): void {
    const { places, touched } = this.#graph;
    const [first] = token.state.parents;
    const parent = first === undefined ? undefined : this.ensure(first.ref);
    const oldParent = token.authority.wants?.owner;
    parent?.welcomeChild(token);
    for (const { owner } of [...link(token.authority, parent?.authority), ...recut(token.authority)]) {
      this.#tellParent(owner);
      places.relocate(owner.place);
      this.rejudge(owner);
    }
    for (const relative of [parent, oldParent]) {
      if (relative === undefined || this.#tokens.get(relative.key) !== relative) continue;
      touched.tokens.add(relative);
      touched.places.add(relative.place);
      if (relative.place.chain !== undefined) touched.cells.add(relative.place.chain);
      if (relative !== parent) places.dropIfEmpty(relative.place);
    }
  }

  /** Everything that rests on this token's authority is judged again. */
  rejudge(token: TokenNode): void {
    const { touched } = this.#graph;
    const queue = [token];
    const seen = new Set(queue);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      touched.tokens.add(next);
      touched.places.add(next.place);
      for (const call of [...next.carriers, ...next.mentions]) touched.calls.add(call);
      // A refresh has the subject of what it refreshes, and may be what its chain takes its initiator from.
      if (next.state.refreshed && next.place.chain !== undefined) touched.cells.add(next.place.chain);
      for (const { owner } of next.authority.down) {
        if (seen.has(owner)) continue;
        seen.add(owner);
        queue.push(owner);
      }
    }
  }

  /** A token's calls and children tell it which transactions it serves, when its issuer did not. */
  hearTxn(token: TokenNode, txn: string, adding: boolean): void {
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
      const takenBack =
        toldTxn !== undefined && toldParent !== undefined && this.#tally(toldParent, toldTxn, false);
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
    this.#graph.places.relocate(token.place);
    this.#replace(token);
    this.rejudge(token);
    return true;
  }

  /** What hangs on the token may belong elsewhere now: it may have become an ancestor, or stopped being one. */
  #replace(token: TokenNode): void {
    const { calls, places, touched } = this.#graph;
    // An ancestor alone is no chain: whether its own is one is decided again.
    if (token.place.chain !== undefined) touched.cells.add(token.place.chain);
    for (const call of token.carriers) calls.rehome(call);
    for (const { owner } of [...token.authority.down]) places.relocate(owner.place);
    const invoked: Place[] = [...token.invocations];
    for (const { owner } of token.place.branch.down) if (owner.kind === 'invocation') invoked.push(owner);
    for (const place of invoked) places.relocate(place);
  }

  /** Nothing is left of the token. */
  drop(token: TokenNode): void {
    const { touched } = this.#graph;
    this.#tokens.delete(token.key);
    this.#revocations.forget(token);
    touched.tokens.delete(token);
    touched.gone.add(`token:${token.key}`);
  }

  /** The token leaves memory with its chain. */
  release(token: TokenNode): void {
    token.parent?.releaseChild(token);
    link(token.authority, undefined);
    this.refs.forgetStored(token.key);
    this.drop(token);
  }
}

function keyOfName(name: string, refs: RefIndex): string {
  return name.startsWith('tok:[') ? name : refs.keyOf({ hash: name.slice('tok:'.length) });
}
