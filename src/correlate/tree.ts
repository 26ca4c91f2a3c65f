/**
 * A place in a forest. `wants` is the parent that the evidence names; `up` is the parent in force: the same,
 * unless that edge is the one that a cycle had to lose.
 */
export interface Branch<Owner> {
  readonly owner: Owner;
  readonly key: string;
  /** Orders the members of a cycle; with the key it decides which edge is cut. */
  orderMs: number;
  wants: Branch<Owner> | undefined;
  up: Branch<Owner> | undefined;
  readonly down: Set<Branch<Owner>>;
}

export function branch<Owner>(owner: Owner, key: string): Branch<Owner> {
  return { owner, key, orderMs: Number.POSITIVE_INFINITY, wants: undefined, up: undefined, down: new Set() };
}

export function topOf<Owner>(node: Branch<Owner>): Branch<Owner> {
  let top = node;
  while (top.up !== undefined) top = top.up;
  return top;
}

/**
 * Puts `node` under `parent` and returns every branch whose `up` changed. A component of a forest where each
 * node wants one parent has at most one cycle, and its cut edge belongs to the component's top. So whenever
 * something moves, the top's own wish is tried again, and a cycle is cut at its smallest (time, key):
 * the outcome depends on the wishes alone, not on the order in which they became known.
 */
export function link<Owner>(node: Branch<Owner>, parent: Branch<Owner> | undefined): Branch<Owner>[] {
  if (node.wants === parent) return [];
  const before = new Map<Branch<Owner>, Branch<Owner> | undefined>();
  const oldTop = topOf(node);
  node.wants = parent;
  attach(node, parent, before);
  // The top of the component left behind may have lost its edge to a cycle that no longer exists.
  if (oldTop !== node && oldTop.wants !== undefined) attach(oldTop, oldTop.wants, before);
  return [...before].filter(([changed, up]) => changed.up !== up).map(([changed]) => changed);
}

/** Tries the cut edge of `node`'s component again after the order of its members changed. */
export function recut<Owner>(node: Branch<Owner>): Branch<Owner>[] {
  const top = topOf(node);
  if (top.wants === undefined) return [];
  const before = new Map<Branch<Owner>, Branch<Owner> | undefined>();
  attach(top, top.wants, before);
  return [...before].filter(([changed, up]) => changed.up !== up).map(([changed]) => changed);
}

function attach<Owner>(
  node: Branch<Owner>,
  parent: Branch<Owner> | undefined,
  before: Map<Branch<Owner>, Branch<Owner> | undefined>,
): void {
  setUp(node, undefined, before);
  if (parent === undefined) return;
  if (topOf(parent) !== node) {
    setUp(node, parent, before);
    return;
  }
  const cycle = [node];
  for (let at = parent; at !== node; at = at.up as Branch<Owner>) cycle.push(at);
  const loser = cycle.reduce((a, b) => (precedes(b, a) ? b : a));
  if (loser === node) return;
  setUp(loser, undefined, before);
  setUp(node, parent, before);
}

function setUp<Owner>(
  node: Branch<Owner>,
  up: Branch<Owner> | undefined,
  before: Map<Branch<Owner>, Branch<Owner> | undefined>,
): void {
  if (!before.has(node)) before.set(node, node.up);
  node.up?.down.delete(node);
  node.up = up;
  up?.down.add(node);
}

function precedes<Owner>(a: Branch<Owner>, b: Branch<Owner>): boolean {
  return a.orderMs !== b.orderMs ? a.orderMs < b.orderMs : a.key < b.key;
}
