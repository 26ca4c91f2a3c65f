import { type Authority, authority, type Bound, type Scoped } from './authority.ts';
import { allCover, anyCover, type Cover } from './cover.ts';
import { type AuthorizationDetail, detailCovers, detailLabel } from './dialects/detail.ts';
import { createMemo } from './memo.ts';
import type { ScopeRules } from './rules.ts';
import { isFor, type Space, spaceOf, type Whose } from './space.ts';

/** Pairs of grants whose comparison is remembered: a chain asks the same few again and again. About 4 MB. */
const PAIRS_MAX = 16_384;
/** Namespaces in memory; issuers and audiences are what publishers say, so there may be any number of them. */
const SPACES_MAX = 1_024;

export type Relation = 'equal' | 'narrower' | 'broader' | 'incomparable' | 'unknown';

/** How an authority stands to what bounds it. Lists are distinct and sorted. */
export interface Comparison {
  readonly relation: Relation;
  /** What nothing above covers. A fact, whatever else could not be compared. */
  readonly excess: readonly string[];
  readonly incomparable: readonly string[];
  readonly unknown: readonly string[];
  /** True where grants list the most that is held, so that the comparison is one of upper bounds. */
  readonly upperBound: boolean;
}

/** Compares authority by one policy. Pure but for what it remembers; every answer is a function of its arguments. */
export interface ScopeAlgebra {
  authorityOf(token: Scoped): Authority;
  /** Whether a grant of `holder` is covered. */
  covers(bound: Bound, holder: Authority, grant: string): Cover;
  compare(bound: Bound, child: Authority): Comparison;
  /** True when grants of both are of one namespace, so that the dialect and no mapping compares them. */
  isSameSpace(a: Authority, b: Authority): boolean;
}

export function createScopeAlgebra(rules: ScopeRules): ScopeAlgebra {
  const memo = createMemo(PAIRS_MAX);
  const spaces = new Map<string, Space>();

  const spaceFor = (whose: Whose): Space => {
    const key = JSON.stringify([
      whose.issuer,
      whose.audiences ?? null,
      whose.grantType === 'client_credentials',
    ]);
    let space = spaces.get(key);
    if (space === undefined) {
      if (spaces.size >= SPACES_MAX) spaces.clear();
      space = spaceOf(rules, whose, memo);
      spaces.set(key, space);
    }
    return space;
  };

  const covers = (bound: Bound, holder: Authority, grant: string): Cover => {
    if ('any' in bound) return anyCover(bound.any.map((one) => covers(one, holder, grant)));
    if ('all' in bound) return allCover(bound.all.map((one) => covers(one, holder, grant)));
    if (holder.open.includes(grant)) return 'unknown';
    const cover = anyCover([grantCover(bound, holder, grant), mapped(rules, bound, holder, grant)]);
    return cover === 'no' && !bound.complete ? 'unknown' : cover;
  };

  const coversDetail = (bound: Bound, holder: Authority, detail: AuthorizationDetail): Cover => {
    if ('any' in bound) return anyCover(bound.any.map((one) => coversDetail(one, holder, detail)));
    if ('all' in bound) return allCover(bound.all.map((one) => coversDetail(one, holder, detail)));
    if (!isSameSpace(bound, holder)) return 'incomparable';
    if (bound.details === undefined) return 'unknown';
    const types = holder.space?.details ?? {};
    return anyCover(bound.details.map((held) => detailCovers(types, held, detail)));
  };

  return {
    authorityOf(token) {
      const { issuer, aud: audiences, grant: grantType } = token;
      return authority(issuer === undefined ? undefined : spaceFor({ issuer, audiences, grantType }), token);
    },
    covers,
    isSameSpace,
    compare(bound, child) {
      const found = sorted(
        [...child.grants, ...child.open].map((grant) => [grant, covers(bound, child, grant)]),
        (child.details ?? []).map((detail) => [detailLabel(detail), coversDetail(bound, child, detail)]),
      );
      const upperBound = child.space?.upperBound === true;
      // What all agree on is within the child as soon as what one of them says is.
      const isWithin = (above: Bound): boolean => {
        if ('any' in above) return above.any.every(isWithin);
        if ('all' in above) return above.all.some(isWithin);
        return (
          above.complete &&
          above.grants.every((grant) => covers(child, above, grant) === 'yes') &&
          (above.details ?? []).every((detail) => coversDetail(child, above, detail) === 'yes')
        );
      };
      return { relation: relationOf(found, child, () => isWithin(bound)), ...found, upperBound };
    },
  };
}

function isSameSpace(a: Authority, b: Authority): boolean {
  return a.space !== undefined && a.space.key === b.space?.key;
}

/** A single grant has to cover; a union of several that do together counts for none. */
function grantCover(held: Authority, holder: Authority, grant: string): Cover {
  const { space } = held;
  if (space === undefined || !isSameSpace(held, holder)) return 'incomparable';
  if (held.grants.includes(grant)) return 'yes';
  const asked = space.canonical(grant);
  return anyCover(held.grants.map((parent) => space.covers(space.canonical(parent), asked)));
}

/** Whoever holds what a mapping starts from holds what it leads to, in the other namespace. */
function mapped(rules: ScopeRules, held: Authority, holder: Authority, grant: string): Cover {
  const [from, to] = [held.space, holder.space];
  if (rules.mappings.length === 0 || from === undefined || to === undefined) return 'no';
  const fitting = rules.mappings.filter((row) => isFor(row.from, from.whose) && isFor(row.to, to.whose));
  const covers = fitting.map((row) =>
    allCover([
      anyCover(
        held.grants.map((parent) => from.covers(from.canonical(parent), from.canonical(row.from.scope))),
      ),
      to.covers(to.canonical(row.to.scope), to.canonical(grant)),
    ]),
  );
  return anyCover(covers);
}

type Found = Pick<Comparison, 'excess' | 'incomparable' | 'unknown'>;

function sorted(...lists: readonly (readonly [string, Cover])[][]): Found {
  const named = (cover: Cover): readonly string[] => {
    const names = new Set(lists.flat().flatMap(([name, found]) => (found === cover ? [name] : [])));
    return [...names].sort();
  };
  return { excess: named('no'), incomparable: named('incomparable'), unknown: named('unknown') };
}

/** Incomparable is never broader, and unknown never narrower. */
function relationOf(found: Found, child: Authority, isWithin: () => boolean): Relation {
  if (found.incomparable.length > 0) return 'incomparable';
  if (found.excess.length > 0) return 'broader';
  if (found.unknown.length > 0 || !child.complete) return 'unknown';
  return isWithin() ? 'equal' : 'narrower';
}

/** One algebra for each policy, for whoever is given the policy with every question. */
export function createScopeAlgebras(): (rules: ScopeRules) => ScopeAlgebra {
  const algebras = new WeakMap<ScopeRules, ScopeAlgebra>();
  return (rules) => {
    let algebra = algebras.get(rules);
    if (algebra === undefined) {
      algebra = createScopeAlgebra(rules);
      algebras.set(rules, algebra);
    }
    return algebra;
  };
}
