import type { Alert } from '../domain/alert.ts';
import type { Notice } from '../domain/notice.ts';
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
 * The text of one message, fixed once: it is what is stored, signed and sent on every attempt. A function of the
 * alert, without a clock, so that a replay writes the same bytes. A member that is absent is unknown;
 * `liveUntil: null` is a credential that never expires.
 */
export function alertBody(notice: Notice, response?: Response): string {
  const { alert, type } = notice;
  const timestamp = instantOf(alert.lastAtMs);
  const exact = {
    alertId: alert.id,
    tenant: alert.tenant,
    detector: alert.detector,
    detectorVersion: alert.detectorVersion,
    kind: alert.kind,
    severity: alert.severity,
    chainId: alert.chainId,
    runbook: alert.runbook,
  };
  const described = describe(alert, response);
  for (const cut of cuts) {
    const truncated = cut === whole ? undefined : true;
    const data = { ...exact, ...clipMembers(described, cut), truncated };
    const text = JSON.stringify({ type, timestamp, data });
    if (Buffer.byteLength(text) <= BODY_BYTES_MAX) return text;
  }
  return JSON.stringify({ type, timestamp, data: { ...exact, truncated: true } });
}

function describe(alert: Alert, response: Response | undefined): object {
  return {
    title: alert.title,
    basis: alert.basis,
    facts: alert.facts,
    subject: alert.subject,
    txn: alert.txn,
    settled: alert.settled,
    withdrawn: alert.withdrawn,
    initiator: alert.initiator,
    approver: alert.approver,
    owner: alert.owner,
    actor: alert.actor,
    target: alert.target,
    environment: alert.environment,
    outcome: alert.outcome,
    writesSince: alert.writesSince,
    liveUntil: typeof alert.liveUntilMs === 'number' ? instantOf(alert.liveUntilMs) : alert.liveUntilMs,
    weakestLink: alert.weakestLink,
    revocable: alert.revocable,
    revoke: alert.revoke,
    response: response && {
      id: response.id,
      action: response.action,
      mode: response.mode,
      state: response.state,
      reason: response.reason,
    },
    firstAt: instantOf(alert.firstAtMs),
    lastAt: instantOf(alert.lastAtMs),
    count: alert.count,
    nextStep: alert.nextStep,
    evidence: alert.evidence,
    eventIds: alert.eventIds,
  };
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
