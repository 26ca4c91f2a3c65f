import type { Logger } from 'pino';
import { createAuditWriter } from './audit/index.ts';
import type { AuditSink, AuditStore } from './domain/audit.ts';
import type { EvidenceKeeper } from './domain/evidence.ts';
import type { Store } from './domain/ports.ts';
import { createEvidenceKeeper } from './evidence/index.ts';
import { freshWriter, openIdentity } from './identity.ts';
import { version } from './package.ts';
import type { Policies } from './policies.ts';

/** What shows later what was decided and done. */
export interface Proof {
  readonly audit: AuditSink;
  readonly auditTrail: AuditStore;
  readonly evidence: EvidenceKeeper;
}

export interface ProofParts {
  readonly store: Store;
  readonly policies: Policies;
  readonly log: Pick<Logger, 'warn'>;
  readonly clock: () => number;
}

/** The audit goes on under the name, and evidence is signed with the key, that the data folder keeps. */
export function openProof(folder: string, { store, policies, log, clock }: ProofParts): Proof {
  const { writer, key } = openIdentity(folder);
  return {
    audit: createAuditWriter({
      store,
      writer,
      freshName: freshWriter,
      onFork: (fork) =>
        log.warn(fork, 'another process writes the audit under our name: a chain of its own begins'),
    }),
    auditTrail: store,
    evidence: createEvidenceKeeper({ store, key, policies, clock, version }),
  };
}
