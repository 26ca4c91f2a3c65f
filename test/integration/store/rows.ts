import { createHash } from 'node:crypto';
import type { Alert, AlertAction } from '../../../src/domain/alert.ts';
import type { Action, Chain, Hop } from '../../../src/domain/chain.ts';
import type { DeadLetter } from '../../../src/domain/dead-letter.ts';
import type { AdmittedEvent, EventData } from '../../../src/domain/event/index.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { LoggedEvent } from '../../../src/domain/ports.ts';
import type { OutboxEntry, Response } from '../../../src/domain/response.ts';

/** One plausible row of each kind; a test names only what it is about. */

export const noon = Date.UTC(2026, 10, 21, 12);

export function admitted(over: Partial<AdmittedEvent> & { id: string }): AdmittedEvent {
  const data: EventData = over.data ?? {
    v: 1,
    type: 'tool.invoked',
    callId: over.id,
    actor: { id: 'agent-1', kind: 'agent' },
    tool: { name: 'mail.send' },
    token: { iss: 'https://issuer.test', jti: 'jti-1' },
  };
  const source = over.source ?? 'https://gateway.test';
  const timeMs = over.timeMs ?? noon;
  const time = new Date(timeMs).toISOString();
  const text = JSON.stringify({ specversion: '1.0', id: over.id, source, type: data.type, time, data });
  return {
    tenant: 'default',
    source,
    timeMs,
    data,
    text,
    digest: createHash('sha256').update(text).digest('hex'),
    origin: { publisher: 'gateway', adapter: 'cloudevents', issuerBound: false },
    ...over,
  };
}

export function logged(seq: number, over: Partial<AdmittedEvent> = {}): LoggedEvent {
  return { seq, ingestedMs: noon + seq, event: admitted({ id: `event-${seq}`, ...over }) };
}

export function aChain(over: Partial<Chain> = {}): Chain {
  return {
    tenant: 'default',
    id: 'chn_1',
    version: 1,
    state: 'open',
    mergedInto: undefined,
    verdict: 'root',
    completeness: { request: true, authority: true, context: true, impact: false },
    rootKey: 'tok:root',
    initiator: { id: 'ann', kind: 'human', iss: 'https://issuer.test' },
    txns: ['txn-1'],
    principals: [{ id: 'ann', kind: 'human', iss: 'https://issuer.test' }],
    targets: ['mail'],
    tools: ['mail.send'],
    tokenKeys: ['tok:root'],
    startedMs: noon,
    lastEventMs: noon + 1_000,
    hopCount: 1,
    actionCount: 1,
    eventCount: 2,
    depth: 1,
    incomplete: undefined,
    ...over,
  };
}

export function aHop(over: Partial<Hop> = {}): Hop {
  return {
    tenant: 'default',
    chainId: 'chn_1',
    key: 'hop-1',
    parentKey: undefined,
    kind: 'token',
    level: undefined,
    depth: 0,
    from: undefined,
    to: { id: 'agent-1', kind: 'agent' },
    label: 'jti-1',
    token: { iss: 'https://issuer.test', jti: 'jti-1' },
    tokenKind: 'access',
    grant: 'token-exchange',
    scope: ['mail.read'],
    addedScope: [],
    audience: [],
    issuedMs: noon,
    expiresMs: null,
    revokedMs: undefined,
    firstUsedMs: undefined,
    lastUsedMs: undefined,
    useCount: 0,
    alternatives: [],
    ancestorKey: undefined,
    late: false,
    version: 1,
    ...over,
  };
}

export function anAction(over: Partial<Action> = {}): Action {
  return {
    tenant: 'default',
    id: 'act_1',
    hopKey: 'hop-1',
    kind: 'tool',
    atMs: noon,
    actor: { id: 'agent-1', kind: 'agent', iss: 'https://issuer.test' },
    token: { iss: 'https://issuer.test', jti: 'jti-1' },
    tool: 'mail.send',
    server: undefined,
    system: 'mail',
    resource: undefined,
    action: 'mail.send',
    effect: 'write',
    outcome: 'accepted',
    txn: undefined,
    eventIds: ['event-1'],
    version: 1,
    ...over,
  };
}

export function anIncident(over: Partial<Incident> = {}): Incident {
  const alert = anAlert();
  const { title, severity, detector, subject, facts } = alert;
  return {
    tenant: 'default',
    id: 'inc_1',
    version: 1,
    state: 'open',
    mergedInto: undefined,
    cause: 'tok:1',
    title,
    detector,
    subject,
    chainId: 'chn_1',
    txn: undefined,
    initiator: undefined,
    approver: undefined,
    owner: 'team:ops',
    actor: undefined,
    target: undefined,
    environment: undefined,
    outcome: undefined,
    liveUntilMs: null,
    weakestLink: 1,
    revocable: true,
    revoke: { iss: 'https://issuer.test', jti: 'jti-1' },
    nextStep: alert.nextStep,
    runbook: alert.runbook,
    severity,
    firstAtMs: noon,
    lastAtMs: noon,
    writesSince: 0,
    alerts: [{ id: alert.id, role: 'cause', detector, severity, title, subject, facts }],
    alertCount: 1,
    detectors: [detector],
    ...over,
  };
}

export function anAlert(over: Partial<Alert> = {}): Alert {
  return {
    tenant: 'default',
    id: 'alr_1',
    version: 1,
    kind: 'alert',
    detector: 'scope-creep',
    detectorVersion: 1,
    basis: 'deterministic',
    severity: 'high',
    subject: { kind: 'token', key: 'tok:1', label: 'jti-1' },
    title: 'jti-1 gained mail.write',
    facts: ['hop-drift'],
    chainId: 'chn_1',
    txn: undefined,
    settled: true,
    withdrawn: false,
    firstAtMs: noon,
    lastAtMs: noon,
    count: 1,
    initiator: undefined,
    approver: undefined,
    owner: undefined,
    actor: undefined,
    target: undefined,
    environment: undefined,
    outcome: undefined,
    incidentId: undefined,
    hop: 'tok:x',
    above: [],
    writesSince: 0,
    liveUntilMs: undefined,
    weakestLink: undefined,
    revocable: false,
    revoke: undefined,
    evidence: { added: ['mail.write'] },
    eventIds: ['event-1'],
    nextStep: 'Revoke it.',
    runbook: 'detectors/scope-creep/README.md',
    ...over,
  };
}

export function anAlertAction(over: Partial<AlertAction> = {}): AlertAction {
  return {
    tenant: 'default',
    alertId: 'alr_1',
    id: 'aac_1',
    atMs: noon,
    by: 'ann',
    verb: 'acknowledge',
    state: 'acknowledged',
    assignee: 'ann',
    reason: '',
    note: '',
    ...over,
  };
}

export function aResponse(over: Partial<Response> = {}): Response {
  return {
    tenant: 'default',
    id: 'rsp_1',
    alertId: 'alr_1',
    chainId: 'chn_1',
    detector: 'scope-creep',
    action: 'token.revoke',
    planId: '',
    step: 0,
    target: { kind: 'token', key: 'tok:1', ref: { iss: 'https://issuer.test', jti: 'jti-1' } },
    targetKey: 'tok:1',
    mode: 'real',
    state: 'requested',
    attempt: 1,
    atMs: noon,
    reason: '',
    endpoint: 'issuer',
    confirms: 'none',
    httpStatus: 0,
    requestedBy: 'policy',
    approvedBy: [],
    causedMs: noon,
    residualUntilMs: undefined,
    ...over,
  };
}

export function anEntry(over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    tenant: 'default',
    id: 'msg_1',
    endpoint: 'soc',
    type: 'alert.raised',
    body: '{}',
    responseId: '',
    orderKey: '',
    state: 'pending',
    attempts: 0,
    createdMs: noon,
    nextAttemptMs: noon,
    lastStatus: 0,
    lastError: '',
    version: 1,
    ...over,
  };
}

export function aLetter(over: Partial<DeadLetter> = {}): DeadLetter {
  return {
    tenant: 'default',
    atMs: noon,
    publisher: 'gateway',
    position: { source: 'delegation.tokens', partition: 0, offset: 1 },
    code: 'EVENT_INVALID',
    path: 'data.token',
    reason: 'unknown member',
    raw: '{"id":1}',
    ...over,
  };
}
