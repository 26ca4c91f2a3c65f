import type { Alert } from '../domain/alert.ts';
import type { Incident } from '../domain/incident.ts';
import type { ClosedNotice, IncidentNotice, Notice } from '../domain/notice.ts';
import type { Response } from '../domain/response.ts';
import { instantOf } from './next-step.ts';

/** Standard Webhooks asks for payloads below 20 kB. */
const BODY_BYTES_MAX = 20_000;

/** How much of a message is kept, tried in turn until it fits: characters of a text, items of a list. */
const whole = { chars: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY };
const cuts = [
  whole,
  { chars: 512, items: 20 },
  { chars: 256, items: 10 },
  { chars: 96, items: 3 },
  { chars: 48, items: 1 },
];
type Cut = (typeof cuts)[number];

/** Kept whole or left out: half of one would name something else. */
const identifiers: ReadonlySet<string> = new Set(['txn', 'key', 'revoke']);

/**
 * The text of one message, fixed once: it is what is stored, signed and sent on every attempt. A function of what it
 * is about, without a clock, so that a replay writes the same bytes. A member that is absent is unknown;
 * `liveUntil: null` is a credential that never expires.
 */
export function noticeBody(notice: Notice | ClosedNotice, response?: Response): string {
  const { type, epoch } = notice;
  const timestamp = instantOf(notice.about.lastAtMs);
  const [named, described] = isOfIncident(notice) ? incidentParts(notice.about) : alertParts(notice.about);
  const exact = { ...named, epoch };
  const all = { ...described, ...closing(notice), response: responsePart(response) };
  for (const cut of cuts) {
    const truncated = cut === whole ? undefined : true;
    const data = { ...exact, ...clipMembers(all, cut), truncated };
    const text = JSON.stringify({ type, timestamp, data });
    if (Buffer.byteLength(text) <= BODY_BYTES_MAX) return text;
  }
  return JSON.stringify({ type, timestamp, data: { ...exact, truncated: true } });
}

function isOfIncident(notice: Notice | ClosedNotice): notice is IncidentNotice | ClosedNotice {
  return notice.type.startsWith('incident.');
}

function closing(notice: Notice | ClosedNotice): object {
  return 'by' in notice ? { closedBy: notice.by, closedReason: notice.reason } : {};
}

/** What is never cut, and what may be. */
type Parts = readonly [exact: object, described: object];

function alertParts(alert: Alert): Parts {
  const { id, tenant, detector, detectorVersion, kind, severity, incidentId, chainId, runbook } = alert;
  return [
    { alertId: id, tenant, detector, detectorVersion, kind, severity, incidentId, chainId, runbook },
    {
      title: alert.title,
      basis: alert.basis,
      facts: alert.facts,
      subject: alert.subject,
      settled: alert.settled,
      withdrawn: alert.withdrawn,
      ...circumstances(alert),
      count: alert.count,
      nextStep: alert.nextStep,
      evidence: alert.evidence,
      eventIds: alert.eventIds,
    },
  ];
}

function incidentParts(incident: Incident): Parts {
  const { id, tenant, state, mergedInto, severity, detector, chainId, runbook } = incident;
  return [
    { incidentId: id, tenant, state, mergedInto, severity, detector, chainId, runbook },
    {
      title: incident.title,
      subject: incident.subject,
      alertCount: incident.alertCount,
      detectors: incident.detectors,
      ...circumstances(incident),
      nextStep: incident.nextStep,
      alerts: incident.alerts,
    },
  ];
}

function circumstances(about: Alert | Incident): object {
  const { liveUntilMs } = about;
  return {
    txn: about.txn,
    initiator: about.initiator,
    approver: about.approver,
    owner: about.owner,
    actor: about.actor,
    target: about.target,
    environment: about.environment,
    outcome: about.outcome,
    writesSince: about.writesSince,
    liveUntil: typeof liveUntilMs === 'number' ? instantOf(liveUntilMs) : liveUntilMs,
    weakestLink: about.weakestLink,
    revocable: about.revocable,
    revoke: about.revoke,
    firstAt: instantOf(about.firstAtMs),
    lastAt: instantOf(about.lastAtMs),
  };
}

function responsePart(response: Response | undefined): object | undefined {
  if (response === undefined) return undefined;
  const { id, action, mode, state, reason } = response;
  return { id, action, mode, state, reason };
}

/** Shortens texts and lists at every depth. */
function clip(value: unknown, cut: Cut, key: string): unknown {
  if (identifiers.has(key)) return fits(value, cut) ? value : undefined;
  if (key === 'eventIds' && Array.isArray(value)) {
    return value.slice(0, cut.items).filter((id) => fits(id, cut));
  }
  if (typeof value === 'string') return clipText(value, cut.chars);
  if (Array.isArray(value)) return value.slice(0, cut.items).map((item) => clip(item, cut, ''));
  if (typeof value === 'object' && value !== null) return clipMembers(value, cut);
  return value;
}

function clipMembers(value: object, cut: Cut): object {
  // Ten members for each list item: the alert's own, some thirty, always stay.
  const kept = Object.entries(value).slice(0, Math.max(40, cut.items * 10));
  return Object.fromEntries(kept.map(([name, member]) => [name, clip(member, cut, name)]));
}

function fits(value: unknown, cut: Cut): boolean {
  return value === undefined || JSON.stringify(value).length <= cut.chars * 2;
}

/** Cuts between code points: half a surrogate pair would spoil the whole text for a strict reader. */
function clipText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(chars - 1)) ? chars - 1 : chars;
  return `${text.slice(0, end)}…`;
}
