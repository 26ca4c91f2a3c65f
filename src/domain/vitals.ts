/** How the process is doing, of all tenants together: nothing in it names what any of them told. */
export interface Vitals {
  readonly time: {
    /** Event time at or before which everything has arrived, as far as anyone can tell; undefined: none yet. */
    readonly watermarkMs: number | undefined;
    /** What it waits for: a publisher (`http/<name>`) or a partition, and why; undefined: nothing. */
    readonly holder: { readonly partition: string; readonly why: string } | undefined;
    /** Publishers and partitions by state. */
    readonly sources: Readonly<Record<string, number>>;
  };
  readonly log: {
    readonly queuedEvents: number;
    readonly queuedChars: number;
    /** Since when the store has not taken what the log writes; undefined: it does. */
    readonly stuckSinceMs: number | undefined;
    /** Since when the log waits for detection; undefined: it does not. */
    readonly pausedSinceMs: number | undefined;
  };
  readonly detection: {
    readonly backlogRecords: number;
    readonly backlogChars: number;
    readonly stuckMs: number;
    readonly liveChains: number;
    readonly liveTokens: number;
    readonly parkedChains: number;
    readonly evictedChains: number;
    /** Events that hang on nothing. */
    readonly uncorrelated: number;
  };
  /** Absent without brokers. */
  readonly kafka:
    | {
        readonly state: string;
        readonly restarts: number;
        readonly rebalances: number;
        readonly partitions: readonly {
          readonly topic: string;
          readonly partition: number;
          readonly lag: number;
        }[];
      }
    | undefined;
  /** What each detector took since the start, and how often it threw. */
  readonly detectors: readonly {
    readonly detector: string;
    readonly evaluations: number;
    readonly ms: number;
    readonly faults: number;
  }[];
}
