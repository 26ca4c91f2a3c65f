import type { LinkLevel } from './chain.ts';
import type { TokenRef } from './event/index.ts';
import type { Json, Severity, Subject } from './finding.ts';

export const alertStates = ['open', 'acknowledged', 'closed', 'withdrawn', 'merged'] as const;
/**
 * open, acknowledged and closed are people's doing. Withdrawn and merged are the engine's: the finding was exonerated,
 * or its subject turned out to be one that another alert is about.
 */
export type AlertState = (typeof alertStates)[number];

/** Findings folded per (tenant, detector, subject), as the pipeline writes it. People's part is AlertAction. */
export interface Alert {
  readonly tenant: string;
  /** Deterministic id of (tenant, detector, subject key). */
  readonly id: string;
  readonly version: number;
  readonly kind: 'alert' | 'signal';
  readonly detector: string;
  readonly detectorVersion: number;
  readonly basis: 'deterministic' | 'statistical';
  readonly severity: Severity;
  readonly subject: Subject;
  /** What happened, in one sentence. */
  readonly title: string;
  /** The facts found of the subject, sorted, e.g. `hop-drift`, `use-beyond-scope`. */
  readonly facts: readonly string[];
  /** Ids of the exceptions of policy that its findings are, sorted: it does not page for their sake. */
  readonly exceptions?: readonly string[];
  /** The incident that it is a part of: set while something pages at its hop or above it, and it stands itself. */
  readonly incidentId: string | undefined;
  /** Key of the hop it stands at, and of those above, nearest first: as of the finding that leads it. */
  readonly hop: string;
  readonly above: readonly string[];
  readonly chainId: string | undefined;
  readonly txn: string | undefined;
  /** False while every finding is provisional; only settled alerts page. */
  readonly settled: boolean;
  /** True once every finding was exonerated. */
  readonly withdrawn: boolean;
  /** Set once its findings carry on under another alert: the id of that one. */
  readonly mergedInto?: string | undefined;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
  readonly initiator: string | undefined;
  readonly approver: string | undefined;
  readonly owner: string | undefined;
  readonly actor: string | undefined;
  readonly target: string | undefined;
  readonly environment: string | undefined;
  /** What the target answered to the offending step. */
  readonly outcome: string | undefined;
  readonly writesSince: number;
  readonly liveUntilMs: number | null | undefined;
  readonly weakestLink: LinkLevel | undefined;
  /** Whether an automatic revocation may follow (design rule 10, response.md 5.2). */
  readonly revocable: boolean;
  readonly revoke: TokenRef | undefined;
  readonly evidence: { readonly [fact: string]: Json };
  readonly eventIds: readonly string[];
  /** What to do next, in one sentence. */
  readonly nextStep: string;
  /** Path of the detector's runbook. */
  readonly runbook: string;
}

export const alertVerbs = ['acknowledge', 'close', 'assign', 'comment', 'reopen'] as const;
export type AlertVerb = (typeof alertVerbs)[number];

/** What a person did with an alert. Each row carries the whole resulting state: the newest one is the answer. */
export interface AlertAction {
  readonly tenant: string;
  readonly alertId: string;
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly verb: AlertVerb;
  readonly state: 'open' | 'acknowledged' | 'closed';
  readonly assignee: string;
  readonly reason: string;
  readonly note: string;
}

/** An alert as the API shows it: what the pipeline found and what people did. */
export interface AlertWithLife extends Alert {
  readonly state: AlertState;
  readonly assignee: string;
  readonly closedReason: string;
  readonly stateChangedMs: number | undefined;
}
