import type { ResponseStore } from '../domain/ports.ts';
import type { Response } from '../domain/response.ts';
import { findPlans } from './decide.ts';
import { byKey, type Ledger, nextRow } from './ledger.ts';
import { keyOf } from './rows.ts';
import type { Clock, Log, Timer } from './types.ts';

/** Before the store is asked again when it did not answer. */
const RETRY_MS = 30_000;
/** Node's timers hold 31 bits. */
const WAIT_MS_MAX = 86_400_000;

export interface Expiry {
  /** Ends what is over by now; resolves with how many responses that were. */
  look(): Promise<number>;
  /** Rows were written: those that are proposed will be over some time. */
  expect(rows: readonly Response[]): void;
  stop(): void;
}

export interface ExpiryOptions {
  readonly store: Pick<ResponseStore, 'standingResponses' | 'findPlans'>;
  readonly ledger: Ledger;
  readonly approvalMinutes: number;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

/** Proposals end when nobody has decided about them in time. */
export function createExpiry({ store, ledger, approvalMinutes, clock, timer, log }: ExpiryOptions): Expiry {
  let cancelTimer: (() => void) | undefined;
  let nextMs = Number.POSITIVE_INFINITY;
  let stopped = false;

  function wakeAt(atMs: number): void {
    if (stopped || atMs >= nextMs) return;
    cancelTimer?.();
    nextMs = atMs;
    cancelTimer = timer(wake, Math.min(Math.max(0, atMs - clock()), WAIT_MS_MAX));
  }

  function wake(): void {
    nextMs = Number.POSITIVE_INFINITY;
    look().catch((error: unknown) => {
      log.warn({ err: error }, 'proposals could not be ended');
      wakeAt(clock() + RETRY_MS);
    });
  }

  async function look(): Promise<number> {
    const proposed = await store.standingResponses(['proposed']);
    const plans = byKey(await findPlans(store, proposed));
    const nowMs = clock();
    const over: Response[] = [];
    for (const row of proposed) {
      const plan = row.action === 'undo' ? undefined : plans.get(keyOf({ ...row, id: row.planId }));
      const endMs = plan?.expiresMs ?? ownEndOf(row);
      if (nowMs >= endMs) over.push(row);
      else wakeAt(endMs);
    }
    const ended = await ledger.change(over, (row) =>
      row.state === 'proposed'
        ? nextRow(row, clock(), { state: 'expired', reason: 'nobody decided in time' })
        : undefined,
    );
    return ended.length;
  }

  function ownEndOf({ atMs }: Response): number {
    return atMs + approvalMinutes * 60_000;
  }

  return {
    look,
    expect(rows) {
      for (const row of rows) if (row.state === 'proposed') wakeAt(ownEndOf(row));
    },
    stop() {
      stopped = true;
      cancelTimer?.();
    },
  };
}
