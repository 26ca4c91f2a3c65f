import type { Action, Chain, Hop } from './chain.ts';
import type { AdmittedEvent } from './event/index.ts';
import type { LiveFinding } from './finding.ts';
import type { Pausing } from './pausing.ts';
import type { PolicyDocument } from './policy/document.ts';
import type { Policy } from './policy.ts';
import type { Filing, Lookup, Recalled, StateRow } from './recall.ts';
import type { Asking, Foresight, StepQuestion } from './step.ts';

/** One record of the ordered log. Whatever can change a finding is one of these. */
export type LogRecord =
  | { readonly kind: 'event'; readonly seq: number; readonly event: AdmittedEvent }
  /** Everything at or before `watermarkMs` has arrived, as far as anyone can tell. Infinity ends a file. */
  | { readonly kind: 'watermark'; readonly seq: number; readonly watermarkMs: number }
  | PolicyRecord
  | DetectorSwitch
  | ForeignSpeech;

/**
 * A publisher spoke for an issuer that is not its own and was refused. What it said is a dead letter, and not in the
 * log; that it said so may be the first sign of a stolen key.
 */
export interface ForeignSpeech {
  readonly kind: 'foreign';
  readonly seq: number;
  readonly tenant: string;
  readonly publisher: string;
  readonly issuer: string;
  /** Wall clock of the refusal: what a refused event says of its time is only said. */
  readonly atMs: number;
}

/** From here on this policy judges. */
export interface PolicyRecord {
  readonly kind: 'policy';
  readonly seq: number;
  /** All of it, defaults included: what is read back is what judged, whatever the defaults are then. */
  readonly policy: Policy;
  /** Absent in records of before there were documents. */
  readonly document?: PolicyDocument | undefined;
}

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
  /** Findings of what was recalled, as they stood before: known already, nobody is told. */
  readonly remembered: readonly LiveFinding[];
  /** Under which names the events are found again. */
  readonly filings: readonly Filing[];
}

/** Correlation and detection together: pure and deterministic, no I/O, no clock, no randomness. */
export interface Engine {
  /**
   * Applies records in log order and returns what they changed since the last call. It pauses wherever `foresee` may
   * be asked; for anything else it has to be run to its end first.
   */
  applying(records: readonly LogRecord[]): Pausing<EngineOutput>;
  /** The same without a pause. */
  apply(records: readonly LogRecord[]): EngineOutput;
  /**
   * What has to be recalled before these records may be applied; to be asked of everything before the first of
   * them. An engine that is never asked has to hold everything in memory.
   */
  missing(records: readonly LogRecord[]): readonly Lookup[];
  /** Takes in an answer; returns what that makes it ask next. */
  recall(found: Recalled): readonly Lookup[];
  /** Keys of what is provisional although it is not in memory: recalled when the watermark moves. */
  park(keys: readonly { readonly tenant: string; readonly key: string }[]): void;
  /** Parts of its memory of the stream that changed since the last call, after the record at `seq`. */
  takeState(seq: number): readonly StateRow[];
  /** Reads them back, before the first record. */
  restore(rows: readonly StateRow[]): void;
  /**
   * What speaks against a step that has not been taken. To be asked between two calls, or at a pause: then what was
   * applied counts, and what detectors have said of it so far. Nothing changes by it.
   */
  foresee(question: StepQuestion, asking?: Asking): Foresight;
  readonly watermarkMs: number;
  /** In force after the last record. */
  readonly policy: Policy;
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
  readonly liveEvents: number;
  readonly evictedChains: number;
  /** Provisional chains that left memory. */
  readonly parkedChains: number;
  readonly recalledEvents: number;
  /** Recalls that a bound ended. */
  readonly recallsCut: number;
  readonly uncorrelated: number;
}
