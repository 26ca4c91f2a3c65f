import type { Cover, Dialect } from '../cover.ts';
import { globCovers, isGlob, isHardGlob, matchesGlob } from '../glob.ts';

const asItStands = (grant: string): string => grant;

/** Opaque values (RFC 6749 section 3.3): case-sensitive, equal or different. */
export const exact: Dialect = {
  key: 'exact',
  structural: false,
  upperBound: false,
  canonical: asItStands,
  covers: unlessWildcard,
  isHard: () => false,
};

/** Whole segments only: `crm` covers `crm:read` and never `crmadmin`. */
export function hierarchical(separator: string, direction: 'prefix' | 'suffix'): Dialect {
  const isBelow =
    direction === 'prefix'
      ? (parent: string, child: string) => child.startsWith(`${parent}${separator}`)
      : (parent: string, child: string) => child.endsWith(`${separator}${parent}`);
  return {
    ...exact,
    key: JSON.stringify(['hierarchical', separator, direction]),
    structural: true,
    covers: (parent, child) => (isBelow(parent, child) ? 'yes' : unlessWildcard(parent, child)),
  };
}

/** `*` and `?` in both; what a child's pattern matches has to be matched by one pattern of the parent. */
export const glob: Dialect = {
  key: 'glob',
  structural: true,
  upperBound: false,
  canonical: asItStands,
  covers: globCovers,
  isHard: isHardGlob,
};

/** A `*` that the dialect does not read, but that would cover the grant if it were a wildcard, leaves it open. */
export function unlessWildcard(parent: string, child: string): Cover {
  if (parent === child) return 'yes';
  return isGlob(parent) && parent.includes('*') && matchesGlob(parent, child) ? 'unknown' : 'no';
}
