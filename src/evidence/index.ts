export { type Checked, type CheckOptions, checkEvidence, isEvidence } from './check.ts';
export { checkAudit } from './check-audit.ts';
export { createEvidenceKeeper, type EvidenceOptions } from './keeper.ts';
export { evidenceKey, readEvidenceKey } from './seal.ts';
