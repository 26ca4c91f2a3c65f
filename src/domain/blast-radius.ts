import type { LinkLevel } from './chain.ts';
import type { Lineage, LineageToken } from './reach.ts';

/** A token that works because of another one. */
export interface Descendant {
  readonly token: LineageToken;
  /** The token over which it was reached; undefined for the one that was asked about. */
  readonly parentKey: string | undefined;
  readonly by: 'source' | 'parent' | 'family';
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

/** The token itself, and all that falls with it, nearest first. */
export function descendantsOf({ tokens }: Lineage, key: string): readonly Descendant[] {
  const source = tokens.find((token) => token.key === key);
  if (source === undefined) return [];
  const below = grouped(tokens, ({ parents }) => parents.map((parent) => parent.key));
  const kin = grouped(tokens, ({ family }) => (family === undefined ? [] : [family]));
  const found = new Map<string, Descendant>();
  const next: Descendant[] = [{ token: source, parentKey: undefined, by: 'source', depth: 0, level: 1 }];
  for (let at = next.shift(); at !== undefined; at = next.shift()) {
    const { token, depth, level } = at;
    if (found.has(token.key)) continue;
    found.set(token.key, at);
    for (const child of below.get(token.key) ?? []) {
      const link = child.parents.find((parent) => parent.key === token.key)?.level ?? 4;
      next.push({
        ...{ token: child, parentKey: token.key, by: 'parent', depth: depth + 1 },
        level: Math.max(level, link) as LinkLevel,
      });
    }
    for (const other of kin.get(token.family ?? '') ?? [])
      next.push({ token: other, parentKey: token.key, by: 'family', depth: depth + 1, level });
    // Whoever looks at a family has seen all of it.
    if (token.family !== undefined) kin.delete(token.family);
  }
  return [...found.values()];
}

/** When the last of them ends by itself: null never, undefined where nothing lives or nobody knows. */
export function aliveUntilOf(all: readonly Descendant[], nowMs: number): number | null | undefined {
  const ends = all
    .filter(({ token }) => lifeOf(token, nowMs) === 'alive')
    .map(({ token }) => token.expiresMs ?? null);
  if (ends.includes(null)) return null;
  return ends.length === 0 ? undefined : ends.reduce((a, b) => Math.max(Number(a), Number(b)));
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
