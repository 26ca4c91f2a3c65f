import type { Policy } from '../../domain/policy.ts';
import type { DetectorSwitch, LogRecord } from '../../domain/record.ts';
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
  if (record.kind === 'watermark') {
    return { watermarkMs: Number.isFinite(record.watermarkMs) ? record.watermarkMs : null };
  }
  const { detector, on, atMs, reason, by } = record;
  return { detector, on, atMs, reason, by };
}

export function readControl([seq, kind, body]: readonly unknown[]): ControlRecord {
  const value: unknown = JSON.parse(String(body));
  const place = { seq: Number(seq) };
  if (kind === 'policy') return { ...place, kind, policy: value as Policy };
  if (kind === 'detector') return { ...place, kind, ...(value as Omit<DetectorSwitch, 'kind' | 'seq'>) };
  const { watermarkMs } = value as { watermarkMs: number | null };
  return { ...place, kind: 'watermark', watermarkMs: watermarkMs ?? Number.POSITIVE_INFINITY };
}
