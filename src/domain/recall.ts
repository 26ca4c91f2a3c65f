import type { AdmittedEvent } from './event/index.ts';

/**
 * How an event is filed under a name. `describes`: it says what the named thing is (a token's issuance or
 * revocation). `uses`: it only refers to it (a call that carried the token, a child derived from it). Names that
 * mean the same to everybody who bears them (a transaction, a call id, an event's identity) are `describes` alone.
 */
export type FilingRole = 'describes' | 'uses';

/** One event under one name. A pure function of the event, so filing it twice changes nothing. */
export interface Filing {
  readonly tenant: string;
  readonly name: string;
  readonly role: FilingRole;
  readonly seq: number;
  readonly timeMs: number;
  /** The other name that the event gives the same token (a hash beside a jti), '' where it gives none. */
  readonly alias: string;
  /** True when the event arrived behind the watermark. */
  readonly late: boolean;
}

/** What the engine wants to know before it goes on. */
export interface Lookup {
  readonly tenant: string;
  readonly name: string;
  readonly role: FilingRole;
  /** Events at most; of more the newest come, and the answer says so. */
  readonly max: number;
}

export interface RecalledEvent {
  readonly seq: number;
  readonly event: AdmittedEvent;
  readonly late: boolean;
}

/** The answer to lookups, all of them together. */
export interface Recalled {
  /** Each event once, by seq. */
  readonly events: readonly RecalledEvent[];
  /**
   * For every name that was looked up as `describes`: distinct non-empty aliases among its uses, at most
   * RECALL_ALIASES_MAX of them.
   */
  readonly aliases: readonly { readonly tenant: string; readonly name: string; readonly alias: string }[];
  /** Lookups that had more events than they wanted. */
  readonly truncated: readonly Pick<Lookup, 'tenant' | 'name' | 'role'>[];
}

/**
 * A keyed part of what the engine remembers of the stream itself (hours of principals, liveness of feeds). It
 * carries the offset it has applied, as a database page carries its log sequence number: a replay that starts
 * before it leaves it alone until it gets there.
 */
export interface StateRow {
  readonly key: string;
  readonly seq: number;
  /** JSON; '' for a part that is gone. */
  readonly body: string;
}

/** What of the log can be found again by name, and what the engine notes beside it. Writes are idempotent. */
export interface RecallStore {
  fileEvents(filings: readonly Filing[]): Promise<void>;
  /** Events with seq < `beforeSeq` that were filed under the names. */
  recall(lookups: readonly Lookup[], beforeSeq: number): Promise<Recalled>;
  /**
   * Canonical keys (of tokens and places) of what may change without a further event: subjects of alerts that are
   * not settled or whose row an unfinished batch wrote (version > `afterSeq`), and roots of chains with an
   * unreported credential and an event after `sinceMs`.
   */
  unsettled(
    sinceMs: number,
    afterSeq: number,
  ): Promise<readonly { readonly tenant: string; readonly key: string }[]>;
  writeState(rows: readonly StateRow[]): Promise<void>;
  /** Newest row of every key, without those that are gone. */
  readState(): Promise<readonly StateRow[]>;
}
