import { Worker } from 'node:worker_threads';
import type { Verdict } from './seed.ts';

export interface RunOptions {
  /** Path of a bundle. */
  readonly bundle: string;
  readonly seeds: Iterable<number>;
  readonly threads: number;
  /** Told of each verdict; `false` ends the run. */
  readonly onVerdict: (verdict: Verdict) => boolean;
  readonly onTrace?: (line: string) => void;
}

/** A world makes garbage fast: with V8's small nursery half of the time goes into collecting it. */
const YOUNG_MB = 64;

/** Runs seeds in threads until there are none left, or until `onVerdict` has seen enough. */
export async function runSeeds(options: RunOptions): Promise<void> {
  const seeds = options.seeds[Symbol.iterator]();
  let enough = false;
  const threads = Array.from({ length: options.threads }, () => thread(options.bundle, options.onTrace));
  const work = async (run: (seed: number) => Promise<Verdict>): Promise<void> => {
    for (let next = seeds.next(); !enough && next.done !== true; next = seeds.next()) {
      if (!options.onVerdict(await run(next.value))) enough = true;
    }
  };
  try {
    await Promise.all(threads.map(({ run }) => work(run)));
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

function thread(path: string, onTrace: RunOptions['onTrace']) {
  const worker = new Worker(path, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  const run = (seed: number): Promise<Verdict> =>
    new Promise((resolve, reject) => {
      const take = (message: { verdict?: Verdict; line?: string }): void => {
        if (message.line !== undefined) onTrace?.(message.line);
        if (message.verdict === undefined) return;
        worker.off('message', take);
        worker.off('error', reject);
        resolve(message.verdict);
      };
      worker.on('message', take);
      worker.once('error', reject);
      worker.postMessage({ seed, traced: onTrace !== undefined });
    });
  return { worker, run };
}

export function* range(from: number, to: number): Iterable<number> {
  for (let seed = from; seed <= to; seed += 1) yield seed;
}
