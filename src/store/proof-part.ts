import type { AuditStore } from '../domain/audit.ts';
import type { EvidenceStore } from '../domain/evidence.ts';
import type { Database } from './database.ts';
import { auditAbout, auditChain, auditEntries, auditHeads, auditLinks, knownAudit } from './queries/audit.ts';
import { chainEvents, chainResponses } from './queries/evidence.ts';
import { auditTable } from './rows/audit.ts';
import type { Writer } from './writer.ts';

/** The audit, and what evidence is made of. */
export function proofPart(database: Database, writer: Writer): AuditStore & EvidenceStore {
  return {
    writeAudit: (rows) => writer.write(auditTable, rows),
    knownAudit: (tenant, ids) => knownAudit(database, tenant, ids),
    auditHeads: (tenant, writer) => auditHeads(database, tenant, writer),
    auditEntries: (query) => auditEntries(database, query),
    auditChain: (...of) => auditChain(database, ...of),
    auditLinks: (...of) => auditLinks(database, ...of),
    auditAbout: (...of) => auditAbout(database, ...of),
    chainEvents: (query) => chainEvents(database, query),
    chainResponses: (...of) => chainResponses(database, ...of),
  };
}
