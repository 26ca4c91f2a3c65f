import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noticeBody } from '../../../src/alert/body.ts';
import { foldFindings } from '../../../src/alert/fold.ts';
import type { Json, LiveFinding } from '../../../src/domain/finding.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { findingOf, startMs } from './findings.ts';

function noticeOf(over: Partial<LiveFinding> = {}): Notice {
  return { type: 'alert.raised', epoch: 1, about: foldFindings([findingOf(over)], 1).alert };
}

describe('the body of a message', () => {
  it('carries what an alert says', () => {
    expect(JSON.parse(noticeBody(noticeOf()))).toEqual({
      type: 'alert.raised',
      timestamp: '2026-06-01T12:00:00.000Z',
      data: {
        alertId: expect.stringMatching(/^alr_/),
        epoch: 1,
        tenant: 'acme',
        kind: 'alert',
        severity: 'high',
        title: 'agent-7 gained mail.send at an exchange',
        detector: 'scope-creep',
        detectorVersion: 1,
        basis: 'deterministic',
        facts: ['hop-drift'],
        subject: { kind: 'token', key: 'tok:["iss","t1"]', label: 't1' },
        chainId: 'chn_1',
        txn: 'txn-1',
        settled: true,
        withdrawn: false,
        initiator: 'ada',
        approver: 'grace',
        owner: 'team:ops',
        environment: 'production',
        actor: 'agent-7',
        target: 'mail',
        outcome: 'accepted',
        writesSince: 1,
        liveUntil: '2026-06-01T13:00:00.000Z',
        weakestLink: 1,
        revocable: true,
        revoke: { iss: 'iss', jti: 't1' },
        firstAt: '2026-06-01T12:00:00.000Z',
        lastAt: '2026-06-01T12:00:00.000Z',
        count: 1,
        nextStep: 'Revoke t1: it works until 2026-06-01T13:00:00.000Z.',
        runbook: 'detectors/scope-creep/README.md',
        evidence: { 'hop-drift': { added: ['mail.send'] } },
        eventIds: ['e1'],
      },
    });
  });

  it('says what has been decided about a revocation', () => {
    const notice = noticeOf();
    const response = {
      tenant: 'acme',
      id: 'rsp_1',
      alertId: notice.about.id,
      chainId: undefined,
      detector: 'scope-creep',
      action: 'token.revoke',
      planId: '',
      step: 0,
      target: { kind: 'token', key: 'k', ref: { iss: 'iss', jti: 't1' } },
      targetKey: 'k',
      mode: 'dry_run',
      state: 'requested',
      attempt: 0,
      atMs: startMs,
      reason: 'dry run: not sent',
      endpoint: 'idp',
      confirms: 'none',
      httpStatus: 0,
      requestedBy: 'chainwarden',
      approvedBy: [],
      causedMs: startMs,
      residualUntilMs: null,
    } as const;
    expect(JSON.parse(noticeBody(notice, response)).data.response).toEqual({
      id: 'rsp_1',
      action: 'token.revoke',
      mode: 'dry_run',
      state: 'requested',
      reason: 'dry run: not sent',
    });
  });

  it('tells a credential that never expires from one nobody knows the end of', () => {
    const data = (liveUntilMs: number | null | undefined) =>
      JSON.parse(noticeBody(noticeOf({ liveUntilMs }))).data;
    expect(data(null)).toHaveProperty('liveUntil', null);
    expect(data(undefined)).not.toHaveProperty('liveUntil');
  });

  it('stays below 20 kB whatever an attacker writes, parses, and keeps identifiers whole', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.constant('\u0001'.repeat(2_048)),
      fc.constant('\u{1F600}'.repeat(1_000)),
    );
    const evidence = fc.dictionary(
      fc.string({ maxLength: 128 }),
      fc.oneof(nasty, fc.array(nasty, { maxLength: 64 })),
      { maxKeys: 40 },
    );
    fc.assert(
      fc.property(
        nasty,
        nasty,
        evidence,
        fc.array(nasty, { maxLength: 20 }),
        (text, jti, facts, eventIds) => {
          const notice = noticeOf({
            title: text,
            initiator: text,
            actor: text,
            target: text,
            txn: text,
            subject: { kind: 'token', key: jti, label: text },
            evidence: facts as { [key: string]: Json },
            eventIds,
            revoke: { iss: text, jti },
          });
          const body = noticeBody(notice);
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
          const { data } = JSON.parse(body);
          expect(data.alertId).toBe(notice.about.id);
          if (data.revoke !== undefined) expect(data.revoke).toEqual({ iss: text, jti });
          for (const id of data.eventIds ?? []) expect(eventIds).toContain(id);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('cuts between characters, never through one', () => {
    const title = `${'a'.repeat(511)}${'\u{1F600}'.repeat(20_000)}`;
    const { data } = JSON.parse(noticeBody(noticeOf({ title })));
    expect(data.title).toBe(`${'a'.repeat(511)}…`);
    expect(data.truncated).toBe(true);
  });
});
