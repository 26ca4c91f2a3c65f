import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type Role, roles } from '../../../src/domain/access.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Action, Chain, Hop } from '../../../src/domain/chain.ts';
import type { DeadLetter } from '../../../src/domain/dead-letter.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import type { Response } from '../../../src/domain/response.ts';
import { refKey } from '../../../src/domain/token.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';
import { decodeBinary } from '../../../src/ingest/codec.ts';
import { createHealth, createMetrics, type Metrics } from '../../../src/observe/index.ts';
import { createApiKey, createServer, defaultServeConfig, type ServeDeps } from '../../../src/serve/index.ts';
import { idleParts } from './idle-parts.ts';

export const nowMs = Date.UTC(2026, 10, 21, 12);
export const issuer = 'https://idp.example';

export interface Served {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  readonly health: ReturnType<typeof createHealth>;
  readonly logged: AdmittedEvent[];
  readonly letters: DeadLetter[];
  /** Authorization headers by tenant and role. */
  readonly as: (role: Role, tenant?: 'acme' | 'rival') => { authorization: string };
}

/** The API over a store, with a key of each role in two tenants and a log that remembers what reached it. */
export async function serve(store: ServeDeps['store'], overrides: Partial<ServeDeps> = {}): Promise<Served> {
  const texts = new Map<string, string>();
  for (const tenant of ['acme', 'rival']) {
    for (const role of roles) {
      const issuers = { publisher: [issuer], analyst: [], responder: [], admin: '*' as const, gateway: [] }[
        role
      ];
      const { key, text } = createApiKey({ name: `${tenant} ${role}`, role, tenant, issuers, nowMs });
      await store.writeApiKey(key);
      texts.set(`${tenant}/${role}`, text);
    }
  }
  const logged: AdmittedEvent[] = [];
  const letters: DeadLetter[] = [];
  const metrics = createMetrics();
  const health = createHealth(() => nowMs);
  const app = await createServer({
    store,
    sink: {
      append: async (events, refused) => {
        logged.push(...events);
        letters.push(...refused);
      },
    },
    admit: createAdmit(),
    decodeBinary,
    ...idleParts(() => nowMs),
    metrics,
    health,
    log: pino({ level: 'silent' }),
    clock: () => nowMs,
    version: '0.0.0-test',
    // A busy test machine must not answer 503 by itself.
    config: { ...defaultServeConfig, loopDelayMsMax: 0 },
    ...overrides,
  });
  const as: Served['as'] = (role, tenant = 'acme') => ({
    authorization: `Bearer ${texts.get(`${tenant}/${role}`)}`,
  });
  return { app, metrics, health, logged, letters, as };
}

export function cloudEvent(id: string, data: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id,
    source: issuer,
    type: 'org.chainwarden.token.issued.v1',
    time: new Date(nowMs).toISOString(),
    datacontenttype: 'application/json',
    data: {
      type: 'token.issued',
      v: 1,
      token: { iss: issuer, jti: `jti-${id}` },
      tokenKind: 'access',
      grant: 'authorization_code',
      subject: { id: 'alice', iss: issuer, kind: 'human' },
      scope: ['mail.read'],
      iat: nowMs / 1000,
      exp: nowMs / 1000 + 3600,
      ...data,
    },
  };
}

const alice = { id: 'alice', iss: issuer, kind: 'human', name: 'Alice' } as const;
const bot = { id: 'mail-bot', kind: 'agent' } as const;
export const token = { iss: issuer, jti: 'child' } as const;
const tokenKey = refKey(token);

/** One small chain with all that hangs on it; every tenant may have one under the same ids. */
export function chainRows(tenant: string, id: string, version = 7) {
  const chain: Chain = {
    tenant,
    id,
    version,
    state: 'open',
    mergedInto: undefined,
    verdict: 'root',
    completeness: { request: true, authority: true, context: false, impact: true },
    rootKey: refKey({ iss: issuer, jti: 'root' }),
    initiator: alice,
    txns: ['txn-1'],
    principals: [alice, bot],
    targets: ['crm'],
    tools: ['send_mail'],
    tokenKeys: [refKey({ iss: issuer, jti: 'root' }), tokenKey],
    startedMs: nowMs,
    lastEventMs: nowMs + 5_000,
    hopCount: 1,
    actionCount: 2,
    eventCount: 4,
    depth: 1,
    incomplete: undefined,
  };
  const hop: Hop = {
    tenant,
    chainId: id,
    key: tokenKey,
    parentKey: refKey({ iss: issuer, jti: 'root' }),
    kind: 'token',
    level: 1,
    depth: 1,
    from: alice,
    to: bot,
    label: 'child',
    token,
    tokenKind: 'access',
    grant: 'token-exchange',
    scope: ['mail.read', 'mail.send'],
    addedScope: ['mail.send'],
    audience: ['crm'],
    issuedMs: nowMs,
    expiresMs: null,
    revokedMs: undefined,
    firstUsedMs: nowMs + 1_000,
    lastUsedMs: nowMs + 2_000,
    useCount: 2,
    alternatives: [],
    ancestorKey: undefined,
    late: false,
    version,
  };
  const actions: Action[] = ['one', 'two'].map((name, index) => ({
    tenant,
    id: `${id}-${name}`,
    hopKey: tokenKey,
    kind: 'tool',
    atMs: nowMs + 1_000 * (index + 1),
    actor: bot,
    token,
    tool: 'send_mail',
    server: undefined,
    system: 'crm',
    resource: undefined,
    action: 'send_mail',
    effect: 'write',
    outcome: 'accepted',
    txn: 'txn-1',
    eventIds: [`event-${name}`],
    version,
  }));
  return { chain, hop, actions };
}

export function alertRow(tenant: string, id: string, chainId: string, change: Partial<Alert> = {}): Alert {
  return {
    tenant,
    id,
    version: 8,
    kind: 'alert',
    detector: 'scope-creep',
    detectorVersion: 1,
    basis: 'deterministic',
    severity: 'critical',
    subject: { kind: 'token', key: tokenKey, label: 'child' },
    title: 'mail-bot gained mail.send beyond what Alice held',
    facts: ['hop-drift'],
    chainId,
    txn: 'txn-1',
    settled: true,
    withdrawn: false,
    firstAtMs: nowMs,
    lastAtMs: nowMs + 2_000,
    count: 2,
    initiator: 'Alice',
    approver: undefined,
    owner: 'mail team',
    actor: 'mail-bot',
    target: 'crm',
    environment: undefined,
    outcome: 'accepted',
    incidentId: undefined,
    hop: 'tok:x',
    above: [],
    writesSince: 2,
    liveUntilMs: null,
    weakestLink: 1,
    revocable: true,
    revoke: token,
    evidence: { 'hop-drift': { added: ['mail.send'] } },
    eventIds: ['event-one', 'event-two'],
    nextStep: 'Revoke the token child',
    runbook: 'detectors/scope-creep/README.md',
    ...change,
  };
}

export function responseRow(tenant: string, id: string, alertId: string, chainId: string): Response {
  return {
    tenant,
    id,
    alertId,
    chainId,
    detector: 'scope-creep',
    action: 'token.revoke',
    planId: '',
    step: 0,
    target: { kind: 'token', key: tokenKey, ref: token },
    targetKey: tokenKey,
    mode: 'dry_run',
    state: 'proposed',
    attempt: 1,
    atMs: nowMs + 3_000,
    reason: 'dry run',
    endpoint: 'revoker',
    confirms: 'none',
    httpStatus: 0,
    requestedBy: 'policy',
    approvedBy: [],
    causedMs: nowMs,
    residualUntilMs: null,
  };
}
