import { ChainwardenError } from '../../domain/errors.ts';
import { Policy } from '../../domain/policy.ts';
import type { DetectorSwitch, ForeignSpeech, LogRecord, PolicyRecord } from '../../domain/record.ts';
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
  if (record.kind === 'policy') {
    const { policy, document } = record;
    return { policy, document };
  }
  if (record.kind === 'watermark') {
    return { watermarkMs: Number.isFinite(record.watermarkMs) ? record.watermarkMs : null };
  }
  if (record.kind === 'foreign') {
    const { tenant, publisher, issuer, atMs } = record;
    return { tenant, publisher, issuer, atMs };
  }
  const { detector, on, atMs, reason, by } = record;
  return { detector, on, atMs, reason, by };
}

export function readControl([seq, kind, body]: readonly unknown[]): ControlRecord {
  const value: unknown = JSON.parse(String(body));
  const place = { seq: Number(seq) };
  if (kind === 'policy') return { ...place, kind, ...policyOf(value as object) };
  if (kind === 'detector') return { ...place, kind, ...(value as Omit<DetectorSwitch, 'kind' | 'seq'>) };
  if (kind === 'foreign') return { ...place, kind, ...(value as Omit<ForeignSpeech, 'kind' | 'seq'>) };
  const { watermarkMs } = value as { watermarkMs: number | null };
  return { ...place, kind: 'watermark', watermarkMs: watermarkMs ?? Number.POSITIVE_INFINITY };
}

/** Rows of before there were documents hold the policy alone; sections that came later have their defaults. */
function policyOf(body: object): Pick<PolicyRecord, 'policy' | 'document'> {
  const isBare = !('policy' in body);
  const parsed = Policy.safeParse(isBare ? body : body.policy);
  if (!parsed.success) {
    const { error: cause } = parsed;
    throw new ChainwardenError(
      'STORE_SCHEMA_MISMATCH',
      'the log holds a policy that this version cannot read',
      { cause },
    );
  }
  const { document } = body as Pick<PolicyRecord, 'document'>;
  return { policy: parsed.data, ...(document === undefined ? {} : { document }) };
}
