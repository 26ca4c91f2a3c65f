import type { AuditEntry, AuditHead, AuditLink, AuditQuery, AuditStore } from '../../domain/audit.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { Page } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { AUDIT_ENDS_MAX, AUDIT_HEADS_MAX, AUDIT_READ_MAX, NAMED_READ_MAX } from '../limits.ts';
import { countCell, readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { chainFamily } from './chain-family.ts';
import { before, type Condition, where } from './where.ts';

const knownSql = `
  SELECT DISTINCT id FROM audit
  WHERE tenant = {tenant:String} AND id IN {ids:Array(String)} ${bounded(NAMED_READ_MAX)}`;

const headsSql = `
  SELECT writer, seq, hash, toUnixTimestamp64Milli(at) FROM audit FINAL
  WHERE tenant = {tenant:String} AND (writer, seq) IN (
    SELECT writer, max(seq) FROM audit WHERE tenant = {tenant:String} GROUP BY writer)
  ORDER BY writer, hash LIMIT ${AUDIT_HEADS_MAX} ${bounded(AUDIT_HEADS_MAX)}`;

/** In the order of the key, backwards: nothing before its end is read. The same row twice is one end. */
const endSql = `
  SELECT DISTINCT writer, seq, hash, toUnixTimestamp64Milli(at) FROM (
    SELECT writer, seq, hash, at FROM audit
    WHERE tenant = {tenant:String} AND writer = {writer:String}
    ORDER BY tenant DESC, writer DESC, seq DESC, hash DESC LIMIT ${AUDIT_ENDS_MAX})
  ORDER BY seq DESC, hash LIMIT ${AUDIT_ENDS_MAX} ${bounded(AUDIT_ENDS_MAX)}`;

const behind = `
  FROM audit FINAL
  WHERE tenant = {tenant:String} AND writer = {writer:String} AND seq > {after:UInt64}
  ORDER BY seq, hash LIMIT {rows:UInt32} ${bounded(AUDIT_READ_MAX)}`;

const aboutSql = `
  SELECT body FROM audit FINAL
  WHERE tenant = {tenant:String} AND (subject_id IN {ids:Array(String)} OR hasAny(about, {ids:Array(String)}))
  ORDER BY at, writer, seq LIMIT {rows:UInt32} ${bounded(AUDIT_READ_MAX)}`;

export async function knownAudit(
  database: Database,
  tenant: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await database.read('looking for audit entries', knownSql, { tenant, ids });
  return rows.map(([id]) => String(id));
}

export async function auditHeads(
  database: Database,
  ...[tenant, writer]: Parameters<AuditStore['auditHeads']>
): Promise<readonly AuditHead[]> {
  const what = 'reading the ends of the audit';
  const rows =
    writer === undefined
      ? await database.read(what, headsSql, { tenant })
      : await database.read(what, endSql, { tenant, writer });
  const heads = rows.map(([name, seq, hash, atMs]) => ({
    tenant,
    writer: String(name),
    seq: Number(seq),
    hash: String(hash),
    atMs: Number(atMs),
  }));
  return writer === undefined ? heads : heads.filter(({ seq }) => seq === heads[0]?.seq);
}

export async function auditChain(
  database: Database,
  ...[tenant, writer, afterSeq, limit]: Parameters<AuditStore['auditChain']>
): Promise<readonly AuditEntry[]> {
  const params = { tenant, writer, after: countCell(afterSeq), rows: Math.min(limit, AUDIT_READ_MAX) };
  const rows = await database.read('reading the audit', `SELECT body ${behind}`, params);
  return rows.map(([body]) => readBody<AuditEntry>(body));
}

export async function auditLinks(
  database: Database,
  ...[tenant, writer, afterSeq, limit]: Parameters<AuditStore['auditLinks']>
): Promise<readonly AuditLink[]> {
  const params = { tenant, writer, after: countCell(afterSeq), rows: Math.min(limit, AUDIT_READ_MAX) };
  const rows = await database.read('following the audit', `SELECT seq, digest ${behind}`, params);
  return rows.map(([seq, digest]) => ({ writer, seq: Number(seq), digest: String(digest) }));
}

export async function auditAbout(
  database: Database,
  ...[tenant, { chainId, ids, limit }]: Parameters<AuditStore['auditAbout']>
): Promise<readonly AuditEntry[]> {
  const family = await chainFamily(database, tenant, chainId);
  const rows = await database.read('reading the audit of a chain', aboutSql, {
    tenant,
    ids: [...new Set([...family, ...ids])],
    rows: Math.min(limit, AUDIT_READ_MAX),
  });
  return rows.map(([body]) => readBody<AuditEntry>(body));
}

/** Latest first. */
export async function auditEntries(database: Database, query: AuditQuery): Promise<Page<AuditEntry>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const { kind, subject } = query;
  const conditions: Condition[] = [before('at', readCursor(query.cursor))];
  if (kind !== undefined) conditions.push(['kind = {kind:String}', { kind }]);
  if (subject !== undefined) {
    conditions.push(['subject_id = {subject:String} OR has(about, {subject:String})', { subject }]);
  }
  const filter = where(conditions);
  // What happened in one millisecond is in the order of its chain: here the place is the id that a cursor names.
  const sql = `
    SELECT toUnixTimestamp64Milli(at), id, body FROM (
      SELECT at, kind, subject_id, about, body, concat(leftPad(toString(seq), 20, '0'), writer, hash) AS id
      FROM audit FINAL WHERE tenant = {tenant:String})
    WHERE ${filter.sql}
    ORDER BY at DESC, id DESC LIMIT {rows:UInt32} ${bounded(PAGE_ROWS_MAX + 1)}`;
  const params = { ...filter.params, tenant: query.tenant, rows: limit + 1 };
  const rows = await database.read('listing the audit', sql, params);
  return page(
    rows.map(([ms, id, body]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: readBody<AuditEntry>(body),
    })),
    limit,
  );
}
