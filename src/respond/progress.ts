import type { Response } from '../domain/response.ts';
import type { Outcome } from './attempt.ts';

/**
 * The next row of a response after an attempt to carry it out. Undefined when the newest row says it already: the
 * same outcome is told again after a crash.
 */
export function afterOutcome(response: Response, { entry, atMs }: Outcome): Response | undefined {
  const next: Response = {
    ...response,
    ...told[entry.state](entry.lastError, entry.nextAttemptMs),
    attempt: Math.max(response.attempt, entry.attempts),
    // Rows of one response are told apart, and ordered, by their time.
    atMs: Math.max(atMs, response.atMs + 1),
    httpStatus: entry.lastStatus,
  };
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
