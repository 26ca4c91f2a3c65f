import { noticeBody } from '../../src/alert/body.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { ClosedNotice, IncidentNotice } from '../../src/domain/notice.ts';
import { noticeId } from '../../src/domain/notice.ts';
import type { OutboxEntry } from '../../src/domain/response.ts';

const atMs = Date.UTC(2026, 5, 1, 12);

/** An agent that gained a scope and used it. */
export function incidentOf(over: Partial<Incident> = {}): Incident {
  const subject = { kind: 'token', key: 'tok:["https://idp","t1"]', label: 't1' } as const;
  return {
    tenant: 'acme',
    id: 'inc_1',
    version: 7,
    state: 'open',
    mergedInto: undefined,
    cause: subject.key,
    title: 'agent-7 gained mail.send at an exchange',
    detector: 'scope-creep',
    subject,
    chainId: 'chn_1',
    txn: 'txn-1',
    initiator: 'ada',
    approver: 'grace',
    owner: 'team:ops',
    actor: 'agent-7',
    target: 'mail',
    environment: 'production',
    outcome: 'accepted',
    liveUntilMs: atMs + 3_600_000,
    weakestLink: 1,
    revocable: true,
    revoke: { iss: 'https://idp', jti: 't1' },
    nextStep: 'Revoke t1: it works until 2026-06-01T13:00:00.000Z.',
    runbook: 'detectors/scope-creep/README.md',
    severity: 'high',
    firstAtMs: atMs,
    lastAtMs: atMs + 60_000,
    writesSince: 2,
    alerts: [
      {
        id: 'alr_1',
        detector: 'scope-creep',
        severity: 'high',
        title: 'agent-7 gained mail.send at an exchange',
        subject,
        facts: ['hop-drift'],
        role: 'cause',
      },
    ],
    alertCount: 1,
    detectors: ['scope-creep', 'use-after-revocation'],
    ...over,
  };
}

/** A message about it, as the outbox holds it. */
export function entryOf(notice: IncidentNotice | ClosedNotice, endpoint: string): OutboxEntry {
  const { tenant } = notice.about;
  return {
    tenant,
    id: noticeId(notice, endpoint),
    endpoint,
    type: notice.type,
    body: noticeBody(notice),
    responseId: '',
    orderKey: notice.about.id,
    state: 'pending',
    attempts: 0,
    createdMs: atMs + 120_000,
    nextAttemptMs: atMs + 120_000,
    lastStatus: 0,
    lastError: '',
    version: 1,
  };
}

/** Everything an attacker would try in a name: mentions, links, formatting, emoji, controls and half a character. */
export const hostile =
  '<!channel> <@U012> <https://evil.example|click> *b* _i_ ~s~ `c` ```x``` & &lt; :fire: @here #general ' +
  'line\nbreak \u202Eevil\u202C \u200Bzero \u0007bell \uD800half [a](https://evil.example)';
