import type { LinkLevel } from './chain.ts';
import type { EventOf } from './event/index.ts';
import type { Severity } from './finding.ts';

/** What a caller is about to do, as it would be reported once it is done. */
export type StepData = EventOf<'tool.invoked'> | EventOf<'api.called'>;

/** May this chain take this next step? */
export interface StepQuestion {
  readonly tenant: string;
  /** Wall clock of the question: the step is judged as taken now. */
  readonly atMs: number;
  /** Names the credential, the transaction and the approval that the step would rest on. */
  readonly data: StepData;
}

/** Facts about the credential first, then what detectors say. `tombstoned`: we have ordered its end, or a parent's. */
export const objectionCodes = [
  'denied',
  'revoked',
  'tombstoned',
  'expired',
  'standing-alert',
  'would-alert',
] as const;
export type ObjectionCode = (typeof objectionCodes)[number];

/** One thing that speaks against a step. */
export interface Objection {
  readonly code: ObjectionCode;
  readonly severity: Severity;
  /** One sentence. */
  readonly says: string;
  /**
   * Nothing that may still arrive takes it back, and every link that it rests on is at levels 1 to 3. What is not firm
   * stops a step only where policy wants doubts to.
   */
  readonly firm: boolean;
  /** Key of the token that it is about. */
  readonly key: string | undefined;
  readonly detector?: string;
  readonly fact?: string;
  /** Weakest link between the step and what it is about. */
  readonly level?: LinkLevel;
  /** The alert that it is, or would be a part of. */
  readonly alertId?: string;
}

/** How a question is to be answered. */
export interface Asking {
  /** Alerts below it are no reason. */
  readonly minSeverity: Severity;
  /** True once time is up: what was found by then is said. */
  isLate(): boolean;
  /** People closed the alert: it is no reason any more. */
  isClosed(alertId: string): boolean;
}

/** What the engine knows that speaks against a step. */
export interface Foresight {
  /** False: neither the credential nor the transaction is in memory, or what is known of it is just coming back. */
  readonly known: boolean;
  readonly chainId: string | undefined;
  readonly objections: readonly Objection[];
  /** Detectors that could not say anything, because they threw. */
  readonly failed: readonly string[];
}

export interface StepDecision {
  readonly allowed: boolean;
  /** `clear`: nothing speaks against it. */
  readonly reason: StepReason;
  readonly chainId: string | undefined;
  /** Heaviest first; of an allowed step those that did not suffice. */
  readonly objections: readonly Objection[];
}

export const stepReasons = [...objectionCodes, 'clear', 'doubt', 'unknown', 'late', 'failed'] as const;
/** `doubt`: what speaks against it is not firm. `late`, `failed`: no answer was found in time, or at all. */
export type StepReason = (typeof stepReasons)[number];

/** Answers whether steps may be taken. Never rejects. */
export interface StepDecisions {
  decide(question: StepQuestion): Promise<StepDecision>;
}
