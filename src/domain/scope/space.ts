import { matchesPattern } from '../policy.ts';
import { type Implies, impliedBy } from './closure.ts';
import type { Cover, Dialect } from './cover.ts';
import type { DetailTypes } from './dialects/detail.ts';
import { dialectOf, tablesOf } from './dialects/dialect.ts';
import type { Memo } from './memo.ts';
import type { ScopeRule, ScopeRules } from './rules.ts';

/** Whose grants these are: the first rule of policy that fits them. */
export interface Whose {
  readonly issuer: string;
  /** Undefined: nobody has said. */
  readonly audiences: readonly string[] | undefined;
  /** The OAuth grant type by which the token came to be. */
  readonly grantType: string | undefined;
}

/** A namespace: grants of one space are compared by its dialect, grants of two only by a mapping. */
export interface Space {
  readonly key: string;
  readonly whose: Whose;
  readonly upperBound: boolean;
  readonly details: DetailTypes;
  canonical(grant: string): string;
  /** Both canonical. By the dialect, or by a path of implications. */
  covers(parent: string, child: string): Cover;
  /** True when that takes a while the first time. */
  isHard(parent: string, child: string): boolean;
}

/** Rules that hold without any policy: scopes of these two mean the same everywhere. */
const builtIn: readonly ScopeRule[] = [
  ...['https://login.microsoftonline.com/*', 'https://sts.windows.net/*'].flatMap((issuer) =>
    ['https://graph.microsoft.com*', '00000003-0000-0000-c000-000000000000'].map(
      (audience): ScopeRule => ({ issuer, audience, dialect: 'msgraph', permissions: 'by-grant' }),
    ),
  ),
  { issuer: 'https://accounts.google.com', dialect: 'url', table: 'google', implies: {} },
];

export function spaceOf(rules: ScopeRules, whose: Whose, memo: Memo): Space {
  const candidates = [...rules.scopes, ...builtIn].filter((rule) => isFor(rule, whose));
  const rule = candidates.find((candidate) => candidate.dialect !== 'rar');
  const details = candidates.find((candidate) => candidate.dialect === 'rar');
  const dialect = dialectOf(rule);
  const further = rules.implications.find((candidate) => isFor(candidate, whose));
  const tables = [...tablesOf(rule), ...(further === undefined ? [] : [further.implies])];
  return {
    key: JSON.stringify([whose.issuer, rule?.audience ?? '', permissionsOf(rule, whose)]),
    whose,
    upperBound: dialect.upperBound,
    details: details?.types ?? {},
    canonical: dialect.canonical,
    isHard: dialect.isHard,
    covers: comparison(dialect, tables, memo, JSON.stringify([whose.issuer, whose.audiences ?? null])),
  };
}

/** A rule with an audience is for tokens all of whose audiences fit: of any other nobody knows which is meant. */
export function isFor(
  rule: { readonly issuer: string; readonly audience?: string | undefined },
  { issuer, audiences }: Whose,
): boolean {
  if (!matchesPattern(rule.issuer, issuer)) return false;
  const { audience } = rule;
  if (audience === undefined) return true;
  return (
    audiences !== undefined && audiences.length > 0 && audiences.every((one) => matchesPattern(audience, one))
  );
}

/** What an application was given (roles) is not what a person delegated to it (scp), though the names are the same. */
function permissionsOf(rule: ScopeRule | undefined, { grantType }: Whose): string {
  if (rule?.dialect !== 'msgraph') return '';
  if (rule.permissions !== 'by-grant') return rule.permissions;
  return grantType === 'client_credentials' ? 'application' : 'delegated';
}

function comparison(
  dialect: Dialect,
  tables: readonly Implies[],
  memo: Memo,
  tablesKey: string,
): (parent: string, child: string) => Cover {
  const path = tables.length === 0 ? undefined : implications(dialect, tables);
  const find = (parent: string, child: string): Cover => {
    const direct = dialect.covers(parent, child);
    return direct === 'yes' || path === undefined ? direct : path(parent, child, direct);
  };
  const prefix = `${dialect.key}\n${path === undefined ? '' : tablesKey}\n`;
  return (parent, child) =>
    path !== undefined || dialect.isHard(parent, child)
      ? memo.of(`${prefix}${parent}\n${child}`, () => find(parent, child))
      : find(parent, child);
}

/**
 * The transitive closure of the dialect and the tables together: whoever holds what covers a grant holds what that
 * grant implies.
 */
function implications(
  dialect: Dialect,
  tables: readonly Implies[],
): (parent: string, child: string, direct: Cover) => Cover {
  const steps = new Map<string, string[]>();
  for (const table of tables) {
    for (const grant of Object.keys(table)) {
      const from = dialect.canonical(grant);
      steps.set(from, [...(steps.get(from) ?? []), ...impliedBy(table, grant).map(dialect.canonical)]);
    }
  }
  const implied = (held: string): readonly string[] => {
    if (!dialect.structural) return steps.get(held) ?? [];
    return [...steps].flatMap(([grant, targets]) => (dialect.covers(held, grant) === 'yes' ? targets : []));
  };
  return (parent, child, direct) => {
    const reached = new Set([parent]);
    let best = direct;
    // A set that is walked while it grows visits what is added.
    for (const held of reached) {
      for (const target of implied(held)) reached.add(target);
      if (held === parent) continue;
      const cover = dialect.covers(held, child);
      if (cover === 'yes') return cover;
      if (best === 'no') best = cover;
    }
    return best;
  };
}
