import type { AuditDraft, AuditEntry, AuditStore } from '../../../src/domain/audit.ts';

/** An audit in memory that keeps what a store keeps: equal entries once, different ones side by side. */
export function createMemoryAudit(): Pick<AuditStore, 'writeAudit' | 'knownAudit' | 'auditHeads'> & {
  readonly entries: AuditEntry[];
} {
  const entries: AuditEntry[] = [];
  return {
    entries,
    async writeAudit(rows) {
      for (const row of rows) {
        if (
          !entries.some((one) => one.writer === row.writer && one.seq === row.seq && one.hash === row.hash)
        ) {
          entries.push(row);
        }
      }
    },
    knownAudit: async (tenant, ids) =>
      entries.filter((entry) => entry.tenant === tenant && ids.includes(entry.id)).map(({ id }) => id),
    auditHeads: async (tenant, name) => {
      const own = entries.filter(
        (entry) => entry.tenant === tenant && (name === undefined || entry.writer === name),
      );
      return own.filter(({ writer, seq }) => own.every((one) => one.writer !== writer || one.seq <= seq));
    },
  };
}

export function aDraft(id: string, over: Partial<AuditDraft> = {}): AuditDraft {
  return {
    tenant: 'acme',
    id,
    kind: 'response.state',
    atMs: 7,
    actor: 'chainwarden',
    subjectId: 'rsp_1',
    about: ['chn_1'],
    body: { state: 'requested' },
    ...over,
  };
}
