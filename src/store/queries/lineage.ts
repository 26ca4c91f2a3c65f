import type { Hop } from '../../domain/chain.ts';
import type { Reach } from '../../domain/hunting.ts';
import { LINEAGE_DEPTH_MAX, LINEAGE_HOPS_MAX } from '../../domain/limits.ts';
import { lineageOf, parentKeysOf, reachedBy } from '../../domain/lineage-of.ts';
import type { Lineage } from '../../domain/reach.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

type Names = Readonly<Record<string, readonly string[]>>;

/** The newest row of every hop that `condition` finds under any of its chains: one that moved stands under several. */
function newestSql(condition: string): string {
  return `
    SELECT body FROM (
      SELECT chain_id, body FROM hops
      WHERE tenant = {tenant:String} AND key IN (
        SELECT key FROM hops WHERE tenant = {tenant:String} AND ${condition})
      ORDER BY key, version DESC, chain_id DESC LIMIT 1 BY key LIMIT ${LINEAGE_HOPS_MAX + 1})
    WHERE chain_id != '' ${bounded(LINEAGE_HOPS_MAX + 1)}`;
}

const namedSql = newestSql('key IN {keys:Array(String)}');
const chainSql = newestSql('chain_id IN {chainIds:Array(String)}');
const belowSql = newestSql('hasAny(parents, {keys:Array(String)})');
const familySql = newestSql("family IN {families:Array(String)} AND family != ''");

/**
 * The chains of the tokens as a whole, and from other chains what hangs on anything below them or is of their family,
 * followed until nothing new comes. Parents that are elsewhere are told of, not followed.
 */
export async function reach(
  database: Database,
  tenant: string,
  tokenKeys: readonly string[],
): Promise<Reach> {
  const found = new Map<string, Hop>();
  const isCut = () => found.size > LINEAGE_HOPS_MAX;
  /** Questions that are asked at the same time; what they find is taken in their order. None for no names. */
  async function read(...questions: (readonly [sql: string, names: Names])[]): Promise<void> {
    if (isCut()) return;
    const asked = questions.filter(([, names]) => Object.values(names).some(({ length }) => length > 0));
    const answers = await Promise.all(
      asked.map(([sql, names]) =>
        database.read('reading what a revocation reaches', sql, { tenant, ...names }),
      ),
    );
    for (const [body] of answers.flat()) {
      const hop = readBody<Hop>(body);
      found.set(hop.key, hop);
    }
  }

  const asked = new Set(tokenKeys);
  await read([namedSql, { keys: tokenKeys }], [belowSql, { keys: tokenKeys }]);
  const named = tokenKeys.flatMap((key) => found.get(key)?.chainId ?? []);
  await read([chainSql, { chainIds: [...new Set(named)] }]);
  const told = new Set<string>();
  let isDeep = true;
  for (let round = 0; isDeep && round < LINEAGE_DEPTH_MAX && !isCut(); round += 1) {
    const reached = reachedBy(tokenKeys, [...found.values()]);
    const keys = unseen(reached, asked);
    const families = unseen(familiesOf(reached, found), told);
    isDeep = keys.length > 0 || families.length > 0;
    await read([belowSql, { keys }], [familySql, { families }]);
  }
  const elsewhere = [...found.values()].flatMap(parentKeysOf).filter((key) => !found.has(key));
  await read([namedSql, { keys: [...new Set(elsewhere)] }]);
  return { hops: [...found.values()].slice(0, LINEAGE_HOPS_MAX), isCut: isCut() || isDeep };
}

/** The tokens among them. */
export async function lineage(
  database: Database,
  tenant: string,
  tokenKeys: readonly string[],
): Promise<Lineage> {
  const { hops, isCut } = await reach(database, tenant, tokenKeys);
  return lineageOf(tenant, hops, isCut);
}

/** Those of `values` that were not seen yet; they are now. */
function unseen(values: Iterable<string>, seen: Set<string>): string[] {
  const fresh = [...values].filter((value) => !seen.has(value));
  for (const value of fresh) seen.add(value);
  return fresh;
}

function familiesOf(keys: ReadonlySet<string>, hops: ReadonlyMap<string, Hop>): Set<string> {
  return new Set([...keys].flatMap((key) => hops.get(key)?.family ?? []));
}
