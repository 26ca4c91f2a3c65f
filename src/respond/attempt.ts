import type { OutboxEntry } from '../domain/response.ts';
import { judge } from './schedule.ts';
import type { Attempt, Log } from './types.ts';

/** A new state of an entry, and when it came about. */
export interface Outcome {
  readonly entry: OutboxEntry;
  readonly atMs: number;
}

/** What one attempt makes of its entry, and of the endpoint. */
export function afterAttempt(
  entry: OutboxEntry,
  attempt: Attempt,
  nowMs: number,
  random: () => number,
): { readonly outcome: Outcome; readonly gone: boolean; readonly pauseUntilMs: number } {
  const attempts = entry.attempts + 1;
  const verdict = judge({ responseId: entry.responseId, attempts }, attempt, nowMs, random);
  const waits = verdict.state === 'pending';
  return {
    outcome: {
      atMs: nowMs,
      entry: {
        ...entry,
        state: verdict.state,
        attempts,
        nextAttemptMs: waits ? verdict.nextAttemptMs : entry.nextAttemptMs,
        lastStatus: attempt.kind === 'answered' ? attempt.status : 0,
        lastError: verdict.error,
        ...(attempt.kind === 'answered' && attempt.receipt !== undefined ? { receipt: attempt.receipt } : {}),
        version: entry.version + 1,
      },
    },
    gone: verdict.state === 'dead' && verdict.gone,
    pauseUntilMs: waits ? (verdict.pauseUntilMs ?? 0) : 0,
  };
}

/** The end of an entry without an attempt. */
export function refusal(entry: OutboxEntry, reason: string, nowMs: number): Outcome {
  return {
    atMs: nowMs,
    entry: { ...entry, state: 'dead', lastStatus: 0, lastError: reason, version: entry.version + 1 },
  };
}

export function report(log: Log, entry: OutboxEntry): void {
  const { id, endpoint, type, attempts, lastStatus: status, lastError: error } = entry;
  const detail = { id, endpoint, type, attempts, status, error };
  if (entry.state === 'delivered') log.info(detail, 'message delivered');
  else if (entry.state === 'dead') log.error(detail, 'message is dead');
  else log.warn(detail, 'message will be tried again');
}
