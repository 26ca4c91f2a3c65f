import type { LinkLevel, TokenView } from './chain.ts';
import { LINEAGE_DEPTH_MAX } from './limits.ts';

/** A token above another one, and the weakest link on the way up to it. */
export interface Ancestor {
  readonly token: TokenView;
  readonly level: LinkLevel;
}

const none: readonly Ancestor[] = [];

/** The tokens above `token`, nearest first. */
export function ancestorsOf(token: TokenView): readonly Ancestor[] {
  if (token.parent === undefined) return none;
  const path: Ancestor[] = [];
  let level: LinkLevel = 1;
  let below = token;
  while (below.parent !== undefined && path.length < LINEAGE_DEPTH_MAX) {
    // Only levels 1 to 4 join state: a parent whose level nobody states is at best asserted.
    level = Math.max(level, below.parentLevel ?? 4) as LinkLevel;
    path.push({ token: below.parent, level });
    below = below.parent;
  }
  return path;
}
