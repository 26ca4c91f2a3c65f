import type { Alert } from '../domain/alert.ts';
import { maxSeverity, severityRank } from '../domain/finding.ts';
import { type Incident, type IncidentAlert, incidentId } from '../domain/incident.ts';

/** Alerts listed with an incident: what a person reads before opening it. All of them name it themselves. */
const INCIDENT_ALERTS_MAX = 20;

interface IncidentParts {
  /** Key of the subject that caused it. */
  readonly cause: string;
  /** Alerts about it, at least one; those that ended, of an incident that has ended. */
  readonly causes: readonly Alert[];
  /** Alerts of other subjects at its hop, and below that. */
  readonly consequences: readonly Alert[];
  /** How it ended, when it has; `mergedInto` is undefined for what was withdrawn. */
  readonly end: { readonly mergedInto: string | undefined } | undefined;
  readonly version: number;
}

/** Folds alerts with one cause into their incident. A function of the set: their order does not matter. */
export function foldIncident({ cause, causes, consequences, end, version }: IncidentParts): Incident {
  const all = [...causes].sort(byWeight).concat([...consequences].sort(byTime));
  const [lead] = all;
  if (lead === undefined) throw new RangeError('an incident has at least one alert');
  const roots = new Set(causes);
  return {
    tenant: lead.tenant,
    id: incidentId(lead.tenant, cause),
    version,
    state: end === undefined ? 'open' : end.mergedInto === undefined ? 'withdrawn' : 'merged',
    mergedInto: end?.mergedInto,
    cause,
    title: lead.title,
    detector: lead.detector,
    subject: lead.subject,
    chainId: lead.chainId,
    txn: lead.txn,
    initiator: lead.initiator,
    approver: lead.approver,
    owner: lead.owner,
    actor: lead.actor,
    target: lead.target,
    environment: lead.environment,
    outcome: lead.outcome,
    liveUntilMs: lead.liveUntilMs,
    weakestLink: lead.weakestLink,
    revocable: lead.revocable,
    revoke: lead.revoke,
    nextStep: nextStep(lead, end),
    runbook: lead.runbook,
    severity: all.reduce((highest, alert) => maxSeverity(highest, alert.severity), lead.severity),
    firstAtMs: Math.min(...all.map((alert) => alert.firstAtMs)),
    lastAtMs: Math.max(...all.map((alert) => alert.lastAtMs)),
    writesSince: Math.max(...all.map((alert) => alert.writesSince)),
    alerts: all.slice(0, INCIDENT_ALERTS_MAX).map((alert) => told(alert, roots.has(alert))),
    alertCount: all.length,
    detectors: [...new Set(all.map((alert) => alert.detector))].sort(),
  };
}

function told({ id, detector, severity, title, subject, facts }: Alert, isCause: boolean): IncidentAlert {
  return { id, role: isCause ? 'cause' : 'consequence', detector, severity, title, subject, facts };
}

function nextStep(lead: Alert, end: IncidentParts['end']): string {
  if (end === undefined) return lead.nextStep;
  if (end.mergedInto !== undefined) return `Go on with ${end.mergedInto}: its cause is the cause of this.`;
  return 'Nothing: what it rested on is not so; undo a revocation if one was made.';
}

/** The cause that weighs most, then the earliest. */
function byWeight(a: Alert, b: Alert): number {
  return severityRank(b.severity) - severityRank(a.severity) || byTime(a, b);
}

function byTime(a: Alert, b: Alert): number {
  return a.firstAtMs - b.firstAtMs || (a.id < b.id ? -1 : Number(a.id > b.id));
}
