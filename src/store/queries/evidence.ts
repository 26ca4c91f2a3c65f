import type { ChainEvent, ChainEventQuery, EvidenceStore } from '../../domain/evidence.ts';
import type { Response } from '../../domain/response.ts';
import type { Database } from '../database.ts';
import { EVIDENCE_READ_MAX } from '../limits.ts';
import { timeCell } from '../rows/cell.ts';
import { readResponse } from '../rows/response.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';

// Of one event that was logged again the first; another content under the same identity is another row.
const eventsSql = `
  SELECT source, id, toUnixTimestamp64Milli(time), digest, publisher, issuer_bound, text FROM (
    SELECT * FROM events
    WHERE tenant = {tenant:String}
      AND time >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')
      AND time <= fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')
      AND (token_key IN {tokenKeys:Array(String)} OR txn IN {txns:Array(String)} OR id IN {eventIds:Array(String)})
    ORDER BY seq LIMIT 1 BY source, id, digest)
  ORDER BY id IN {eventIds:Array(String)} DESC, time, seq
  LIMIT {rows:UInt32} ${bounded(EVIDENCE_READ_MAX)}`;

const responsesSql = `
  SELECT body FROM responses FINAL
  WHERE tenant = {tenant:String} AND chain_id IN {chainIds:Array(String)}
  ORDER BY at, id, attempt, state LIMIT {rows:UInt32} ${bounded(EVIDENCE_READ_MAX)}`;

export async function chainEvents(
  database: Database,
  query: ChainEventQuery,
): Promise<readonly ChainEvent[]> {
  const { tenant, fromMs, toMs, tokenKeys, txns, eventIds, limit } = query;
  const rows = await database.read('reading the events of a chain', eventsSql, {
    tenant,
    fromMs: timeCell(fromMs),
    toMs: timeCell(toMs),
    tokenKeys,
    txns,
    eventIds,
    rows: Math.min(limit, EVIDENCE_READ_MAX),
  });
  return rows
    .map(([source, id, timeMs, digest, publisher, issuerBound, text]) => ({
      source: String(source),
      id: String(id),
      timeMs: Number(timeMs),
      digest: String(digest),
      publisher: String(publisher),
      issuerBound: issuerBound === true,
      text: String(text),
    }))
    .sort((a, b) => a.timeMs - b.timeMs || (a.digest < b.digest ? -1 : 1));
}

export async function chainResponses(
  database: Database,
  ...[tenant, chainId, limit]: Parameters<EvidenceStore['chainResponses']>
): Promise<readonly Response[]> {
  const chainIds = await chainFamily(database, tenant, chainId);
  const rows = await database.read('reading the responses to a chain', responsesSql, {
    tenant,
    chainIds,
    rows: Math.min(limit, EVIDENCE_READ_MAX),
  });
  return rows.map(([body]) => readResponse(body));
}
