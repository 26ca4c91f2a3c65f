import type { Pausing } from './domain/pausing.ts';

/** Without a pause. */
export function atOnce<T>(work: Pausing<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

export interface Sliced<T> {
  readonly value: T;
  /** What the work took itself, without what came in between. */
  readonly workedMs: number;
}

export type Slices = <T>(work: Pausing<T>) => Promise<Sliced<T>>;

export interface SlicesOptions {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Resolves when everybody else who waits for the event loop has had a turn. */
  readonly turn: () => Promise<void>;
  readonly sliceMs?: number;
}

/** Who comes in between waits this long for each of his turns; a turn itself costs some microseconds. */
const SLICE_MS = 2;

/** Runs work a slice at a time, so that nobody has to wait for the end of all of it. */
export function createSlices({ now, turn, sliceMs = SLICE_MS }: SlicesOptions): Slices {
  return async (work) => {
    let workedMs = 0;
    for (;;) {
      const beganMs = now();
      const untilMs = beganMs + sliceMs;
      let step = work.next();
      while (step.done !== true && now() < untilMs) step = work.next();
      workedMs += now() - beganMs;
      if (step.done === true) return { value: step.value, workedMs };
      await turn();
    }
  };
}
