import type { LinkLevel } from '../../domain/chain.ts';
import { LINEAGE_DEPTH_MAX } from '../../domain/limits.ts';
import type { Lineage, LineageToken } from '../../domain/reach.ts';

/** Links beyond it only inform: they carry nothing. */
export const JOINING_LEVEL_MAX: LinkLevel = 4;
/** Links up to it may be crossed without a person. */
export const TRUSTED_LEVEL_MAX: LinkLevel = 3;

export interface Child {
  readonly token: LineageToken;
  readonly level: LinkLevel;
}

/** The tokens of a lineage, by key and from above. The order in which they came leaves no trace. */
export interface LineageGraph {
  /** By key. */
  readonly tokens: readonly LineageToken[];
  /** Of all links that join. */
  readonly levels: ReadonlySet<LinkLevel>;
  get(key: string): LineageToken | undefined;
  /** Over links that join. */
  childrenOf(key: string): readonly Child[];
  /** Over links that only inform. */
  hintsOf(key: string): readonly Child[];
}

export function graphOf({ tokens }: Lineage): LineageGraph {
  const byKey = new Map<string, LineageToken>();
  for (const token of [...tokens].sort((a, b) => compare(a.key, b.key))) {
    if (!byKey.has(token.key)) byKey.set(token.key, token);
  }
  const children = new Map<string, Child[]>();
  const hints = new Map<string, Child[]>();
  const levels = new Set<LinkLevel>();
  for (const token of byKey.values()) {
    for (const [key, level] of linksOf(token)) {
      levels.add(level);
      put(children, key, { token, level });
    }
    for (const { key, level } of token.parents) {
      if (level > JOINING_LEVEL_MAX) put(hints, key, { token, level });
    }
  }
  return {
    tokens: [...byKey.values()],
    levels,
    get: (key) => byKey.get(key),
    childrenOf: (key) => children.get(key) ?? [],
    hintsOf: (key) => hints.get(key) ?? [],
  };
}

function put(lists: Map<string, Child[]>, key: string, child: Child): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [child]);
  else list.push(child);
}

/** The parents that join it to something, each by its best link. */
export function linksOf({ key: own, parents }: LineageToken): ReadonlyMap<string, LinkLevel> {
  const links = new Map<string, LinkLevel>();
  for (const { key, level } of parents) {
    if (key === own || level > JOINING_LEVEL_MAX) continue;
    links.set(key, Math.min(level, links.get(key) ?? level) as LinkLevel);
  }
  return links;
}

/** What it was made from, nearest first, by the links in force. */
export function above(graph: LineageGraph, token: LineageToken | undefined): readonly LineageToken[] {
  const path: LineageToken[] = [];
  let at = token;
  while (at !== undefined && path.length < LINEAGE_DEPTH_MAX) {
    const next = at.parents[0];
    const parent = next === undefined || next.level > JOINING_LEVEL_MAX ? undefined : graph.get(next.key);
    if (parent === undefined || parent === token || path.includes(parent)) break;
    path.push(parent);
    at = parent;
  }
  return path;
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
