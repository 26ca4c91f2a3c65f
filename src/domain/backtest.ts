import type { AlertState } from './alert.ts';
import type { Severity } from './finding.ts';
import type { BacktestLook, ModeChange, ResponseMode } from './mode.ts';
import type { PlanVerdict, StepRole } from './response.ts';

/** A credential that would have lost its authority. */
export interface BacktestStep {
  readonly label: string;
  readonly key: string;
  readonly role: StepRole;
  readonly holder: string | undefined;
  readonly environment: string | undefined;
  /** When it was last used after it would have ended; undefined: never. */
  readonly usedAfterMs: number | undefined;
  /** What it was used for after that: a sample, sorted. */
  readonly targetsAfter: readonly string[];
  /** Why that is production: each in a few words; empty: it is not. */
  readonly production: readonly string[];
}

/** What would have been done about one alert. */
export interface BacktestCase {
  readonly alertId: string;
  readonly chainId: string | undefined;
  readonly title: string;
  readonly severity: Severity;
  /** Event time from which it would have been done. */
  readonly atMs: number;
  readonly verdict: PlanVerdict;
  /** Why no more than that. */
  readonly reasons: readonly string[];
  /** Those of `act` only: the first BACKTEST_STEPS_SHOWN of `stepCount`. */
  readonly steps: readonly BacktestStep[];
  readonly stepCount: number;
  /** What became of the alert. */
  readonly state: AlertState;
  readonly closedReason: string;
  /** A person closed it and said that it was none. */
  readonly wasFalse: boolean;
  readonly wasWithdrawn: boolean;
}

export interface BacktestCounts {
  /** Alerts that were looked at. */
  readonly alerts: number;
  /** Of them: done without a person, left to one, refused. */
  readonly acted: number;
  readonly proposed: number;
  readonly refused: number;
  /** Distinct credentials and holders that would have lost authority. */
  readonly tokens: number;
  readonly holders: number;
  /** Of the credentials: in production, and used after they would have ended. */
  readonly production: number;
  readonly usedAfter: number;
  /** Of the alerts that would have been acted on: closed as false later, and withdrawn. */
  readonly falseActed: number;
  readonly withdrawnActed: number;
  /** Most credentials in one hour. */
  readonly mostInAnHour: number;
}

/** What a detector in `auto` would have done to a tenant in the past. */
export interface Backtest {
  readonly tenant: string;
  readonly id: string;
  readonly detector: string;
  readonly detectorVersion: number;
  readonly madeMs: number;
  readonly by: string;
  readonly keyId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** There were more alerts, or what one reaches was not read to the end. */
  readonly isCut: boolean;
  /** No connector is configured: it is told as if one could end everything. */
  readonly isSupposed: boolean;
  readonly counts: BacktestCounts;
  /** Worst first: what was false, then what hits production, then the rest by time; the first BACKTEST_CASES_MAX. */
  readonly cases: readonly BacktestCase[];
  /** SHA-256 of all this but who made it and when. */
  readonly digest: string;
}

/** What modes and backtests are kept in. */
export interface ModeStore {
  /** The newest change of every detector of every tenant. */
  responseModes(): Promise<readonly ModeChange[]>;
  writeResponseMode(change: ModeChange): Promise<void>;
  writeBacktest(backtest: Backtest): Promise<void>;
  backtest(tenant: string, id: string): Promise<Backtest | undefined>;
  writeBacktestLook(look: BacktestLook): Promise<void>;
  /** Who has opened one, oldest first. */
  backtestLooks(tenant: string, backtestId: string): Promise<readonly BacktestLook[]>;
}

/** Says what a detector would have done. */
export interface Backtests {
  run(of: {
    readonly tenant: string;
    readonly detector: string;
    readonly detectorVersion: number;
    readonly by: string;
    readonly keyId: string;
  }): Promise<Backtest>;
  /** The backtest, and everybody who has opened it: from now on whoever asks among them. */
  open(look: Omit<BacktestLook, 'atMs'>): Promise<OpenedBacktest | undefined>;
}

export interface OpenedBacktest {
  readonly backtest: Backtest;
  readonly looks: readonly BacktestLook[];
}

/** In which mode detectors are, and who may change it. */
export interface Modes {
  /** Of the configuration: no detector does more. */
  readonly most: ResponseMode;
  /** The lesser of the detector's own, which is `propose` until something else is said, and `most`. */
  modeOf(tenant: string, detector: string): ResponseMode;
  /** What was said last; undefined when nobody has said anything. */
  lastChange(tenant: string, detector: string): ModeChange | undefined;
  /** Resolves when it is durable and audited. Rejects with CONFLICT where it may not be so. */
  change(change: Omit<ModeChange, 'atMs'>): Promise<ModeChange>;
}
