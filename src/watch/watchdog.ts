import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { type Board, createBoard } from './board.ts';
import type { Orders } from './worker.ts';

/** One evaluation takes microseconds; five seconds are no slow machine and no collection of garbage. */
const BUDGET_MS = 5_000;
const SUSPECT_MS = 250;
const POLL_MS_MAX = 100;

/**
 * Bytes that one evaluation may take: half a gigabyte is more than any needs. At most a quarter of the heap, whose end
 * would end the process as well, and name nobody.
 */
function growthBytesMax(): number {
  return Math.min(512 * 2 ** 20, getHeapStatistics().heap_size_limit / 4);
}

export interface WatchdogOptions {
  /** Ids by the number under which `Board.detector` names them. */
  readonly detectors: readonly string[];
  /** File of the data folder that outlives the process. */
  readonly journal: string;
  readonly budgetMs?: number;
  readonly growthBytes?: number;
  readonly suspectMs?: number;
  /** The watching thread is gone; from now on nobody ends what does not come back. */
  readonly onLost: (error: unknown) => void;
}

export interface Watchdog extends Board {
  /** Ends the watch; nothing is ended by it any more. */
  close(): Promise<void>;
}

/** Starts the watching thread; resolves when it watches. It does not keep the process alive. */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const board = createBoard();
  const budgetMs = options.budgetMs ?? BUDGET_MS;
  const suspectMs = Math.min(options.suspectMs ?? SUSPECT_MS, budgetMs);
  const pollMs = Math.min(POLL_MS_MAX, budgetMs / 5, suspectMs / 2);
  const orders: Orders = {
    memory: board.memory,
    detectors: options.detectors,
    journal: options.journal,
    limits: {
      budgetMs,
      growthBytes: options.growthBytes ?? growthBytesMax(),
      suspectMs,
      lookMsMax: pollMs * 3,
    },
    pollMs,
  };
  const worker = new Worker(...programOf(orders));
  await once(worker, 'message');
  const over = once(worker, 'exit').catch(() => undefined);
  worker.on('error', options.onLost);
  worker.unref();
  return {
    ...board,
    async close() {
      worker.ref();
      board.stop();
      await over;
    },
  };
}

/** The thread runs the file beside this one, as it was built; as it is written, with the loader that reads that. */
function programOf(workerData: Orders): ConstructorParameters<typeof Worker> {
  const { url } = import.meta;
  if (!url.endsWith('.ts')) return [new URL('./worker.js', url), { workerData }];
  const loader = createRequire(url).resolve('tsx/cjs');
  const program = fileURLToPath(new URL('./worker.ts', url));
  const load = [loader, program].map((path) => `require(${JSON.stringify(path)});`).join(' ');
  return [load, { workerData, eval: true }];
}
