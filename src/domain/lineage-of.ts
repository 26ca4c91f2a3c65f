import type { Hop, LinkLevel } from './chain.ts';
import { LINEAGE_DEPTH_MAX } from './limits.ts';
import type { Lineage, LineageToken } from './reach.ts';

/** The tokens among `hops`, each with what it hangs on. A key that no hop here has is a parent all the same. */
export function lineageOf(tenant: string, hops: readonly Hop[], isCut: boolean): Lineage {
  const byKey = new Map(hops.map((hop) => [hop.key, hop]));
  return { tenant, tokens: hops.flatMap((hop) => tokenOf(hop, byKey) ?? []), isCut };
}

/** The keys of `hops` that are below one of `keys`, or of the family of one that is; `keys` themselves included. */
export function reachedBy(keys: Iterable<string>, hops: readonly Hop[]): ReadonlySet<string> {
  const below = new Map<string, Hop[]>();
  const family = new Map<string, Hop[]>();
  for (const hop of hops) {
    for (const key of parentKeysOf(hop)) put(below, key, hop);
    if (hop.family !== undefined) put(family, hop.family, hop);
  }
  const byKey = new Map(hops.map((hop) => [hop.key, hop]));
  const reached = new Set<string>();
  const next = [...keys];
  for (let key = next.pop(); key !== undefined; key = next.pop()) {
    if (reached.has(key)) continue;
    reached.add(key);
    const kin = byKey.get(key)?.family;
    const also = [...(below.get(key) ?? []), ...(kin === undefined ? [] : (family.get(kin) ?? []))];
    next.push(...also.map((hop) => hop.key));
    // Whoever looks at a family has seen all of it.
    if (kin !== undefined) family.delete(kin);
  }
  return reached;
}

function put(lists: Map<string, Hop[]>, key: string, hop: Hop): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [hop]);
  else list.push(hop);
}

/** Every key that a hop hangs on: the one in force, what opened its chain, and the others that were named. */
export function parentKeysOf({ parentKey, ancestorKey, alternatives }: Hop): readonly string[] {
  const keys = [parentKey, ancestorKey, ...alternatives.map(({ key }) => key)];
  return [...new Set(keys.filter((key) => key !== undefined))];
}

function tokenOf(hop: Hop, byKey: ReadonlyMap<string, Hop>): LineageToken | undefined {
  if (hop.token === undefined) return undefined;
  return {
    key: hop.key,
    ref: hop.token,
    label: hop.label,
    tokenKind: hop.tokenKind,
    chainId: hop.chainId,
    parents: parentsOf(hop, byKey),
    family: hop.family,
    session: hop.session,
    holder: hop.to,
    subject: hop.subject,
    environment: hop.environment,
    standing: hop.standing ?? hop.expiresMs === null,
    issuedMs: hop.issuedMs,
    expiresMs: hop.expiresMs,
    revokedMs: hop.revokedMs,
    lastUsedMs: hop.lastUsedMs,
  };
}

function parentsOf(hop: Hop, byKey: ReadonlyMap<string, Hop>): LineageToken['parents'] {
  const found = new Map<string, LinkLevel>();
  const inForce = tokenAbove(hop, byKey);
  if (inForce !== undefined) found.set(inForce.key, inForce.level);
  if (hop.ancestorKey !== undefined && !found.has(hop.ancestorKey)) found.set(hop.ancestorKey, 4);
  for (const { key, level } of hop.alternatives) if (!found.has(key)) found.set(key, level);
  found.delete(hop.key);
  return [...found].map(([key, level]) => ({ key, level }));
}

/** The nearest token above, past requests, sessions and invocations; their links count. */
function tokenAbove(
  hop: Hop,
  byKey: ReadonlyMap<string, Hop>,
): { key: string; level: LinkLevel } | undefined {
  let level: LinkLevel = 1;
  let at: Hop | undefined = hop;
  for (let steps = 0; at?.parentKey !== undefined && steps < LINEAGE_DEPTH_MAX; steps += 1) {
    // A link whose level nobody states is at best asserted.
    level = Math.max(level, at.level ?? 4) as LinkLevel;
    if (at.parentKey.startsWith('tok:')) return { key: at.parentKey, level };
    at = byKey.get(at.parentKey);
  }
  return undefined;
}
