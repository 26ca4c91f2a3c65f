import type { Policy } from '../../domain/policy.ts';
import type { LogRecord } from '../../domain/record.ts';
import type { TableOf } from '../database.ts';
import { bodyCell } from './cell.ts';

export type ControlRecord = Exclude<LogRecord, { kind: 'event' }>;

export const controlsTable: TableOf<ControlRecord> = {
  table: 'log_controls',
  columns: ['seq', 'kind', 'body', 'written_at'],
  row: (record, writtenMs) => [record.seq, record.kind, bodyCell(controlBody(record)), writtenMs],
};

/** JSON has no infinity: a watermark that closes its files is null. */
function controlBody(record: ControlRecord): object {
  if (record.kind === 'policy') return record.policy;
  return { watermarkMs: Number.isFinite(record.watermarkMs) ? record.watermarkMs : null };
}

export function readControl([seq, kind, body]: readonly unknown[]): ControlRecord {
  const value: unknown = JSON.parse(String(body));
  if (kind === 'policy') return { kind, seq: Number(seq), policy: value as Policy };
  const { watermarkMs } = value as { watermarkMs: number | null };
  return { kind: 'watermark', seq: Number(seq), watermarkMs: watermarkMs ?? Number.POSITIVE_INFINITY };
}
