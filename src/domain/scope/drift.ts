import type { TokenView } from '../chain.ts';
import { type Ancestor, ancestorsOf } from '../lineage.ts';
import type { Comparison, ScopeAlgebra } from './algebra.ts';
import type { Authority } from './authority.ts';
import { isFreshGrant } from './step-up.ts';

/** Authority that a token holds and that what bounds it does not. */
export interface Drift {
  /** Against its parent, against an ancestor further up, or against the first grant of its refresh family. */
  readonly kind: 'hop' | 'root' | 'cumulative';
  readonly issuer: string;
  /** Gained by this token. Distinct and sorted. */
  readonly added: readonly string[];
  /** With what earlier refreshes of the family had gained already; of other drifts the same. Distinct and sorted. */
  readonly grown: readonly string[];
  readonly holder: Ancestor;
  readonly held: readonly string[];
  /** Ancestors between the two that could not be compared; of a family, its earlier refreshes. */
  readonly between: readonly Ancestor[];
  /** True where both list the most that they hold, and less may be in force. */
  readonly upperBound: boolean;
}

/**
 * What a token gained on its way down. Effective authority is the conjunction over all links to the root, yet the
 * nearest ancestor of the same namespace whose authority is known is enough: what that one holds beyond those above
 * it was gained there, and is said of it. A mapping pardons nothing: a detour through another namespace may not bring
 * back more than went into it.
 *
 * `steppedUp` is what a person granted in mid-task (see `stepUpOf`): it counts beside what bounds the token.
 */
export function driftOf(
  token: TokenView,
  algebra: ScopeAlgebra,
  steppedUp: Authority | undefined,
): Drift | undefined {
  const { scope, issuer } = token;
  if (scope === undefined || issuer === undefined || isPlainlyHeld(token, algebra)) return undefined;
  const path = ancestorsOf(token);
  const child = algebra.authorityOf(token);
  const [at, isFamily] = boundAmong(path, refreshesAbove(token, path), child, algebra);
  const holder = path[at];
  if (holder === undefined || isFreshGrant(token, path)) return undefined;
  const bound = algebra.authorityOf(holder.token);
  const allowed = steppedUp === undefined ? bound : { any: [bound, steppedUp] };
  const { excess, upperBound } = algebra.compare(allowed, child);
  if (excess.length === 0) return undefined;
  const between = path.slice(0, at);
  const earlier = between
    .map((above) => algebra.authorityOf(above.token))
    .filter((above) => algebra.isSameSpace(above, child));
  // What one of them holds was gained there.
  const lacking = earlier.map((above) => lackedBy(algebra.compare(above, child)));
  const added = excess.filter((grant) => lacking.every((names) => names.has(grant)));
  if (added.length === 0) return undefined;
  const kind = isFamily ? 'cumulative' : between.length === 0 ? 'hop' : 'root';
  const grown = isFamily
    ? union(excess, ...earlier.map((one) => algebra.compare(allowed, one).excess))
    : added;
  return { kind, issuer, added, grown, holder, held: bound.grants, between, upperBound };
}

/** The usual case, told without a search: a root, or a token whose parent literally holds all of it. */
export function isPlainlyHeld(token: TokenView, algebra: ScopeAlgebra): boolean {
  const { scope, parent } = token;
  if (parent === undefined) return true;
  if (scope === undefined || parent.scope === undefined) return false;
  const [child, above] = [algebra.authorityOf(token), algebra.authorityOf(parent)];
  if (!child.complete || child.details !== undefined || !algebra.isSameSpace(above, child)) return false;
  return child.grants.every((grant) => above.grants.includes(grant));
}

/** Grants that `token` added to what was handed to it, sorted. */
export function addedScopes(token: TokenView, algebra: ScopeAlgebra): readonly string[] {
  return driftOf(token, algebra, undefined)?.added ?? [];
}

/**
 * The place of what bounds a token. A refresh may take back what an earlier one left out, so that the first grant of
 * its family bounds it (RFC 6749 section 6); anything else is bounded by what it was made from.
 */
function boundAmong(
  path: readonly Ancestor[],
  refreshes: number,
  child: Authority,
  algebra: ScopeAlgebra,
): readonly [number, boolean] {
  const isBound = ({ token }: Ancestor): boolean => {
    const authority = algebra.authorityOf(token);
    return authority.complete && algebra.isSameSpace(authority, child);
  };
  const first = path.slice(0, refreshes).findLastIndex(isBound);
  return first >= 0 ? [first, true] : [path.findIndex(isBound), false];
}

/** How many of the tokens above it are of the refresh family that the token continues. */
function refreshesAbove(token: TokenView, path: readonly Ancestor[]): number {
  let below = token;
  let count = 0;
  for (const { token: above } of path) {
    if (below.grant !== 'refresh_token' || below.family === undefined) break;
    if (above.family !== below.family || above.issuer !== below.issuer) break;
    below = above;
    count += 1;
  }
  return count;
}

/** What is not certainly covered. */
function lackedBy({ excess, incomparable, unknown }: Comparison): ReadonlySet<string> {
  return new Set([...excess, ...incomparable, ...unknown]);
}

function union(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}
