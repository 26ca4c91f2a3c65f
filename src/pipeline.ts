import type { AlertBook } from './alert/index.ts';
import type { Hop } from './domain/chain.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { LiveFinding } from './domain/finding.ts';
import type { AlertChanges, Notice } from './domain/notice.ts';
import type { ChainStore, PositionStore } from './domain/ports.ts';
import type { RecallStore } from './domain/recall.ts';
import type { Engine, EngineOutput, LogRecord } from './domain/record.ts';
import { BATCH_RECORDS_MAX, createRecordQueue } from './record-queue.ts';
import type { Slices } from './slices.ts';

export interface PipelineOptions {
  readonly engine: Engine;
  readonly alerts: AlertBook;
  readonly store: ChainStore & PositionStore & RecallStore;
  /**
   * Makes whatever must leave because of these changes durable: what changed, and the hops that did; none of what an
   * earlier process has done. The hops can be read; nothing may leave before `rows`, when the rest can be read too.
   */
  readonly respond: (changes: AlertChanges, hops: readonly Hop[], rows: Promise<void>) => Promise<void>;
  /** Offset up to which an earlier process finished: behind it only memory is rebuilt. */
  readonly handledSeq: number;
  /** Where the batch ended that an earlier process began last; behind `handledSeq` when it finished that one too. */
  readonly begunSeq: number;
  /** Offset that the engine was restored at; 0 for an engine that starts from nothing. */
  readonly checkpointSeq: number;
  /** Records between two checkpoints: what a restart replays at most, beside the batch that was under way. */
  readonly checkpointRecords?: number;
  /** Runs the engine so that who asks it something need not wait for the end of a batch. */
  readonly slices: Slices;
  readonly sleep: (ms: number) => Promise<void>;
  /** Going on is pointless: the engine failed, or the store refuses for good what it wrote. */
  readonly onFatal: (error: unknown) => void;
  readonly observer?: PipelineObserver;
}

export interface PipelineObserver {
  applied(records: number, durationMs: number): void;
  /** One round of look-ups was answered. */
  recalled(lookups: number): void;
  found(findings: readonly LiveFinding[]): void;
  /** Notices of changes that no earlier process handled. */
  announced(notices: readonly Notice[]): void;
  /** Exceptions that they carry for the first time. */
  excepted(excepted: AlertChanges['excepted']): void;
  retried(error: unknown): void;
}

export interface Pipeline {
  /** Rebuilds memory from what an earlier process finished, and finishes what it did not. */
  replay(log: AsyncIterable<readonly LogRecord[]>): Promise<void>;
  /** Takes records in log order; resolves at once, or when the backlog is small again. */
  offer(records: readonly LogRecord[]): Promise<void>;
  /** Resolves when everything offered is done. */
  drained(): Promise<void>;
  stop(): Promise<void>;
  readonly pressure: PipelinePressure;
}

/** What waits for detection, and what detection waits for. */
export interface PipelinePressure {
  readonly records: number;
  readonly chars: number;
  /** For how long the store, refusing or silent, has not taken what a batch caused; 0 while it does. */
  readonly stuckMs: number;
}

interface Persisting {
  readonly sinceMs: number;
  isRefused: boolean;
}

/** Stages' names of their places in the log: what is finished, and the end of the batch that was begun last. */
const HANDLED = 'detect';
const BEGUN = 'detect-begun';
const CHECKPOINT = 'detect-checkpoint';
const CHECKPOINT_RECORDS = 20_000;
/** A write that takes longer is stuck, whatever it will end with. */
const STUCK_MS = 2_000;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

/** Log records through the engine into chains, alerts and responses; a batch is done when all of it is durable. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { engine, alerts, store, observer, checkpointRecords = CHECKPOINT_RECORDS } = options;
  const backlog = createRecordQueue();
  let running: Promise<void> | undefined;
  let stopped = false;
  /** What the store has been given and has not taken yet. */
  const persisting = new Set<Persisting>();
  let belowLimit: (() => void)[] = [];
  let checkpointSeq = options.checkpointSeq;
  /** Up to here everything is applied and durable; a state beyond it must not be written down. */
  let doneSeq = options.checkpointSeq;
  /** Up to here something may be applied: more than is done, while a batch is under way or after it failed. */
  let underWaySeq = options.checkpointSeq;

  async function run(): Promise<void> {
    // Whoever offers in this turn shares the batch.
    await Promise.resolve();
    try {
      while (backlog.records > 0 && !stopped) {
        await handle(backlog.take());
        if (!backlog.full) release();
      }
    } catch (error) {
      // What a stop interrupts is left to the next process.
      if (!stopped) options.onFatal(error);
      stopped = true;
      release();
    }
    // In the same turn as the last look at the backlog: whoever offers later finds nobody at work and begins anew.
    running = undefined;
  }

  function release(): void {
    for (const resume of belowLimit) resume();
    belowLimit = [];
  }

  async function handle(batch: readonly LogRecord[]): Promise<void> {
    const seq = batch.at(-1)?.seq ?? 0;
    const isNew = seq > options.handledSeq;
    // Before anything of the batch is written; it may end without a trace, and its end is no more than a cut.
    const begun = isNew ? persist(() => store.writePosition(BEGUN, seq)) : undefined;
    await Promise.all([begun, recall(batch)]);
    underWaySeq = seq;
    const { value: output, workedMs } = await options.slices(engine.applying(batch));
    observer?.applied(batch.length, workedMs);
    observer?.found(output.findings);
    alerts.remember(output.remembered);
    const forgotten = alerts.forgotten(output.findings);
    if (forgotten.length > 0) alerts.recall(await persist(() => store.standingAlerts(forgotten)));
    const changes = alerts.apply(output.findings);
    if (!isNew) {
      await options.respond(changes, [], Promise.resolve());
      return;
    }
    observer?.announced(changes.notices);
    observer?.excepted(changes.excepted);
    await persist(() => store.writeHops(output.hops));
    const rows = persist(() => write(output, changes));
    await Promise.all([rows, persist(() => options.respond(changes, output.hops, rows))]);
    await persist(() => store.writePosition(HANDLED, seq));
    doneSeq = seq;
    if (doneSeq - checkpointSeq >= checkpointRecords) await checkpoint();
  }

  /** Brings back what the batch needs and memory has let go. */
  async function recall(batch: readonly LogRecord[]): Promise<void> {
    const beforeSeq = batch[0]?.seq ?? 0;
    let lookups = engine.missing(batch);
    while (lookups.length > 0) {
      const asked = lookups;
      lookups = engine.recall(await persist(() => store.recall(asked, beforeSeq)));
      observer?.recalled(asked.length);
    }
  }

  /** Writes down what the engine remembers of the stream; a restart begins here. */
  async function checkpoint(): Promise<void> {
    const seq = doneSeq;
    const rows = engine.takeState(seq);
    await persist(() => store.writeState(rows));
    await persist(() => store.writePosition(CHECKPOINT, seq));
    checkpointSeq = seq;
  }

  async function write({ chains, actions, filings }: EngineOutput, changes: AlertChanges): Promise<void> {
    await Promise.all([
      store.writeAlerts(changes.alerts),
      store.writeIncidents(changes.incidents),
      store.writeChains(chains),
      store.writeActions(actions),
      store.fileEvents(filings),
    ]);
  }

  /**
   * Whether a replay has to handle two records in different batches. What a batch says is what changed since the
   * one before, so an unfinished batch is told again exactly: rows that its first telling left behind would
   * otherwise never be taken back, when what they say has come and gone within a larger batch.
   */
  function parted(seq: number, laterSeq: number): boolean {
    return [options.handledSeq, options.begunSeq].some((end) => seq <= end && laterSeq > end);
  }

  /** The same rows again until the store has them. What it refuses for good is the process's end, not silence. */
  async function persist<T>(attempt: () => Promise<T>): Promise<T> {
    const mine: Persisting = { sinceMs: performance.now(), isRefused: false };
    persisting.add(mine);
    try {
      for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
        try {
          return await attempt();
        } catch (error) {
          if (!(error instanceof ChainwardenError && error.retriable) || stopped) throw error;
          mine.isRefused = true;
          observer?.retried(error);
          await options.sleep(delayMs);
        }
      }
    } finally {
      persisting.delete(mine);
    }
  }

  return {
    async replay(log) {
      let batch: LogRecord[] = [];
      for await (const records of log) {
        for (const record of records) {
          const [first] = batch;
          if (first !== undefined && (batch.length >= BATCH_RECORDS_MAX || parted(first.seq, record.seq))) {
            await handle(batch);
            batch = [];
          }
          batch.push(record);
        }
      }
      if (batch.length > 0) await handle(batch);
    },
    async offer(records) {
      // The log has them: what is not handled now is handled by the next process.
      if (stopped) return;
      backlog.add(records);
      running ??= run();
      if (!backlog.full) return;
      await new Promise<void>((resolve) => belowLimit.push(resolve));
    },
    async drained() {
      while (running !== undefined) await running;
    },
    async stop() {
      stopped = true;
      release();
      await running;
      if (doneSeq === underWaySeq && doneSeq > checkpointSeq) {
        await checkpoint().catch((error: unknown) => observer?.retried(error));
      }
    },
    get pressure() {
      const { records, chars } = backlog;
      const nowMs = performance.now();
      const stuckMs = [...persisting]
        .filter(({ sinceMs, isRefused }) => isRefused || nowMs - sinceMs > STUCK_MS)
        .map(({ sinceMs }) => nowMs - sinceMs);
      return { records, chars, stuckMs: Math.max(0, ...stuckMs) };
    },
  };
}

/** How far detection came before this process: the pipeline's place in the log. */
export async function readProgress(
  store: PositionStore,
): Promise<Pick<PipelineOptions, 'handledSeq' | 'begunSeq' | 'checkpointSeq'>> {
  const [handledSeq, begunSeq, checkpointSeq] = await Promise.all([
    store.readPosition(HANDLED),
    store.readPosition(BEGUN),
    store.readPosition(CHECKPOINT),
  ]);
  return { handledSeq, begunSeq, checkpointSeq };
}

/**
 * Puts an engine where an earlier process wrote it down: the stream's state as of the checkpoint, and by name
 * whatever is not in memory and may change without a further event. The rest comes back when it is named.
 */
export async function restoreEngine(
  engine: Engine,
  store: RecallStore,
  { handledSeq }: Pick<PipelineOptions, 'handledSeq'>,
): Promise<void> {
  engine.restore(await store.readState());
  const graceMs = engine.policy.clocks.latenessSeconds * 1000;
  engine.park(await store.unsettled(engine.watermarkMs - graceMs, handledSeq));
}
