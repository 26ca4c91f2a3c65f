/**
 * Keys and versions of the hops that belong to the chains in `chainIds`. A hop that has moved stands under its old
 * chain too; it belongs to the chain of its newest version. `idx_key` finds that version without reading every chain.
 */
export const membersSql = `
  SELECT key, max(version) FROM hops
  WHERE tenant = {tenant:String} AND key IN (
    SELECT key FROM hops WHERE tenant = {tenant:String} AND chain_id IN {chainIds:Array(String)})
  GROUP BY key
  HAVING has({chainIds:Array(String)}, argMax(chain_id, (version, has({chainIds:Array(String)}, chain_id))))`;
