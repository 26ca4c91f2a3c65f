import type { Alert } from '../domain/alert.ts';
import { type Json, type LiveFinding, severityRank } from '../domain/finding.ts';
import { deterministicId } from '../domain/ids.ts';
import { EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import type { RevocationWish } from '../domain/notice.ts';
import { nextStep } from './next-step.ts';

export interface Folded {
  readonly alert: Alert;
  /** Set on settled alerts that name a credential. */
  readonly revocation: RevocationWish | undefined;
}

/** Findings of one detector about one subject are one alert, however many facts they are. */
export function alertId(finding: Pick<LiveFinding, 'tenant' | 'detector' | 'subject'>): string {
  return deterministicId('alr', [finding.tenant, finding.detector, finding.subject.key]);
}

/** Whether people are to know of it: a settled alert that stands. */
export function pages({ kind, settled, withdrawn, mergedInto }: Alert): boolean {
  return kind === 'alert' && settled && !withdrawn && mergedInto === undefined;
}

/**
 * Folds the newest states of an alert's findings, at least one, into its row. A function of the set: the order of
 * `findings` does not matter.
 *
 * The most telling finding leads: alerts before signals, settled before provisional, then severity, then the
 * earliest. Severity is the leader's, so a signal or a fact that may yet be exonerated never raises what pages.
 */
export function foldFindings(findings: readonly LiveFinding[], version: number): Folded {
  const live = findings.filter((finding) => finding.state === 'provisional' || finding.state === 'settled');
  const merged = findings.filter((finding) => finding.state === 'merged');
  const told = [live, merged].find((some) => some.length > 0) ?? findings;
  const ranked = [...told].sort(byWeight);
  const [lead] = ranked;
  if (lead === undefined) throw new RangeError('an alert has at least one finding');

  const withdrawn = live.length === 0 && merged.length === 0;
  const mergedInto = live.length === 0 ? successorOf(merged) : undefined;
  const source = ranked.find(mayRevoke) ?? ranked.find((finding) => finding.revoke !== undefined);
  const settled = lead.state !== 'provisional';
  const row: Omit<Alert, 'nextStep' | 'incidentId'> = {
    tenant: lead.tenant,
    id: alertId(lead),
    version,
    kind: lead.kind,
    detector: lead.detector,
    detectorVersion: lead.detectorVersion,
    basis: lead.basis,
    severity: lead.severity,
    subject: lead.subject,
    title: lead.title,
    facts: ranked.map((finding) => finding.fact).sort(),
    ...exceptionsOf(ranked),
    hop: lead.hop,
    above: lead.above,
    chainId: lead.chainId ?? first(ranked, (finding) => finding.chainId),
    txn: lead.txn ?? first(ranked, (finding) => finding.txn),
    settled,
    withdrawn,
    ...(mergedInto === undefined ? {} : { mergedInto }),
    firstAtMs: Math.min(...ranked.map((finding) => finding.atMs)),
    lastAtMs: Math.max(...ranked.map((finding) => finding.atMs)),
    count: ranked.reduce((sum, finding) => sum + finding.count, 0),
    initiator: first(ranked, (finding) => finding.initiator),
    approver: first(ranked, (finding) => finding.approver),
    owner: first(ranked, (finding) => finding.owner),
    environment: first(ranked, (finding) => finding.environment),
    actor: first(ranked, (finding) => finding.actor),
    target: first(ranked, (finding) => finding.target),
    outcome: first(ranked, (finding) => finding.outcome),
    writesSince: Math.max(...ranked.map((finding) => finding.writesSince)),
    liveUntilMs: (source ?? lead).liveUntilMs,
    weakestLink: (source ?? lead).linkLevel,
    revocable: live.length > 0 && source !== undefined && mayRevoke(source),
    revoke: source?.revoke,
    evidence: Object.fromEntries(ranked.map(evidenceOf).sort(([a], [b]) => compare(a, b))),
    eventIds: [...new Set(ranked.flatMap((finding) => finding.eventIds))].slice(0, EVIDENCE_EVENTS_MAX),
    runbook: `detectors/${lead.detector}/README.md`,
  };
  const alert: Alert = { ...row, incidentId: undefined, nextStep: nextStep(row, lead.settlesAtMs) };
  return { alert, revocation: live.length === 0 ? undefined : wish(alert, source) };
}

function exceptionsOf(findings: readonly LiveFinding[]): Pick<Alert, 'exceptions'> {
  const ids = findings.map(({ exception }) => exception).filter((id) => id !== undefined);
  return ids.length === 0 ? {} : { exceptions: [...new Set(ids)].sort() };
}

/** The alert that carries on; of findings that went different ways the one that went last decides. */
function successorOf(merged: readonly LiveFinding[]): string | undefined {
  let last: LiveFinding | undefined;
  for (const finding of merged) if (last === undefined || finding.version >= last.version) last = finding;
  const key = last?.mergedInto?.subjectKey;
  if (last === undefined || key === undefined) return undefined;
  return deterministicId('alr', [last.tenant, last.detector, key]);
}

/** Design rules 2 and 10: deterministic, settled, of kind alert, over links that are trusted enough. */
function mayRevoke(finding: LiveFinding): boolean {
  return finding.revoke !== undefined && finding.revocable && isRaised(finding);
}

function isRaised(finding: LiveFinding): boolean {
  return finding.kind === 'alert' && finding.state === 'settled' && finding.basis === 'deterministic';
}

function wish(alert: Alert, source: LiveFinding | undefined): RevocationWish | undefined {
  if (source?.revoke === undefined || source.kind !== 'alert' || source.state !== 'settled') return undefined;
  return {
    alert,
    fact: source.fact,
    severity: source.severity,
    target: source.revoke,
    liveUntilMs: source.liveUntilMs,
    linkLevel: source.linkLevel,
    revocable: source.revocable,
  };
}

function byWeight(a: LiveFinding, b: LiveFinding): number {
  return (
    Number(b.kind === 'alert') - Number(a.kind === 'alert') ||
    Number(b.state === 'settled') - Number(a.state === 'settled') ||
    severityRank(b.severity) - severityRank(a.severity) ||
    a.atMs - b.atMs ||
    compare(a.fact, b.fact)
  );
}

/** By UTF-16 code unit: the same on every machine, which a locale is not. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function evidenceOf(finding: LiveFinding): [string, Json] {
  return [finding.fact, finding.evidence];
}

function first<T>(findings: readonly LiveFinding[], read: (finding: LiveFinding) => T | undefined) {
  for (const finding of findings) {
    const value = read(finding);
    if (value !== undefined) return value;
  }
  return undefined;
}
