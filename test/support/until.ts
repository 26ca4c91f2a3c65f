import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS_MIN = 20;
/** Slow enough for the API's limit of reads per key, however long the wait. */
const PAUSE_MS_MAX = 250;

/** Waits for a condition, and says which one never came. */
export async function until(
  what: string,
  met: () => boolean | Promise<boolean>,
  msMax = 30_000,
): Promise<void> {
  const deadlineMs = Date.now() + msMax;
  for (let pauseMs = PAUSE_MS_MIN; !(await met()); pauseMs = Math.min(pauseMs * 1.2, PAUSE_MS_MAX)) {
    if (Date.now() > deadlineMs) throw new Error(`never happened: ${what}`);
    await sleep(pauseMs);
  }
}
