import type { LiveFinding } from '../../../src/domain/finding.ts';
import { deterministicId } from '../../../src/domain/ids.ts';

export const startMs = Date.UTC(2026, 5, 1, 12);

/** A settled, deterministic finding about token t1 unless told otherwise; its id follows from its identity. */
export function findingOf(over: Partial<LiveFinding> = {}): LiveFinding {
  const finding: Omit<LiveFinding, 'id'> = {
    tenant: 'acme',
    detector: 'scope-creep',
    detectorVersion: 1,
    basis: 'deterministic',
    subject: { kind: 'token', key: 'tok:["iss","t1"]', label: 't1' },
    fact: 'hop-drift',
    kind: 'alert',
    severity: 'high',
    title: 'agent-7 gained mail.send at an exchange',
    atMs: startMs,
    evidence: { added: ['mail.send'] },
    eventIds: ['e1'],
    revoke: { iss: 'iss', jti: 't1' },
    linkLevel: 1,
    chainId: 'chn_1',
    txn: 'txn-1',
    hop: over.subject?.key ?? 'tok:["iss","t1"]',
    above: [],
    state: 'settled',
    count: 1,
    initiator: 'ada',
    approver: 'grace',
    owner: 'team:ops',
    environment: 'production',
    actor: 'agent-7',
    target: 'mail',
    outcome: 'accepted',
    revocable: true,
    liveUntilMs: startMs + 3_600_000,
    writesSince: 1,
    mode: 'live',
    version: 1,
    ...over,
  };
  const { tenant, detector, subject, fact } = finding;
  return { ...finding, id: over.id ?? deterministicId('fnd', [tenant, detector, subject.key, fact]) };
}
