import type { Implies } from '../closure.ts';
import type { Dialect } from '../cover.ts';
import type { ScopeRule } from '../rules.ts';
import { canonicalGoogle, googleScopes, mayBeCloud } from './google.ts';
import { iam } from './iam.ts';
import { kubernetes } from './kubernetes.ts';
import { msgraph } from './msgraph.ts';
import { exact, glob, hierarchical, unlessWildcard } from './text.ts';

/** Full addresses of scopes; what they imply stands in a table, not in their spelling. */
const google: Dialect = {
  ...exact,
  key: 'google',
  canonical: canonicalGoogle,
  covers: (parent, child) => (mayBeCloud(parent, child) ? 'unknown' : unlessWildcard(parent, child)),
};

/** The dialect of a rule. Scope values beside authorization details (RFC 9396) stay opaque. */
export function dialectOf(rule: ScopeRule | undefined): Dialect {
  switch (rule?.dialect) {
    case 'hierarchical':
      return hierarchical(rule.separator, rule.direction);
    case 'glob':
      return glob;
    case 'iam':
      return iam;
    case 'kubernetes':
      return kubernetes;
    case 'msgraph':
      return msgraph;
    case 'url':
      return rule.table === 'google' ? google : exact;
    default:
      return exact;
  }
}

/** What the rule's own tables imply, one step each. */
export function tablesOf(rule: ScopeRule | undefined): readonly Implies[] {
  if (rule?.dialect === 'table') return [rule.implies];
  if (rule?.dialect !== 'url') return [];
  return rule.table === 'google' ? [googleScopes, rule.implies] : [rule.implies];
}
