import { type AuditEntry, auditDigest } from '../../domain/audit.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, countCell, listCell, textCell, timeCell } from './cell.ts';

export const auditTable: TableOf<AuditEntry> = {
  table: 'audit',
  columns: [
    'tenant',
    'writer',
    'seq',
    'id',
    'kind',
    'at',
    'actor',
    'subject_id',
    'about',
    'digest',
    'hash',
    'body',
    'written_at',
  ],
  row: (entry, writtenMs) => [
    textCell(entry.tenant),
    textCell(entry.writer),
    countCell(entry.seq),
    textCell(entry.id),
    entry.kind,
    timeCell(entry.atMs),
    textCell(entry.actor),
    textCell(entry.subjectId),
    listCell(entry.about),
    auditDigest(entry),
    entry.hash,
    bodyCell(entry),
    writtenMs,
  ],
};
