import { generateKeyPairSync } from 'node:crypto';
import { createAuditWriter } from '../../../src/audit/index.ts';
import type { AlertWithLife } from '../../../src/domain/alert.ts';
import { auditDigest } from '../../../src/domain/audit.ts';
import { auditOfDecision, auditOfPlan, auditOfResponse } from '../../../src/domain/audit-of.ts';
import { sha256 } from '../../../src/domain/canonical.ts';
import type { ChainEvent } from '../../../src/domain/evidence.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { Plan, PlanDecision, Response } from '../../../src/domain/response.ts';
import { createEvidenceKeeper, type EvidenceOptions } from '../../../src/evidence/index.ts';
import {
  aChain,
  aHop,
  anAction,
  anAlert,
  anIncident,
  aResponse,
  noon,
} from '../../integration/store/rows.ts';
import { aDraft, createMemoryAudit } from '../audit/memory.ts';

export const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const tenant = 'default';

export const alert: AlertWithLife = {
  ...anAlert({ id: 'alr_1', chainId: 'chn_1', eventIds: ['event-1'], firstAtMs: noon, hop: 'hop-1' }),
  state: 'closed',
  assignee: 'ann',
  closedReason: 'revoked',
  stateChangedMs: noon + 9_000,
};

const plan: Plan = {
  tenant,
  id: 'pln_1',
  digest: 'd'.repeat(64),
  trigger: {
    kind: 'alert',
    alertId: 'alr_1',
    detector: 'scope-creep',
    fact: 'hop-drift',
    severity: 'critical',
  },
  chainId: 'chn_1',
  madeMs: noon + 1_000,
  expiresMs: noon + 3_600_000,
  dryRun: false,
  verdict: 'propose',
  reasons: ['the mode is propose'],
  approvals: 1,
  steps: [],
  survivors: [],
};

const decision: PlanDecision = {
  tenant,
  planId: 'pln_1',
  digest: plan.digest,
  verb: 'approve',
  keyId: 'key_1',
  by: 'ann',
  atMs: noon + 2_000,
  reason: 'clear',
};

const of = {
  tenant,
  id: 'rsp_1',
  planId: 'pln_1',
  alertId: 'alr_1',
  chainId: 'chn_1',
  causedMs: noon,
  mode: 'real',
} as const;
export const responses: readonly Response[] = [
  aResponse({ ...of, state: 'requested', atMs: noon + 3_000 }),
  aResponse({ ...of, state: 'accepted', atMs: noon + 4_000, firstAttemptMs: noon + 3_500 }),
  aResponse({ ...of, state: 'confirmed', atMs: noon + 5_000, firstAttemptMs: noon + 3_500 }),
];

export function anEvent(id: string): ChainEvent {
  const text = JSON.stringify({ id, source: '//gateway', data: { secret: false } });
  return {
    source: '//gateway',
    id,
    timeMs: noon,
    digest: sha256(text),
    publisher: 'gateway',
    issuerBound: true,
    text,
  };
}

/** The sources of one chain whose alert was answered, approved, confirmed and closed, among others' audit entries. */
export async function sources(): Promise<EvidenceOptions['store']> {
  const audit = createMemoryAudit();
  const sink = createAuditWriter({
    store: audit,
    writer: 'w_1',
    freshName: () => 'w_2',
    onFork: () => undefined,
  });
  const other = (id: string) => aDraft(id, { tenant, subjectId: 'elsewhere', about: [] });
  await sink.append([other('before'), auditOfPlan(plan), other('between'), auditOfDecision(decision, plan)]);
  await sink.append([...responses.map(auditOfResponse), other('after')]);
  const only = <T>(...items: T[]) => ({ items, next: undefined });
  return {
    chain: async (_, id) => (id === 'chn_1' || id === 'chn_old' ? aChain({ id: 'chn_1' }) : undefined),
    hops: async () => [aHop({ key: 'hop-1', chainId: 'chn_1' })],
    actions: async () =>
      only(
        anAction({ id: 'act_1', hopKey: 'hop-1', effect: 'write', eventIds: ['event-1'], atMs: noon + 10 }),
      ),
    alerts: async () => only(alert),
    alertActions: async () => [],
    incident: async () => undefined,
    incidents: async () => only(anIncident({ id: 'inc_1' })),
    chainEvents: async () => [anEvent('event-1'), anEvent('event-2')],
    chainResponses: async () => responses,
    findPlans: async () => [plan],
    decisions: async () => [decision],
    auditAbout: async () => audit.entries.filter(({ subjectId }) => subjectId !== 'elsewhere'),
    auditLinks: async (_, writer, after) => {
      return audit.entries
        .filter(({ seq }) => seq > after)
        .map((entry) => ({ writer, seq: entry.seq, digest: auditDigest(entry) }));
    },
    auditHeads: audit.auditHeads,
  };
}

export async function aPack(over: Partial<EvidenceOptions> = {}) {
  const keeper = createEvidenceKeeper({
    store: await sources(),
    key: privateKey,
    policies: { status: { policy: defaultPolicy, document: undefined, warnings: [], refused: undefined } },
    clock: () => noon + 10_000,
    version: '0.0.0-test',
    ...over,
  });
  const pack = await keeper.pack(tenant, 'chn_old');
  if (pack === undefined) throw new Error('there is a chain');
  return pack;
}
