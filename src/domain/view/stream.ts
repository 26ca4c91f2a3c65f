import type { Principal } from '../event/index.ts';

/** Who spoke as one issuer: minted or refreshed in its name. */
export interface IssuerView {
  readonly issuer: string;
  /** Publishers whose own credential vouches for it, sorted. */
  readonly owners: readonly string[];
  /** Publishers that mint for it although theirs does not, by name: what they said is in, as an assertion. */
  readonly strangers: readonly Speaker[];
  /** Publishers that spoke for it and were refused, by name: nothing of what they said is in. */
  readonly refused: readonly Speaker[];
}

export interface Speaker {
  readonly publisher: string;
  /** When it did so first: event time; of what was refused, when that was. */
  readonly firstMs: number;
  /** The smallest id of an event that shows it at that time; undefined for what was refused. */
  readonly eventId: string | undefined;
}

/** What one principal did in one UTC hour. */
export interface PrincipalWindow {
  readonly principal: Principal;
  readonly key: string;
  readonly hourMs: number;
  readonly targets: readonly string[];
  readonly tools: readonly string[];
  readonly targetCount: number;
  readonly toolCount: number;
  /** Approvals that it granted, and the most in one minute. */
  readonly approvalCount: number;
  readonly approvalsPerMinute: number;
  readonly chainId: string | undefined;
  readonly eventIds: readonly string[];
  readonly lastMs: number;
}

/** What one source of events (CloudEvents `source`) said twice, differently. */
export interface SourceView {
  readonly source: string;
  /** Events that came with different contents under one id: a sample, smallest ids first. */
  readonly conflicts: readonly EventInForce[];
  /** How many there are, counted up to CONFLICTS_PER_SOURCE_MAX. */
  readonly count: number;
  /** Latest time of one of them. */
  readonly lastMs: number;
}

/** Of several contents under one id, the one that counts: that of the smallest digest. */
export interface EventInForce {
  readonly id: string;
  readonly atMs: number;
}

/** A tool as its callers saw it. */
export interface ToolView {
  /** Of the server and the name. */
  readonly key: string;
  readonly server: string | undefined;
  readonly name: string;
  /** Its definitions in the order in which they were first used; more than one is a change. */
  readonly definitions: readonly ToolDefinition[];
}

export interface ToolDefinition {
  readonly hash: string;
  readonly firstMs: number;
  /** The smallest id of an event that shows it at that time. */
  readonly eventId: string;
  /** Id of the action that this event tells of; not known of what was remembered before it was kept. */
  readonly callId?: string | undefined;
}
