import type { LinkLevel } from './chain.ts';
import type { Lineage, LineageToken } from './reach.ts';

/** A token that works because of another one. */
export interface Descendant {
  readonly token: LineageToken;
  /** The token over which it was reached. */
  readonly parentKey: string;
  readonly by: 'parent' | 'family';
  readonly depth: number;
  /** The weakest link between the two; a family is what its issuer says it is. */
  readonly level: LinkLevel;
}

export type Life = 'alive' | 'ended' | 'revoked' | 'unknown';

export function lifeOf(
  { expiresMs, revokedMs }: Pick<LineageToken, 'expiresMs' | 'revokedMs'>,
  nowMs: number,
): Life {
  if (revokedMs !== undefined && revokedMs <= nowMs) return 'revoked';
  if (expiresMs === undefined) return 'unknown';
  return expiresMs === null || expiresMs > nowMs ? 'alive' : 'ended';
}

/** All that falls with a token, nearest first; of the token itself nothing has to be known. */
export function descendantsOf({ tokens }: Lineage, key: string): readonly Descendant[] {
  const below = grouped(tokens, ({ parents }) => parents.map((parent) => parent.key));
  const kin = grouped(tokens, ({ family }) => (family === undefined ? [] : [family]));
  const found = new Map<string, Descendant>();
  const next: Descendant[] = [];

  function look(parentKey: string, family: string | undefined, depth: number, level: LinkLevel): void {
    for (const token of below.get(parentKey) ?? []) {
      const link = token.parents.find((parent) => parent.key === parentKey)?.level ?? 4;
      next.push({ token, parentKey, by: 'parent', depth, level: Math.max(level, link) as LinkLevel });
    }
    for (const token of kin.get(family ?? '') ?? [])
      next.push({ token, parentKey, by: 'family', depth, level });
    // Whoever looks at a family has seen all of it.
    if (family !== undefined) kin.delete(family);
  }

  look(key, tokens.find((token) => token.key === key)?.family, 1, 1);
  for (let at = next.shift(); at !== undefined; at = next.shift()) {
    const { token, depth, level } = at;
    if (token.key === key || found.has(token.key)) continue;
    found.set(token.key, at);
    look(token.key, token.family, depth + 1, level);
  }
  return [...found.values()];
}

/** When the last of them ends by itself: null never, undefined where nothing lives as far as anybody knows. */
export function aliveUntilOf(
  tokens: readonly Pick<LineageToken, 'expiresMs' | 'revokedMs'>[],
  nowMs: number,
): number | null | undefined {
  const ends = tokens
    .filter((token) => lifeOf(token, nowMs) === 'alive')
    .map(({ expiresMs }) => expiresMs ?? Number.POSITIVE_INFINITY);
  if (ends.length === 0) return undefined;
  const last = ends.reduce((a, b) => Math.max(a, b));
  return last === Number.POSITIVE_INFINITY ? null : last;
}

function grouped(
  tokens: readonly LineageToken[],
  namesOf: (token: LineageToken) => readonly string[],
): Map<string, LineageToken[]> {
  const groups = new Map<string, LineageToken[]>();
  for (const token of tokens)
    for (const name of namesOf(token)) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [token]);
      else group.push(token);
    }
  return groups;
}
