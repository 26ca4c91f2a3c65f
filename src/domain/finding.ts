import type { LinkLevel } from './chain.ts';
import type { TokenRef } from './event/index.ts';
import type { DetectorMode } from './policy/detectors.ts';

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

export function maxSeverity(a: Severity, b: Severity): Severity {
  return severityRank(a) >= severityRank(b) ? a : b;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a finding is about. Its key, never the chain's id, is part of the finding's identity. */
export interface Subject {
  readonly kind: 'token' | 'principal' | 'chain' | 'source';
  readonly key: string;
  /** For people. */
  readonly label: string;
}

/** What one detector says of one subject. Pure data: the engine adds identity, chain and state. */
export interface Finding {
  readonly subject: Subject;
  /** The violated fact, e.g. `hop-drift`; together with detector and subject the finding's identity. */
  readonly fact: string;
  /** A signal does not page by itself. */
  readonly kind: 'alert' | 'signal';
  readonly severity: Severity;
  /** One sentence: who did what, and why it is wrong. */
  readonly title: string;
  /** Event time at which it became true. */
  readonly atMs: number;
  readonly evidence: { readonly [key: string]: Json };
  readonly eventIds: readonly string[];
  /**
   * Exonerable findings only: event time that must be behind the watermark before it may page or revoke.
   * Absent on monotone findings, which may act at once.
   */
  readonly settlesAtMs?: number;
  /** Said only when it is settled: what it rests on is decided with the watermark, not before. */
  readonly deferred?: true;
  /** The credential whose revocation would end it, when there is one. */
  readonly revoke?: TokenRef;
  /** The action that shows it, where the finding is not of one: an alert says what it met. */
  readonly shownBy?: string;
  /** Weakest link that the finding rests on. */
  readonly linkLevel?: LinkLevel;
}

export interface Successor {
  readonly id: string;
  readonly subjectKey: string;
}

/** A finding with identity and place, as the engine reports it. */
export interface LiveFinding extends Finding {
  /** Deterministic id of (tenant, detector, subject, fact). */
  readonly id: string;
  readonly tenant: string;
  readonly detector: string;
  readonly detectorVersion: number;
  readonly basis: 'deterministic' | 'statistical';
  readonly chainId: string | undefined;
  readonly txn: string | undefined;
  /** Key of the hop it stands at: its subject, or of a chain's findings the credential whose revocation ends it. */
  readonly hop: string;
  /** Keys of the hops above that one within its chain, nearest first: up to 64, and the chain's root. */
  readonly above: readonly string[];
  /**
   * Settled findings may page; provisional ones wait for the watermark. Withdrawn: it is not so after all. Merged: its
   * subject is known under another key now, and so is the finding.
   */
  readonly state: 'provisional' | 'settled' | 'withdrawn' | 'merged';
  /** Set when it is merged: the finding that carries on. */
  readonly mergedInto?: Successor;
  /** How many sightings (actions, hops) contribute. */
  readonly count: number;
  readonly initiator: string | undefined;
  /** Who granted the first approval of its transaction. */
  readonly approver: string | undefined;
  /** Who answers for the actor, as far as anyone said. */
  readonly owner: string | undefined;
  readonly actor: string | undefined;
  readonly target: string | undefined;
  /** The environment that the offending call, or else the token, was reported for. */
  readonly environment: string | undefined;
  readonly outcome: string | undefined;
  /** Of its detector, under the policy of the day: in shadow it pages nobody. */
  readonly mode: DetectorMode;
  /** Id of the exception that it is: it pages nobody, and is counted. */
  readonly exception?: string;
  /** True when every link from the subject to its root is at levels 1 to 3, level 1 from a bound publisher. */
  readonly revocable: boolean;
  /** Expiry of the credential: the authority is live until then. */
  readonly liveUntilMs: number | null | undefined;
  /** Writes (write, delete, admin) seen on the credential since the violation. */
  readonly writesSince: number;
  /** Offset of the log record that changed it last. */
  readonly version: number;
}
