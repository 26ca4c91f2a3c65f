import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns early when the signal says so. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Doubles with every attempt from 0. No jitter: there is one of us per partition, not a crowd. */
export function backoffMs(attempt: number, msMin: number, msMax: number): number {
  return Math.min(msMax, msMin * 2 ** Math.min(attempt, 30));
}

/** Resolves `ms` after the signal was given; never before, and never when it is not. `cancel` frees the timer. */
export function graceAfter(signal: AbortSignal, ms: number): { over: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let begin = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    begin = () => {
      timer = setTimeout(resolve, ms);
    };
  });
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    over,
    cancel: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}
