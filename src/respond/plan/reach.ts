import type { LinkLevel } from '../../domain/chain.ts';
import type { LineageToken } from '../../domain/reach.ts';
import { JOINING_LEVEL_MAX, type LineageGraph, TRUSTED_LEVEL_MAX } from './graph.ts';
import { caution, type Origin } from './origins.ts';
import { type Footing, footings } from './vouch.ts';

export interface Reached {
  readonly token: LineageToken;
  /** Weakest link on the best path to it. */
  readonly level: LinkLevel;
  readonly depth: number;
  /** Trusted links all the way from an origin that no person has to see first. */
  readonly isClear: boolean;
  /** Another parent may stand. */
  readonly isUnclear: boolean;
  /** Why it is not for a machine to take. */
  readonly caution: readonly string[];
}

export interface Reach {
  readonly reached: ReadonlyMap<string, Reached>;
  /** What hangs on the origins and stays: `vouched`: another parent of it stands. */
  readonly spared: readonly { readonly token: LineageToken; readonly vouched: boolean }[];
}

export interface ReachOptions {
  /** What stands above the source is never below it, whatever anybody asserts. */
  readonly isAbove: (token: LineageToken) => boolean;
  /** Is left alone, with what hangs on nothing else. */
  readonly isSafe: (token: LineageToken) => boolean;
  /** Nothing vouches for a token whose other parent ends. */
  readonly strict: boolean;
  /** Keys of origins that a person may yet let stand. */
  readonly doubtful?: ReadonlySet<string>;
}

/** What loses its ground when the origins end: over links of levels 1 to 4, source before what is made from it. */
export function reachOf(graph: LineageGraph, origins: readonly Origin[], options: ReachOptions): Reach {
  const starts = new Set(origins.map(({ token }) => token.key));
  const mayEnter = (token: LineageToken) => !starts.has(token.key) && !options.isAbove(token);
  const below = spread(graph, origins, { levelMax: JOINING_LEVEL_MAX, mayEnter });
  const belowKeys = new Set(below.keys());
  const footing: ReadonlyMap<string, Footing> = options.strict
    ? new Map()
    : footings(graph, { below: belowKeys, ending: starts, doubtful: options.doubtful ?? new Set() });
  const isVouched = (token: LineageToken) => footing.get(token.key) === 'sure';

  const reached = new Map<string, Reached>();
  const falls = (token: LineageToken) => mayEnter(token) && !isVouched(token) && !options.isSafe(token);
  const unheld = origins.filter(({ holds }) => holds.length === 0);
  const clear = spread(graph, unheld, { levelMax: TRUSTED_LEVEL_MAX, mayEnter: falls });
  for (const levelMax of levelsIn(graph, origins)) {
    for (const [key, { token, depth }] of spread(graph, origins, { levelMax, mayEnter: falls })) {
      if (reached.has(key) || starts.has(key)) continue;
      const isUnclear = footing.get(key) === 'unclear';
      const isClear = clear.has(key);
      reached.set(key, { token, level: levelMax, depth, isClear, isUnclear, caution: caution(token, graph) });
    }
  }
  const spared = [...below].flatMap(([key, { token }]) =>
    starts.has(key) || reached.has(key) ? [] : [{ token, vouched: isVouched(token) }],
  );
  return { reached, spared };
}

/** Ascending, those that make a difference. */
function levelsIn({ levels }: LineageGraph, origins: readonly Origin[]): readonly LinkLevel[] {
  const own = new Set(origins.map(({ level }) => Math.min(level ?? 1, JOINING_LEVEL_MAX)));
  return ([1, 2, 3, 4] as const).filter((level) => levels.has(level) || own.has(level));
}

interface Spread {
  readonly levelMax: LinkLevel;
  readonly mayEnter: (token: LineageToken) => boolean;
}

/** Breadth first, over links up to a level, from the origins that rest on no weaker one. */
function spread(
  graph: LineageGraph,
  origins: readonly Origin[],
  { levelMax, mayEnter }: Spread,
): ReadonlyMap<string, { token: LineageToken; depth: number }> {
  const found = new Map<string, { token: LineageToken; depth: number }>();
  for (const { token, level } of origins) {
    // A finding on a weaker link is refused elsewhere; what hangs on it is shown all the same.
    if (Math.min(level ?? 1, JOINING_LEVEL_MAX) <= levelMax) found.set(token.key, { token, depth: 0 });
  }
  for (const { token: from, depth } of found.values()) {
    for (const { token, level } of graph.childrenOf(from.key)) {
      if (level > levelMax || found.has(token.key) || !mayEnter(token)) continue;
      found.set(token.key, { token, depth: depth + 1 });
    }
  }
  return found;
}
