import type { LinkLevel } from '../../domain/chain.ts';
import { principalKey, principalLabel } from '../../domain/principal.ts';
import type { LineageToken } from '../../domain/reach.ts';
import { isSignIn } from './parties.ts';
import { type Doomed, type Family, familiesOf, isLive, lastExpiry, stepOf } from './steps.ts';
import type { CascadeInput, Foreseen } from './types.ts';

export interface FamilySteps {
  readonly of: Readonly<Record<Doomed['role'], readonly Foreseen[]>>;
  /** Families at the violation that no step ends, and why. */
  readonly left: readonly { readonly family: Family; readonly reason: string }[];
}

interface Planned {
  readonly doomed: readonly Doomed[];
  readonly all: readonly LineageToken[];
  readonly input: CascadeInput;
  readonly isSafe: (token: LineageToken) => boolean;
}

/**
 * A refresh token that is not seen mints on when all seen tokens are dead, so families end as such, before their
 * tokens. That of the source, or of a sibling, is its holder's own; one further down ends if nothing else lives in it.
 */
export function familySteps({ doomed, all, input, isSafe }: Planned): FamilySteps {
  const of: Record<Doomed['role'], Foreseen[]> = { source: [], sibling: [], descendant: [] };
  const left: { family: Family; reason: string }[] = [];
  const byKey = new Map(doomed.map((one) => [one.token.key, one]));
  const taken = new Set<string>();
  for (const role of ['source', 'sibling', 'descendant'] as const) {
    const tokens = doomed.flatMap((one) => (one.role === role ? [one.token] : []));
    const families = [...familiesOf(tokens, all)].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, family] of families) {
      const live = family.members.filter((token) => isLive(token, input.nowMs));
      if (taken.has(key) || live.length === 0) continue;
      taken.add(key);
      const others = live.filter((token) => !byKey.has(token.key));
      if (role === 'descendant' && others.length > 0) continue;
      const reason = leftBecause(family, { others, input, isSafe });
      if (reason === undefined) of[role].push(familyStep(family, { live, others, byKey, input }));
      else if (role === 'source') left.push({ family, reason });
    }
  }
  return { of, left };
}

function leftBecause(
  { target }: Family,
  { others, input, isSafe }: { others: readonly LineageToken[] } & Pick<Planned, 'input' | 'isSafe'>,
): string | undefined {
  if (!input.connectors.some((connector) => connector.handles(target))) {
    return 'no connector ends a whole family: a refresh token that nobody reported could mint on';
  }
  const safe = others.find(isSafe);
  return safe === undefined
    ? undefined
    : `policy protects ${principalLabel(safe.holder)}, who holds a part of it`;
}

interface Around {
  readonly live: readonly LineageToken[];
  readonly others: readonly LineageToken[];
  readonly byKey: ReadonlyMap<string, Doomed>;
  readonly input: CascadeInput;
}

function familyStep({ target, members }: Family, { live, others, byKey, input }: Around): Foreseen {
  const within = members.flatMap((token) => byKey.get(token.key) ?? []);
  const holders = new Set(
    within.flatMap(({ token: { holder } }) => (holder === undefined ? [] : [principalKey(holder)])),
  );
  const levels = within.flatMap(({ level }) => level ?? []);
  const about = {
    label: `refresh family ${target.family}`,
    holder: holders.size === 1 ? [...holders][0] : undefined,
    role: 'family' as const,
    depth: Math.min(...within.map(({ depth }) => depth)),
    level: levels.length === 0 ? undefined : (Math.max(...levels) as LinkLevel),
    environment: within.find(({ token }) => token.environment !== undefined)?.token.environment,
    residualUntilMs: lastExpiry(live),
  };
  const signIns = others.filter(isSignIn).map((token) => principalLabel(token.holder));
  const holds = new Set(within.flatMap((one) => one.holds));
  const beside = signIns.length === 0 ? [] : [`${signIns[0]} signed in with a token of the same family`];
  return stepOf(target, about, input, [...holds, ...beside]);
}
