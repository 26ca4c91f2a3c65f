import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, and says which one never came. */
export async function until(
  what: string,
  met: () => boolean | Promise<boolean>,
  msMax = 30_000,
): Promise<void> {
  const deadlineMs = Date.now() + msMax;
  while (!(await met())) {
    if (Date.now() > deadlineMs) throw new Error(`never happened: ${what}`);
    await sleep(20);
  }
}
