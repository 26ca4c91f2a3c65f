import { ChainCell } from './chain-cell.ts';
import type { TenantGraph } from './graph.ts';
import { sessionName, txnName } from './names.ts';
import { Place, type PlaceKind } from './place.ts';
import type { TokenNode } from './token-node.ts';
import { type Branch, link, recut, topOf } from './tree.ts';

/** The forest of places of one tenant, and the chains that its trees are. */
export class Places {
  readonly #graph: TenantGraph;
  readonly #places = new Map<string, Place>();
  readonly #dropped: ChainCell[] = [];
  readonly cells = new Set<ChainCell>();
  /** Places with more calls than are kept one by one. */
  readonly hot = new Set<Place>();

  constructor(graph: TenantGraph) {
    this.#graph = graph;
  }

  get(key: string): Place | undefined {
    return this.#places.get(key);
  }

  values(): Iterable<Place> {
    return this.#places.values();
  }

  ensure(key: string, kind: PlaceKind): Place {
    return this.#places.get(key) ?? this.adopt(new Place(key, kind));
  }

  /** A new place is a chain of its own until something places it. */
  adopt(place: Place): Place {
    this.#places.set(place.key, place);
    this.#newCell(place);
    return place;
  }

  request(txn: string): Place {
    return this.ensure(txnName(txn), 'request');
  }

  /** Direct use of an ancestor without a transaction: one chain for each UTC day. */
  session(token: TokenNode, atMs: number): Place {
    const place = this.ensure(sessionName(token.key, atMs), 'session');
    place.ancestor = token;
    return place;
  }

  /** Puts a place where it wants to be now. */
  relocate(place: Place): void {
    const wanted = this.#graph.invocations.wantedUp(place);
    const old = place.up;
    for (const changed of link(place.branch, wanted?.branch)) this.#rechain(changed);
    if (old !== undefined && old !== place.up) this.dropIfEmpty(old);
  }

  /** The place's time changed: a cycle it is in may lose another edge. */
  reorder(place: Place): void {
    for (const changed of recut(place.branch)) this.#rechain(changed);
  }

  /** What describes the place changed; `adds` when nothing that was said before can have been replaced. */
  recount(place: Place, adds: boolean): void {
    const { touched } = this.#graph;
    touched.places.add(place);
    const cell = place.chain;
    if (cell === undefined) return;
    if (adds) cell.countPlace(place);
    else cell.stale = true;
    touched.cells.add(cell);
  }

  /** Something left the place's chain: it is counted again before it is read. */
  spoil(place: Place): void {
    const cell = place.chain;
    if (cell === undefined) return;
    cell.stale = true;
    this.#graph.touched.cells.add(cell);
  }

  /** `moved` has a new parent (or none): everything below it follows into the chain of its new top. */
  #rechain(moved: Branch<Place>): void {
    const { touched } = this.#graph;
    const root = topOf(moved).owner;
    const target = root.chain?.root === root ? root.chain : this.#newCell(root);
    for (const follower of subtree(moved)) {
      this.#move(follower, target);
      // It lies deeper or less deep now, even where the chain stays the same.
      touched.places.add(follower);
      if (follower.token !== undefined) touched.tokens.add(follower.token);
    }
    const above = moved.owner.up?.token;
    if (above !== undefined) touched.tokens.add(above);
  }

  #newCell(root: Place): ChainCell {
    const cell = new ChainCell(this.#graph.tenant, root, this.#graph.evidence);
    this.cells.add(cell);
    this.#move(root, cell);
    return cell;
  }

  #move(place: Place, target: ChainCell): void {
    const from = place.chain;
    if (from === target) return;
    const { touched } = this.#graph;
    target.addPlace(place);
    touched.places.add(place);
    touched.cells.add(target);
    if (from === undefined) return;
    from.members.delete(place);
    from.stale = true;
    if (from.members.size > 0) {
      touched.cells.add(from);
      return;
    }
    // The whole chain carries on under another top: its old ids must resolve for ever.
    for (const id of from.formerIds) target.formerIds.add(id);
    if (from.reportedId !== undefined) target.formerIds.add(from.reportedId);
    from.forgetIds();
    this.#dropCell(from);
  }

  /** Chains that vanished since the last call, with ids that nothing carries on. */
  takeDropped(): ChainCell[] {
    return this.#dropped.splice(0);
  }

  #dropCell(cell: ChainCell): void {
    const { touched } = this.#graph;
    this.cells.delete(cell);
    if (cell.reportedId !== undefined || cell.formerIds.size > 0) this.#dropped.push(cell);
    touched.cells.delete(cell);
    touched.gone.add(`chain:${cell.rootKey}`);
  }

  /** Removes a place that nothing refers to any more, so that a retracted event leaves no trace. */
  dropIfEmpty(place: Place): void {
    if (!place.empty || this.#places.get(place.key) !== place) return;
    const { touched, tokens } = this.#graph;
    const above = place.up;
    link(place.branch, undefined);
    const cell = place.chain;
    place.chain = undefined;
    if (cell !== undefined) {
      cell.members.delete(place);
      cell.stale = true;
      if (cell.members.size === 0) this.#dropCell(cell);
      else touched.cells.add(cell);
    }
    this.#places.delete(place.key);
    touched.places.delete(place);
    if (place.reported) touched.gonePlaces.add(place.key);
    if (place.token !== undefined) tokens.drop(place.token);
    if (above !== undefined) this.dropIfEmpty(above);
  }

  /** A chain leaves memory as a whole; its ids stay as they were reported. */
  release(cell: ChainCell): void {
    for (const place of cell.members) {
      this.#places.delete(place.key);
      this.hot.delete(place);
      this.#graph.touched.places.delete(place);
    }
    cell.forgetIds();
    this.#dropCell(cell);
  }
}

function* subtree(branch: Branch<Place>): Iterable<Place> {
  const queue = [branch];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    yield next.owner;
    queue.push(...next.down);
  }
}
