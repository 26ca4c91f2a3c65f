import { createHeap } from '../../src/evaluate/world/heap.ts';

/** Virtual time: everything that happens in a simulated world happens in here, one thing after another. */
export interface VirtualTime {
  readonly nowMs: number;
  /** Things that have happened. */
  readonly steps: number;
  /** Runs once after `ms`; the function returned cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Goes on until nothing is left to happen, or until `stepsMax` things have. Returns false in the latter case. */
  run(stepsMax: number): Promise<boolean>;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export function createVirtualTime(startMs: number): VirtualTime {
  const due = createHeap<Due>((a, b) => a.atMs - b.atMs || a.order - b.order);
  let nowMs = startMs;
  let order = 0;
  let steps = 0;

  return {
    get nowMs() {
      return nowMs;
    },
    get steps() {
      return steps;
    },
    after(ms, run) {
      order += 1;
      const entry: Due = { atMs: nowMs + Math.max(0, ms), order, run };
      due.push(entry);
      return () => {
        entry.run = undefined;
      };
    },
    async run(stepsMax) {
      for (let next = due.pop(); next !== undefined; next = due.pop()) {
        if (next.run === undefined) continue;
        if (steps >= stepsMax) return false;
        steps += 1;
        nowMs = next.atMs;
        next.run();
        // Whatever the code under test does with promises is over before anything else happens.
        await settled();
      }
      return true;
    },
  };
}

/** Resolves when every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
