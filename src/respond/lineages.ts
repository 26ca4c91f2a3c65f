import type { ResponseStore } from '../domain/ports.ts';
import type { Lineage, LineageToken } from '../domain/reach.ts';

/** Lineages that are read at once: a flood of findings must not become as many questions, nor one that is cut. */
const AT_ONCE = 250;

interface Asking {
  readonly tenant: string;
  readonly tokenKeys: readonly string[];
}

/** What each of a batch may reach, as if it had been asked for alone. */
export async function readLineages<T extends Asking>(
  store: Pick<ResponseStore, 'lineage'>,
  batch: readonly T[],
): Promise<ReadonlyMap<T, Lineage>> {
  const found = new Map<T, Lineage>();

  async function read(tenant: string, some: readonly T[]): Promise<void> {
    const all = await store.lineage(tenant, [...new Set(some.flatMap(({ tokenKeys }) => tokenKeys))]);
    const [only] = some;
    if (only !== undefined && some.length === 1) found.set(only, all);
    else if (all.isCut) {
      // Too much for all of them together may be enough for each.
      const half = Math.ceil(some.length / 2);
      await read(tenant, some.slice(0, half));
      await read(tenant, some.slice(half));
    } else {
      const kin = kinIn(all.tokens);
      for (const one of some) found.set(one, { tenant, tokens: kin(one.tokenKeys), isCut: false });
    }
  }

  for (const tenant of new Set(batch.map((one) => one.tenant))) {
    const mine = batch.filter((one) => one.tenant === tenant);
    for (let at = 0; at < mine.length; at += AT_ONCE) await read(tenant, mine.slice(at, at + AT_ONCE));
  }
  return found;
}

/**
 * Which of the tokens the store would have given for some of them alone: their chains, what hangs below them or is of
 * a family with that, and the parents of all these.
 */
function kinIn(tokens: readonly LineageToken[]): (keys: readonly string[]) => readonly LineageToken[] {
  const byKey = new Map(tokens.map((token) => [token.key, token]));
  const ofChain = grouped(tokens, ({ chainId }) => [chainId]);
  const below = grouped(tokens, ({ parents }) => parents.map(({ key }) => key));
  const ofFamily = grouped(tokens, ({ family }) => (family === undefined ? [] : [family]));

  return (keys) => {
    const found = new Set<LineageToken>();
    const next = keys.flatMap((key) => [byKey.get(key) ?? [], below.get(key) ?? []].flat());
    for (let token = next.pop(); token !== undefined; token = next.pop()) {
      if (found.has(token)) continue;
      found.add(token);
      next.push(...(below.get(token.key) ?? []));
      if (token.family !== undefined) next.push(...(ofFamily.get(token.family) ?? []));
    }
    for (const key of keys)
      for (const token of ofChain.get(byKey.get(key)?.chainId ?? '') ?? []) found.add(token);
    for (const { parents } of [...found])
      for (const { key } of parents) {
        const parent = byKey.get(key);
        if (parent !== undefined) found.add(parent);
      }
    return [...found];
  };
}

function grouped(
  tokens: readonly LineageToken[],
  namesOf: (token: LineageToken) => readonly string[],
): ReadonlyMap<string, readonly LineageToken[]> {
  const groups = new Map<string, LineageToken[]>();
  for (const token of tokens) {
    for (const name of namesOf(token)) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [token]);
      else group.push(token);
    }
  }
  return groups;
}
