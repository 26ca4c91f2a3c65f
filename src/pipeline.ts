import type { AlertBook } from './alert/index.ts';
import type { Action, Chain, Hop } from './domain/chain.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { LiveFinding } from './domain/finding.ts';
import type { AlertChanges } from './domain/notice.ts';
import type { ChainStore, PositionStore } from './domain/ports.ts';
import type { Engine, EngineOutput, LogRecord } from './domain/record.ts';

export interface PipelineOptions {
  readonly engine: Engine;
  readonly alerts: AlertBook;
  readonly store: ChainStore & PositionStore;
  /** Makes whatever must leave because of these changes durable. */
  readonly respond: (changes: AlertChanges) => Promise<void>;
  /** Offset up to which an earlier process finished: behind it only memory is rebuilt. */
  readonly handledSeq: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Going on is pointless: the engine failed, or the store refuses for good what it wrote. */
  readonly onFatal: (error: unknown) => void;
  readonly observer?: PipelineObserver;
}

export interface PipelineObserver {
  applied(records: number, durationMs: number): void;
  found(findings: readonly LiveFinding[]): void;
  retried(error: unknown): void;
}

export interface Pipeline {
  /** Rebuilds memory from records that an earlier process finished. */
  replay(records: readonly LogRecord[]): Promise<void>;
  /** Takes records in log order; resolves at once, or when the backlog is small again. */
  offer(records: readonly LogRecord[]): Promise<void>;
  /** Resolves when everything offered is done. */
  drained(): Promise<void>;
  stop(): Promise<void>;
  readonly backlog: number;
}

const POSITION = 'detect';
const BATCH_RECORDS_MAX = 1_000;
/** Past this many records in wait the log pauses, and with it intake. */
const BACKLOG_RECORDS_MAX = 50_000;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

/** Log records through the engine into chains, alerts and responses; a batch is done when all of it is durable. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { engine, alerts, store, observer } = options;
  let backlog: LogRecord[] = [];
  let running: Promise<void> | undefined;
  let stopped = false;
  let belowLimit: (() => void)[] = [];

  async function run(): Promise<void> {
    // Whoever offers in this turn shares the batch.
    await Promise.resolve();
    try {
      while (backlog.length > 0 && !stopped) {
        const batch = backlog.slice(0, BATCH_RECORDS_MAX);
        backlog = backlog.slice(BATCH_RECORDS_MAX);
        await handle(batch);
        if (backlog.length < BACKLOG_RECORDS_MAX) release();
      }
    } catch (error) {
      stopped = true;
      release();
      options.onFatal(error);
    }
    // In the same turn as the last look at the backlog: whoever offers later finds nobody at work and begins anew.
    running = undefined;
  }

  function release(): void {
    for (const resume of belowLimit) resume();
    belowLimit = [];
  }

  async function handle(batch: readonly LogRecord[]): Promise<void> {
    const startedMs = performance.now();
    const output = engine.apply(batch);
    observer?.applied(batch.length, performance.now() - startedMs);
    observer?.found(output.findings);
    const changes = alerts.apply(output.findings);
    const seq = batch.at(-1)?.seq ?? 0;
    if (seq <= options.handledSeq) {
      await options.respond(changes);
      return;
    }
    await persist(() => write(output, changes));
    await persist(() => options.respond(changes));
    await persist(() => store.writePosition(POSITION, seq));
  }

  async function write(output: EngineOutput, changes: AlertChanges): Promise<void> {
    await writeRows(store, output.chains, output.hops, output.actions);
    if (changes.alerts.length > 0) await store.writeAlerts(changes.alerts);
  }

  /** The same rows again until the store has them. What it refuses for good is the process's end, not silence. */
  async function persist(attempt: () => Promise<void>): Promise<void> {
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ChainwardenError && error.retriable) || stopped) throw error;
        observer?.retried(error);
        await options.sleep(delayMs);
      }
    }
  }

  return {
    async replay(records) {
      for (let at = 0; at < records.length; at += BATCH_RECORDS_MAX) {
        await handle(records.slice(at, at + BATCH_RECORDS_MAX));
      }
    },
    async offer(records) {
      // The log has them: what is not handled now is handled by the next process.
      if (stopped) return;
      backlog.push(...records);
      running ??= run();
      if (backlog.length < BACKLOG_RECORDS_MAX) return;
      await new Promise<void>((resolve) => belowLimit.push(resolve));
    },
    async drained() {
      while (running !== undefined) await running;
    },
    async stop() {
      stopped = true;
      release();
      await running;
    },
    get backlog() {
      return backlog.length;
    },
  };
}

async function writeRows(
  store: ChainStore,
  chains: readonly Chain[],
  hops: readonly Hop[],
  actions: readonly Action[],
): Promise<void> {
  if (actions.length > 0) await store.writeActions(actions);
  if (hops.length > 0) await store.writeHops(hops);
  if (chains.length > 0) await store.writeChains(chains);
}

export { POSITION as DETECT_POSITION };
