import { SCOPE_HARD_PAIRS_MAX, SCOPE_PAIRS_MAX, SCOPE_SPACES_MAX } from '../limits.ts';
import { type Authority, audiencesOf, authority, type Bound, type Scoped } from './authority.ts';
import { allCover, anyCover, type Cover } from './cover.ts';
import { type AuthorizationDetail, detailCovers, detailLabel } from './dialects/detail.ts';
import { createMemo } from './memo.ts';
import type { ScopeRules } from './rules.ts';
import { isFor, type Space, spaceOf, type Whose } from './space.ts';

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
  const memo = createMemo(SCOPE_PAIRS_MAX);
  const spaces = new Map<string, Space>();

  const spaceFor = (whose: Whose): Space => {
    const key = keyOf(whose);
    let space = spaces.get(key);
    if (space === undefined) {
      if (spaces.size >= SCOPE_SPACES_MAX) spaces.clear();
      space = spaceOf(rules, whose, memo);
      spaces.set(key, space);
    }
    return space;
  };

  const covers = (bound: Bound, holder: Authority, grant: string): Cover => {
    if ('any' in bound) return anyCover(bound.any.map((one) => covers(one, holder, grant)));
    if ('all' in bound) return allCover(bound.all.map((one) => covers(one, holder, grant)));
    if (holder.open.includes(grant)) return 'unknown';
    const direct = grantCover(bound, holder, grant);
    if (direct === 'yes') return direct;
    const cover =
      rules.mappings.length === 0 ? direct : anyCover([direct, mapped(rules, bound, holder, grant)]);
    return cover === 'no' && !bound.complete ? 'unknown' : cover;
  };

  const coversDetail = (bound: Bound, holder: Authority, detail: AuthorizationDetail): Cover => {
    if ('any' in bound) return anyCover(bound.any.map((one) => coversDetail(one, holder, detail)));
    if ('all' in bound) return allCover(bound.all.map((one) => coversDetail(one, holder, detail)));
    const { space, details } = bound;
    if (space === undefined || !isSameSpace(bound, holder)) return 'incomparable';
    if (details === undefined) return 'unknown';
    return anyCover(details.map((held) => detailCovers(space.details, held, detail)));
  };

  return {
    authorityOf(token) {
      const { issuer, grant: grantType } = token;
      if (issuer === undefined) return authority(undefined, token);
      return authority(spaceFor({ issuer, audiences: audiencesOf(token), grantType }), token);
    },
    covers,
    isSameSpace,
    compare(bound, child) {
      const found = { no: new Set<string>(), incomparable: new Set<string>(), unknown: new Set<string>() };
      const note = (name: string, cover: Cover) => void (cover === 'yes' || found[cover].add(name));
      for (const grant of child.grants) note(grant, covers(bound, child, grant));
      for (const grant of child.open) note(grant, 'unknown');
      for (const detail of child.details ?? []) note(detailLabel(detail), coversDetail(bound, child, detail));
      const lists = {
        excess: sorted(found.no),
        incomparable: sorted(found.incomparable),
        unknown: sorted(found.unknown),
      };
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
      return { relation: relationOf(lists, child, () => isWithin(bound)), ...lists, upperBound };
    },
  };
}

/** Asked for with every token: the usual ones, of one audience or none, are spared the JSON. */
function keyOf({ issuer, audiences, grantType }: Whose): string {
  const own = grantType === 'client_credentials' ? 'own' : 'lent';
  const [first = '', ...further] = audiences ?? [];
  if (further.length > 0) return `${own} ${JSON.stringify([issuer, audiences])}`;
  return `${own} ${audiences?.length ?? '-'} ${issuer.length} ${issuer}${first}`;
}

function isSameSpace(a: Authority, b: Authority): boolean {
  return a.space !== undefined && (a.space === b.space || a.space.key === b.space?.key);
}

/** A single grant has to cover; a union of several that do together counts for none. */
function grantCover(held: Authority, holder: Authority, grant: string): Cover {
  const { space } = held;
  if (space === undefined || !isSameSpace(held, holder)) return 'incomparable';
  if (held.grants.includes(grant)) return 'yes';
  const asked = space.canonical(grant);
  let best: Cover = 'no';
  let hard = 0;
  for (const written of held.grants) {
    const parent = space.canonical(written);
    if (space.isHard(parent, asked)) hard += 1;
    const cover = hard > SCOPE_HARD_PAIRS_MAX ? 'unknown' : space.covers(parent, asked);
    if (cover === 'yes') return cover;
    best = anyCover([best, cover]);
  }
  return best;
}

/** Whoever holds what a mapping starts from holds what it leads to, in the other namespace. */
function mapped(rules: ScopeRules, held: Authority, holder: Authority, grant: string): Cover {
  const [from, to] = [held.space, holder.space];
  if (from === undefined || to === undefined) return 'no';
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
const none: readonly string[] = [];

function sorted(names: ReadonlySet<string>): readonly string[] {
  return names.size === 0 ? none : [...names].sort();
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
