import type { LineageToken } from '../../domain/reach.ts';
import { type LineageGraph, linksOf, TRUSTED_LEVEL_MAX } from './graph.ts';

/**
 * How well a token stands without what is to end. `sure`: a path of trusted links leads to something intact.
 * `unclear`: one does by a link that somebody only asserts, to a parent of which nothing is known, or to one that a
 * person has to decide about. Whoever could spare a token by asserting a second parent could keep what they stole.
 * Absent: nothing else vouches for it.
 */
export type Footing = 'sure' | 'unclear';

export interface Shaken {
  /** Keys of what hangs, by any joining link, on what is to end. */
  readonly below: ReadonlySet<string>;
  /** Keys of that itself. */
  readonly ending: ReadonlySet<string>;
  /** Those of them that a person may yet let stand. */
  readonly doubtful: ReadonlySet<string>;
}

/** The least set: a token stands if something that stands vouches for it, so two that vouch for each other do not. */
export function footings(
  graph: LineageGraph,
  { below, ending, doubtful }: Shaken,
): ReadonlyMap<string, Footing> {
  const found = new Map<string, Footing>();
  const queue: LineageToken[] = [];
  const raise = (token: LineageToken, footing: Footing) => {
    // What was revoked vouches for nothing, whatever it was made from.
    if (token.revokedMs !== undefined) return;
    if (ending.has(token.key) && !(doubtful.has(token.key) && footing === 'unclear')) return;
    if (found.get(token.key) === 'sure' || found.get(token.key) === footing) return;
    found.set(token.key, footing);
    queue.push(token);
  };
  for (const token of graph.tokens) {
    const base = doubtful.has(token.key) ? 'unclear' : baseOf(token, graph, below.has(token.key));
    if (base !== undefined) raise(token, base);
  }
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const footing = found.get(next.key) ?? 'unclear';
    for (const { token, level } of graph.childrenOf(next.key)) {
      const isTrusted = !below.has(token.key) || level <= TRUSTED_LEVEL_MAX;
      raise(token, isTrusted ? footing : 'unclear');
    }
  }
  return found;
}

/** Roots stand by themselves. All that hangs on what ends is in the lineage, so a parent elsewhere does not. */
function baseOf(token: LineageToken, graph: LineageGraph, isBelow: boolean): Footing | undefined {
  const links = linksOf(token);
  const isElsewhere = [...links.keys()].some((key) => graph.get(key) === undefined);
  if (isBelow) return isElsewhere ? 'unclear' : undefined;
  return links.size === 0 || isElsewhere ? 'sure' : undefined;
}
