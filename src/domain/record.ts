import type { Action, Chain, Hop } from './chain.ts';
import type { AdmittedEvent } from './event/index.ts';
import type { LiveFinding } from './finding.ts';
import type { Policy } from './policy.ts';

/** One record of the ordered log. Whatever can change a finding is one of these. */
export type LogRecord =
  | { readonly kind: 'event'; readonly seq: number; readonly event: AdmittedEvent }
  /** Everything at or before `watermarkMs` has arrived, as far as anyone can tell. Infinity ends a file. */
  | { readonly kind: 'watermark'; readonly seq: number; readonly watermarkMs: number }
  | { readonly kind: 'policy'; readonly seq: number; readonly policy: Policy }
  | DetectorSwitch;

/** A detector is turned off (a watchdog ended it) or on again (somebody decided so). */
export interface DetectorSwitch {
  readonly kind: 'detector';
  readonly seq: number;
  readonly detector: string;
  readonly on: boolean;
  /** Wall clock, for people: order is `seq`'s. */
  readonly atMs: number;
  /** For people: what it did, or why it may run again. */
  readonly reason: string;
  /** Key of an API user, or `watchdog`. */
  readonly by: string;
}

/**
 * Stands beside every event that is applied, so that one over which a process ends has a name. False from `begin`:
 * it did, and the event stays in the log without being applied.
 */
export interface EventWatch {
  begin(seq: number, event: AdmittedEvent): boolean;
  end(): void;
  /** Instead of `end`: applying it threw, and the process cannot go on. */
  fault(seq: number, event: AdmittedEvent): void;
}

/** What changed. Chains, hops and actions are whole new states; the highest version wins. */
export interface EngineOutput {
  readonly chains: readonly Chain[];
  readonly hops: readonly Hop[];
  readonly actions: readonly Action[];
  readonly findings: readonly LiveFinding[];
}

/** Correlation and detection together: pure and deterministic, no I/O, no clock, no randomness. */
export interface Engine {
  /** Applies records in log order and reports what they changed since the last call. */
  apply(records: readonly LogRecord[]): EngineOutput;
  readonly watermarkMs: number;
  /** True while something is provisional: the watermark's next step will settle it. */
  readonly waiting: boolean;
  readonly stats: EngineStats;
}

export interface EngineStats {
  readonly events: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly lateEvents: number;
  readonly liveChains: number;
  readonly liveTokens: number;
  readonly evictedChains: number;
  readonly uncorrelated: number;
}
