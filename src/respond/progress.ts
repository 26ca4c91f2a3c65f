import type { Response } from '../domain/response.ts';
import type { Outcome } from './attempt.ts';
import { nextRow } from './ledger.ts';

/** Whoever proved it first was faster than the note of its delivery. */
const beyond: ReadonlySet<Response['state']> = new Set(['confirmed', 'undone']);

/**
 * The next row of a response after an attempt to carry it out. Undefined when the newest row says it already: the
 * same outcome is told again after a crash. `startedMs`: when its first attempt began, if that is known.
 */
export function afterOutcome(
  response: Response,
  { entry, atMs }: Outcome,
  startedMs: number | undefined,
): Response | undefined {
  if (beyond.has(response.state)) return undefined;
  const next = nextRow(response, atMs, {
    ...told[entry.state](entry.lastError, entry.nextAttemptMs),
    attempt: Math.max(response.attempt, entry.attempts),
    httpStatus: entry.lastStatus,
    ...(entry.attempts > 0 ? { firstAttemptMs: response.firstAttemptMs ?? startedMs ?? atMs } : {}),
    ...(entry.state === 'delivered' ? { acceptedMs: atMs } : {}),
  });
  const same =
    next.state === response.state && next.attempt === response.attempt && next.reason === response.reason;
  return same ? undefined : next;
}

type Told = Pick<Response, 'state' | 'reason'>;

const told = {
  delivered: (): Told => ({ state: 'accepted', reason: 'the receiver took it; that is not yet proof' }),
  dead: (error: string): Told => ({ state: 'failed', reason: error }),
  pending: (error: string, nextMs: number): Told => ({
    state: 'requested',
    reason: `${error}; next attempt at ${new Date(nextMs).toISOString()}`,
  }),
};
