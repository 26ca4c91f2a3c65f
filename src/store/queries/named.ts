import type { Approval, ApprovalQuery, Named, Presence } from '../../domain/hunting.ts';
import type { Database } from '../database.ts';
import { APPROVALS_READ_MAX, NAMESAKES_READ_MAX } from '../limits.ts';
import { timeCell } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const tokensSql = `
  SELECT key FROM hops
  WHERE tenant = {tenant:String} AND label = {text:String} AND token_key != ''
  GROUP BY key
  HAVING argMax(chain_id, version) != ''
  ORDER BY max(issued_at) DESC, key LIMIT ${NAMESAKES_READ_MAX} ${bounded(NAMESAKES_READ_MAX)}`;

const chainsSql = `
  SELECT id FROM chains FINAL
  WHERE tenant = {tenant:String} AND state != 'merged' AND has(txns, {text:String})
  ORDER BY last_event_at DESC, id DESC LIMIT ${NAMESAKES_READ_MAX} ${bounded(NAMESAKES_READ_MAX)}`;

const presenceSql = `
  SELECT count(), toUnixTimestamp64Milli(min(started_at)), toUnixTimestamp64Milli(max(last_event_at))
  FROM chains FINAL
  WHERE tenant = {tenant:String} AND state != 'merged' AND has(principals, {text:String}) ${bounded(1)}`;

/** What bears this name: as a jti, a transaction or the id of a principal. */
export async function named(database: Database, tenant: string, text: string): Promise<Named> {
  const [tokens, chains, { chains: seen }] = await Promise.all([
    database.read('looking for tokens by their jti', tokensSql, { tenant, text }),
    database.read('looking for a transaction', chainsSql, { tenant, text }),
    presence(database, tenant, text),
  ]);
  return {
    tokenKeys: tokens.map(([key]) => String(key)),
    chainIds: chains.map(([id]) => String(id)),
    isPrincipal: seen > 0,
  };
}

export async function presence(database: Database, tenant: string, principalId: string): Promise<Presence> {
  const [row] = await database.read('looking for a principal', presenceSql, { tenant, text: principalId });
  return { chains: Number(row?.[0] ?? 0), firstMs: Number(row?.[1] ?? 0), lastMs: Number(row?.[2] ?? 0) };
}

const verbs = ['requested', 'granted', 'denied', 'expired', 'withdrawn'] as const;

const approvalsSql = `
  SELECT type, toUnixTimestamp64Milli(time), txn, JSONExtractRaw(text, 'data') FROM (
    SELECT * FROM events
    WHERE tenant = {tenant:String} AND txn IN {txns:Array(String)} AND txn != ''
      AND time >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')
      AND time <= fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')
      AND type IN (${verbs.map((verb) => `'approval.${verb}'`).join(', ')})
    ORDER BY seq LIMIT 1 BY source, id)
  ORDER BY time, seq LIMIT ${APPROVALS_READ_MAX} ${bounded(APPROVALS_READ_MAX)}`;

/** What was said about approvals under these transactions, oldest first. */
export async function approvals(
  database: Database,
  { tenant, txns, fromMs, toMs }: ApprovalQuery,
): Promise<readonly Approval[]> {
  if (txns.length === 0) return [];
  const params = { tenant, txns, fromMs: timeCell(fromMs), toMs: timeCell(toMs) };
  const rows = await database.read('reading approvals', approvalsSql, params);
  return rows.map(([type, atMs, txn, text]) => {
    // Its schema was checked when it was admitted; a member that is not there is undefined.
    const data = JSON.parse(String(text)) as Said;
    return {
      id: data.approvalId,
      atMs: Number(atMs),
      verb: verbs.find((verb) => type === `approval.${verb}`) ?? 'requested',
      approver: data.approver,
      requester: data.requester,
      untilMs: data.exp === undefined ? undefined : data.exp * 1000,
      maxUses: data.maxUses,
      txn: String(txn),
    };
  });
}

interface Said extends Partial<Pick<Approval, 'approver' | 'requester' | 'maxUses'>> {
  readonly approvalId: string;
  readonly exp?: number;
}
