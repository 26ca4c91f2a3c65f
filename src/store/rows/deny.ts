import type { DenyRow } from '../../domain/deny-list.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, countCell, textCell, timeCell } from './cell.ts';

export const denyEntriesTable: TableOf<DenyRow> = {
  table: 'deny_entries',
  columns: ['tenant', 'key', 'version', 'at', 'ends_at', 'removed', 'body', 'written_at'],
  row: (row, writtenMs) => [
    textCell(row.tenant),
    textCell(row.key),
    countCell(row.version),
    timeCell(row.atMs),
    timeCell(row.untilMs),
    row.removed,
    bodyCell(row),
    writtenMs,
  ],
};
