import { parentPort } from 'node:worker_threads';
import { createSimulation } from './seed.ts';

/** Runs in a thread: a seed comes in, its verdict goes out. */
const simulate = createSimulation();

parentPort?.on('message', ({ seed, traced }: { readonly seed: number; readonly traced: boolean }) => {
  const trace = (line: string): void => parentPort?.postMessage({ line });
  simulate(seed, traced ? { trace } : {}).then(
    (verdict) => parentPort?.postMessage({ verdict }),
    (error: unknown) => {
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const nothing = { events: 0, crashes: 0, lateJoins: 0, messages: 0, recalled: 0, steps: 0 };
      parentPort?.postMessage({ verdict: { seed, problems: [`it broke: ${problem}`], ...nothing } });
    },
  );
});
