import type { AlertState } from './alert.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { PolicyRecord } from './record.ts';

/** Since when something is counted. */
export interface Since {
  readonly tenant: string;
  readonly sinceMs: number;
}

/** Alerts or signals of one detector in one state. */
export interface AlertCount {
  readonly detector: string;
  readonly kind: 'alert' | 'signal';
  readonly state: AlertState;
  readonly count: number;
  /** Of the closed ones: those of which a person said that they were none. */
  readonly falseCount: number;
}

/** Why alerts of one detector were closed, in the words of those who closed them. */
export interface ClosedReason {
  readonly detector: string;
  readonly reason: string;
  readonly count: number;
}

/** What one publisher tells about one source: how much, when, by which clock, and when it was silent. */
export interface ProducerActivity {
  readonly publisher: string;
  readonly source: string;
  readonly events: number;
  /** By its own clock. */
  readonly lastEventMs: number;
  /** By ours. */
  readonly lastHeardMs: number;
  /** Between the time of an event and its arrival, the median over minutes; below 0: it is from the future. */
  readonly medianDelayMs: number;
  /** Minutes in which it was heard. */
  readonly minutes: number;
  /** Longest time between two such minutes, and when it began. */
  readonly longestGapMs: number;
  readonly gapFromMs: number;
}

/** Messages of one publisher that were refused for one reason. */
export interface Refusals {
  readonly code: DeadLetter['code'];
  readonly publisher: string;
  readonly count: number;
  readonly lastMs: number;
  /** The last of them. */
  readonly example: DeadLetter | undefined;
}

/** What is asked of the running of detection, and not of what it found. All of it is bounded. */
export interface OperationsStore {
  /** Alerts and signals whose last occurrence was since then. */
  alertCounts(since: Since): Promise<{
    readonly counts: readonly AlertCount[];
    /** The commonest of each detector. */
    readonly reasons: readonly ClosedReason[];
  }>;
  /** Who was heard since then, busiest first. */
  producers(since: Since): Promise<readonly ProducerActivity[]>;
  /** What was refused since then, most frequent first. */
  refusals(since: Since): Promise<readonly Refusals[]>;
  /** The last policies in the log, latest first. */
  policyHistory(limit: number): Promise<readonly PolicyRecord[]>;
}
