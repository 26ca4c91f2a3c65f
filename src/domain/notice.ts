import type { Alert } from './alert.ts';
import type { LinkLevel } from './chain.ts';
import type { TokenRef } from './event/index.ts';
import type { Severity } from './finding.ts';
import { deterministicId } from './ids.ts';
import type { Incident } from './incident.ts';

type Word = 'raised' | 'escalated' | 'withdrawn' | 'merged';

/** A change of an alert. Signals and provisional alerts make none. People are told of incidents, machines of both. */
export interface AlertNotice {
  /** `alert.merged` is sent to nobody: who heard of the alert has heard of the one that carries on. */
  readonly type: `alert.${Word}`;
  /** How often it has been raised, counted from 1: it may be withdrawn and come back. */
  readonly epoch: number;
  readonly about: Alert;
}

/** A change of an incident: what people are told of. */
export interface IncidentNotice {
  /** `incident.merged` ends one under its id: who heard of it has heard of the one that carries on. */
  readonly type: `incident.${Word}`;
  readonly epoch: number;
  readonly about: Incident;
}

export type Notice = AlertNotice | IncidentNotice;

/** People closed the last alert of an incident that paged. It comes of what they did, never of a replay. */
export interface ClosedNotice {
  readonly type: 'incident.closed';
  readonly epoch: number;
  readonly about: Incident;
  readonly by: string;
  readonly reason: string;
}

/** As much of a notice as names it. */
export interface NamedNotice {
  readonly type: Notice['type'] | ClosedNotice['type'];
  readonly epoch: number;
  readonly about: { readonly tenant: string; readonly id: string; readonly severity: Severity };
}

/** The credential whose revocation would end a settled alert, and all that a decision about it needs. */
export interface RevocationWish {
  readonly alert: Alert;
  readonly fact: string;
  /** Of the finding that names the credential; the alert's own may be higher for another fact. */
  readonly severity: Severity;
  readonly target: TokenRef;
  readonly liveUntilMs: number | null | undefined;
  readonly linkLevel: LinkLevel | undefined;
  /** Every link at levels 1 to 3, level 1 from a publisher bound to its issuer. */
  readonly revocable: boolean;
}

/** What a batch of findings changed. Everything here is derived again, with the same ids, by a replay. */
export interface AlertChanges {
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
  readonly notices: readonly Notice[];
  readonly revocations: readonly RevocationWish[];
  /** Exceptions that alerts carry since this batch. */
  readonly excepted: readonly { readonly exception: string; readonly detector: string }[];
}

/**
 * Names a message for ever: a replay after a crash makes the same ones. Never contains a dot. An epoch ends once, so
 * whichever way it ends its last message has one name.
 */
export function noticeId({ type, epoch, about }: NamedNotice, endpoint: string): string {
  const word = type.endsWith('.merged') ? type.replace('.merged', '.withdrawn') : type;
  const step = type.endsWith('.escalated') ? `${epoch}:${about.severity}` : String(epoch);
  return deterministicId('msg', [about.tenant, about.id, word, step, endpoint]);
}
