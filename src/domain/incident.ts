import type { Alert } from './alert.ts';
import type { LinkLevel } from './chain.ts';
import type { TokenRef } from './event/index.ts';
import type { Severity, Subject } from './finding.ts';
import { deterministicId } from './ids.ts';

/** Open while an alert of its pages; the rest is how it ended. */
export const incidentStates = ['open', 'withdrawn', 'merged'] as const;
export type IncidentState = (typeof incidentStates)[number];

export const handlingStates = ['open', 'acknowledged', 'closed'] as const;
/** How far people are with it: as far as with the least handled of its alerts that page. */
export type HandlingState = (typeof handlingStates)[number];

/** What people did about an incident: the sum of what they did about those of its alerts that page. */
export interface IncidentHandling {
  readonly incidentId: string;
  readonly state: HandlingState;
  /** To whom alerts that are not closed are assigned, sorted. */
  readonly assignees: readonly string[];
}

/** One of an incident's alerts, as far as it is told with it. */
export interface IncidentAlert
  extends Pick<Alert, 'id' | 'detector' | 'severity' | 'title' | 'subject' | 'facts'> {
  /** A cause is about the subject where it broke; a consequence stands beside or below that. */
  readonly role: 'cause' | 'consequence';
}

/**
 * Alerts with one root cause: those at the topmost hop of a chain that anything pages for, and whatever pages below
 * it. People are paged per incident. The members up to `severity` are those of the cause that weighs most.
 */
export interface Incident {
  readonly tenant: string;
  /** Deterministic id of (tenant, key of the subject that caused it), never of the chain's id. */
  readonly id: string;
  /** Offset of the last log record that changed it; a higher one wins. */
  readonly version: number;
  readonly state: IncidentState;
  /** Set when the state is `merged`: the incident that carries on. */
  readonly mergedInto: string | undefined;
  /** Key of the subject that caused it. */
  readonly cause: string;
  readonly title: string;
  readonly detector: string;
  readonly subject: Subject;
  readonly chainId: string | undefined;
  readonly txn: string | undefined;
  readonly initiator: string | undefined;
  readonly approver: string | undefined;
  readonly owner: string | undefined;
  readonly actor: string | undefined;
  readonly target: string | undefined;
  readonly environment: string | undefined;
  readonly outcome: string | undefined;
  readonly liveUntilMs: number | null | undefined;
  readonly weakestLink: LinkLevel | undefined;
  readonly revocable: boolean;
  readonly revoke: TokenRef | undefined;
  readonly nextStep: string;
  readonly runbook: string;
  /** The highest of all its alerts. */
  readonly severity: Severity;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The most that one of its credentials wrote since it was violated. */
  readonly writesSince: number;
  /** Causes first, then consequences by time: the first INCIDENT_ALERTS_MAX of `alertCount`. */
  readonly alerts: readonly IncidentAlert[];
  readonly alertCount: number;
  /** Sorted. */
  readonly detectors: readonly string[];
}

/** A place in a chain, beside which alerts may stand that are forgotten. */
export interface Neighbourhood {
  readonly tenant: string;
  /** Key of the subject that something is said of now. */
  readonly subject: string;
  readonly hop: string;
  readonly above: readonly string[];
}

/** Key of the root of the chain that a place is in. */
export function rootOf({ hop, above }: Pick<Neighbourhood, 'hop' | 'above'>): string {
  return above.at(-1) ?? hop;
}

/** Everything that one subject caused is one incident, whatever its chain is called. */
export function incidentId(tenant: string, cause: string): string {
  return deterministicId('inc', [tenant, cause]);
}
