import type { CrossReference } from '../../domain/chain.ts';
import { CROSS_REFERENCES_MAX } from '../../domain/limits.ts';
import type { Correlated } from '../../domain/ports.ts';
import type { Database } from '../database.ts';
import { CORRELATED_EVENTS_MAX } from '../limits.ts';
import { timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const DAY_MS = 86_400_000;

const between = `tenant = {tenant:String}
  AND time >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')`;

const ownSql = `
  SELECT DISTINCT trace, correlation FROM events
  WHERE ${between} AND (trace != '' OR correlation != '')
    AND (token_key IN {tokenKeys:Array(String)} OR txn IN {txns:Array(String)} OR id IN {eventIds:Array(String)})
  LIMIT ${CROSS_REFERENCES_MAX} ${bounded(CROSS_REFERENCES_MAX)}`;

const correlatedSql = `
  SELECT DISTINCT has({traces:Array(String)}, trace), token_key, txn FROM events
  WHERE ${between} AND (token_key != '' OR txn != '')
    AND (trace IN {traces:Array(String)} OR correlation IN {correlations:Array(String)})
  LIMIT ${CORRELATED_EVENTS_MAX} ${bounded(CORRELATED_EVENTS_MAX)}`;

const chainsSql = `
  SELECT id, token_keys, txns FROM chains FINAL
  WHERE tenant = {tenant:String} AND state != 'merged' AND id != {id:String}
    AND (hasAny(token_keys, {tokenKeys:Array(String)}) OR hasAny(txns, {txns:Array(String)}))
  ORDER BY last_event_at DESC, id
  LIMIT ${CROSS_REFERENCES_MAX} ${bounded(CROSS_REFERENCES_MAX)}`;

/**
 * Chains whose events bear a trace id or correlation id of this one's, within a day of it. Level 5: shown and never
 * joined. Found by the tokens and transactions that those events name; `eventIds` are further events of the chain.
 */
export async function crossReferences(
  database: Database,
  chain: Correlated,
  eventIds: readonly string[],
): Promise<readonly CrossReference[]> {
  const { tenant, id } = chain;
  const tokenKeys = [...chain.tokenKeys];
  const txns = [...chain.txns];
  const own = await database.read('reading what correlates a chain', ownSql, {
    tenant,
    fromMs: timeCell(chain.startedMs - DAY_MS),
    toMs: timeCell(chain.lastEventMs + DAY_MS),
    tokenKeys,
    txns,
    eventIds: [...eventIds],
  });
  const traces = distinct(own.map(([trace]) => String(trace)));
  const correlations = distinct(own.map(([, correlation]) => String(correlation)));
  if (traces.length + correlations.length === 0) return [];

  const correlated = await database.read('looking for correlated events', correlatedSql, {
    tenant,
    fromMs: timeCell(chain.startedMs - DAY_MS),
    toMs: timeCell(chain.lastEventMs + DAY_MS),
    traces,
    correlations,
  });
  const named = correlated.map(([isTraced, token, txn]) => ({
    by: Number(isTraced) === 1 ? ('traceparent' as const) : ('correlationid' as const),
    token: String(token),
    txn: String(txn),
  }));
  const rows = await database.read('looking for correlated chains', chainsSql, {
    tenant,
    id,
    tokenKeys: distinct(named.map(({ token }) => token)),
    txns: distinct(named.map(({ txn }) => txn)),
  });
  return rows.map(([chainId, tokens, names]) => {
    const mine = named.filter(
      ({ token, txn }) =>
        (tokens as readonly unknown[]).includes(token) || (names as readonly unknown[]).includes(txn),
    );
    const by = mine.some((one) => one.by === 'traceparent') ? 'traceparent' : 'correlationid';
    return { chainId: String(chainId), level: 5, by };
  });
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '').sort();
}
