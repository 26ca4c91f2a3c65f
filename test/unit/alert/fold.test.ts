import { describe, expect, it } from 'vitest';
import { foldFindings } from '../../../src/alert/fold.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { findingOf, startMs } from './findings.ts';

const alertOf = (...findings: LiveFinding[]) => foldFindings(findings, 1).alert;

describe('folding', () => {
  it('makes one alert of all facts about one subject', () => {
    const alert = alertOf(
      findingOf({ writesSince: 0 }),
      findingOf({
        fact: 'use-beyond-scope',
        severity: 'critical',
        atMs: startMs + 5_000,
        title: 'agent-7 sent mail',
        evidence: { used: 'mail.send' },
        eventIds: ['e2', 'e1'],
        count: 3,
        writesSince: 2,
      }),
    );
    expect(alert).toMatchObject({
      kind: 'alert',
      severity: 'critical',
      title: 'agent-7 sent mail',
      facts: ['hop-drift', 'use-beyond-scope'],
      firstAtMs: startMs,
      lastAtMs: startMs + 5_000,
      count: 4,
      writesSince: 2,
      eventIds: ['e2', 'e1'],
      evidence: { 'hop-drift': { added: ['mail.send'] }, 'use-beyond-scope': { used: 'mail.send' } },
      settled: true,
      withdrawn: false,
      revocable: true,
      revoke: { iss: 'iss', jti: 't1' },
      initiator: 'ada',
      approver: 'grace',
      owner: 'team:ops',
      environment: 'production',
      runbook: 'detectors/scope-creep/README.md',
    });
  });

  it('names the alert by tenant, detector and subject alone', () => {
    const { id } = alertOf(findingOf());
    expect(alertOf(findingOf({ fact: 'root-drift', chainId: 'chn_2', atMs: 5 })).id).toBe(id);
    for (const other of [
      findingOf({ tenant: 'other' }),
      findingOf({ detector: 'orphaned-chain' }),
      findingOf({ subject: { kind: 'token', key: 'tok:["iss","t2"]', label: 't2' } }),
    ]) {
      expect(alertOf(other).id).not.toBe(id);
    }
  });

  it('keeps a signal from raising the severity of what pages', () => {
    const alert = alertOf(
      findingOf({ severity: 'medium' }),
      findingOf({ fact: 'denied-use', kind: 'signal', severity: 'critical' }),
    );
    expect(alert).toMatchObject({ kind: 'alert', severity: 'medium' });
  });

  it('keeps a fact that may yet be exonerated from raising the severity of what is settled', () => {
    const settled = findingOf({ severity: 'medium' });
    const open = findingOf({ fact: 'root-drift', state: 'provisional', severity: 'critical' });
    expect(alertOf(settled, open)).toMatchObject({ settled: true, severity: 'medium' });
    expect(alertOf(open)).toMatchObject({ settled: false, severity: 'critical', revocable: false });
  });

  it('forgets withdrawn facts, and withdraws when none is left', () => {
    const gone = findingOf({ fact: 'root-drift', state: 'withdrawn', severity: 'critical' });
    expect(alertOf(findingOf(), gone)).toMatchObject({ facts: ['hop-drift'], severity: 'high' });
    expect(alertOf(gone)).toMatchObject({ withdrawn: true, revocable: false, facts: ['root-drift'] });
  });

  it.each<[string, Partial<LiveFinding>]>([
    ['a link that is not trusted', { revocable: false }],
    ['statistics', { basis: 'statistical' }],
    ['a signal', { kind: 'signal' }],
    ['a provisional finding', { state: 'provisional' }],
  ])('says that %s may not revoke', (_, over) => {
    expect(alertOf(findingOf(over)).revocable).toBe(false);
  });

  it('takes the credential of the finding that may revoke, with its own severity and life', () => {
    const { alert, revocation } = foldFindings(
      [
        findingOf({ fact: 'a', severity: 'critical', revocable: false, revoke: { iss: 'iss', jti: 'root' } }),
        findingOf({ fact: 'b', severity: 'high', liveUntilMs: null }),
      ],
      1,
    );
    expect(alert).toMatchObject({ severity: 'critical', revoke: { jti: 't1' }, liveUntilMs: null });
    expect(revocation).toMatchObject({ fact: 'b', severity: 'high', target: { jti: 't1' }, revocable: true });
  });

  it.each<[Partial<LiveFinding>, string]>([
    [{}, 'Revoke t1: it works until 2026-06-01T13:00:00.000Z.'],
    [{ liveUntilMs: null }, 'Revoke t1: it never expires by itself.'],
    [{ liveUntilMs: undefined }, 'Revoke t1: nobody has said when it expires.'],
    [{ liveUntilMs: startMs - 1 }, 'Find out why mail still takes t1: it ended at 2026-06-01T11:59:59.999Z.'],
    [
      { state: 'provisional', settlesAtMs: startMs },
      'Wait until 2026-06-01T12:00:00.000Z: an event that is still on its way may explain it.',
    ],
    [{ kind: 'signal' }, 'Read it beside the other findings of its chain; it does not page by itself.'],
    [{ state: 'withdrawn' }, 'Nothing: what was missing has been found; undo a revocation if one was made.'],
  ])('says what to do next: %o', (over, sentence) => {
    expect(alertOf(findingOf(over)).nextStep).toBe(sentence);
  });

  it('points to the runbook when no credential would end it', () => {
    const { revoke: _, ...finding } = findingOf();
    expect(alertOf(finding).nextStep).toBe(
      'Follow detectors/scope-creep/README.md: no single credential would end it.',
    );
  });
});

describe('exceptions', () => {
  it('of all findings stand on the alert, each once', () => {
    const excepted = (fact: string, exception: string) => findingOf({ fact, exception, kind: 'signal' });
    expect(
      alertOf(excepted('a', 'night'), excepted('b', 'backup'), excepted('c', 'night')).exceptions,
    ).toEqual(['backup', 'night']);
    expect(alertOf(findingOf())).not.toHaveProperty('exceptions');
  });

  it('are gone with the finding that was one', () => {
    const gone = findingOf({ fact: 'a', exception: 'night', state: 'withdrawn' });
    expect(alertOf(gone, findingOf())).not.toHaveProperty('exceptions');
  });
});
