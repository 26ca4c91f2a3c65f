import type { TokenView } from './chain.ts';
import { type Ancestor, ancestorsOf } from './lineage.ts';
import { matchesPattern, type Policy } from './policy.ts';

/** How the scope values of one issuer are compared. */
export type Dialect =
  | { readonly kind: 'exact' }
  | { readonly kind: 'hierarchical'; readonly separator: string; readonly direction: 'prefix' | 'suffix' };

/**
 * Whether one grant covers another. `unclear`: the parent holds a `*` that the dialect does not read but
 * that would cover the grant if it were a wildcard, so neither answer can be given.
 */
export type Cover = 'yes' | 'no' | 'unclear';

const exact: Dialect = { kind: 'exact' };

/** The dialect policy declares for an issuer's scopes; opaque strings (RFC 6749 section 3.3) unless it says more. */
export function dialectOf(policy: Policy, issuer: string): Dialect {
  const rule = policy.scopes.find((candidate) => matchesPattern(candidate.issuer, issuer));
  if (rule === undefined || rule.dialect === 'exact') return exact;
  return rule.dialect === 'hierarchical'
    ? { kind: 'hierarchical', separator: rule.separator, direction: rule.direction }
    : exact;
}

/** Whether the grant `parent` includes the grant `child`. Case-sensitive; reflexive and transitive. */
export function coversGrant(dialect: Dialect, parent: string, child: string): Cover {
  if (parent === child) return 'yes';
  if (dialect.kind === 'hierarchical' && includesSegments(dialect, parent, child)) return 'yes';
  return parent.includes('*') && matchesPattern(parent, child) ? 'unclear' : 'no';
}

/** Whole segments only: `crm` includes `crm:read` and never `crmadmin`. */
function includesSegments(
  dialect: Extract<Dialect, { kind: 'hierarchical' }>,
  parent: string,
  child: string,
): boolean {
  return dialect.direction === 'prefix'
    ? child.startsWith(`${parent}${dialect.separator}`)
    : child.endsWith(`${dialect.separator}${parent}`);
}

/** Whether any single grant of `scope` covers `grant`. */
export function coversScope(dialect: Dialect, scope: readonly string[], grant: string): Cover {
  if (scope.includes(grant)) return 'yes';
  let best: Cover = 'no';
  for (const held of scope) {
    const cover = coversGrant(dialect, held, grant);
    if (cover === 'yes') return 'yes';
    if (cover === 'unclear') best = 'unclear';
  }
  return best;
}

/** Grants of `child` that nothing in `parent` covers, distinct and sorted. Unclear ones are not claimed. */
export function excessScope(
  dialect: Dialect,
  parent: readonly string[],
  child: readonly string[],
): readonly string[] {
  const excess = child.filter((grant) => coversScope(dialect, parent, grant) === 'no');
  return excess.length === 0 ? excess : [...new Set(excess)].sort((a, b) => (a < b ? -1 : 1));
}

/** Authority that a token holds and the nearest ancestor with a comparable scope does not. */
export interface Drift {
  readonly issuer: string;
  readonly added: readonly string[];
  readonly holder: Ancestor;
  readonly held: readonly string[];
  /** Ancestors between the two, whose scope is unknown or another issuer's. Empty: the holder is the parent. */
  readonly between: readonly Ancestor[];
}

/**
 * What a token gained on its way down. Scope values mean what their authorization server defines, so only tokens
 * of one issuer compare. Effective authority is the conjunction over all ancestors, yet the nearest comparable one
 * is enough: what that one holds beyond those above it was gained there, and is said of it.
 */
export function driftOf(token: TokenView, policy: Policy): Drift | undefined {
  const { scope, issuer } = token;
  if (scope === undefined || issuer === undefined || token.parent === undefined) return undefined;
  const path = ancestorsOf(token);
  const nearest = path.findIndex((above) => above.token.scope !== undefined && above.token.issuer === issuer);
  const holder = path[nearest];
  const held = holder?.token.scope;
  if (holder === undefined || held === undefined) return undefined;
  const added = excessScope(dialectOf(policy, issuer), held, scope);
  return added.length === 0 ? undefined : { issuer, added, holder, held, between: path.slice(0, nearest) };
}

/** Grants that `token` added to what was handed to it, sorted. */
export function addedScopes(token: TokenView, policy: Policy): readonly string[] {
  return driftOf(token, policy)?.added ?? [];
}
