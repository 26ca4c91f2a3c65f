import type { OutboxEntry } from '../domain/response.ts';
import type { Attempt } from './types.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits between attempts as Standard Webhooks suggests them, from the second one on: 75 hours in all. */
const standardMs = [
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;
/** What fails for a moment only, a restart or a full queue, must not keep a page for five minutes. */
const noticeMs = [1 * second, 5 * second, 30 * second, ...standardMs] as const;
/** A revocation races an attacker: it is tried five times in the first minute. */
const revokeMs = [1 * second, 3 * second, 10 * second, 30 * second, ...standardMs] as const;

/** No receiver may postpone a message further than the longest wait of the schedule. */
const RETRY_AFTER_MS_MAX = 24 * hour;
/** Nor a revocation as long: what it is to end works meanwhile. Most rate limits count by the minute. */
const REVOKE_PAUSE_MS_MAX = 15 * minute;
/** Waits grow by up to this part, so that what failed together does not come back together. */
const JITTER = 0.2;

/** Statuses by which a receiver asks for less, and may say until when. */
const throttling: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export type Verdict =
  | { readonly state: 'delivered'; readonly error: '' }
  | {
      readonly state: 'pending';
      readonly error: string;
      readonly nextAttemptMs: number;
      /** The receiver asked for a pause: nothing goes to it before. */
      readonly pauseUntilMs: number | undefined;
    }
  | {
      readonly state: 'dead';
      readonly error: string;
      /** 410: the receiver wants no more of anything. */
      readonly gone: boolean;
    };

/** As much of a message as decides when it is tried again. `attempts` counts the one that was just made. */
type Tried = Pick<OutboxEntry, 'responseId' | 'attempts'>;

/** What an attempt means for its message. */
export function judge(entry: Tried, attempt: Attempt, nowMs: number, random: () => number): Verdict {
  if (attempt.kind === 'failed') {
    if (!attempt.retriable)
      return { state: 'dead', error: `${attempt.code}: ${attempt.message}`, gone: false };
    return again(entry, `${attempt.code}: ${attempt.message}`, nowMs, random, undefined);
  }
  const { status } = attempt;
  // 409: the receiver has seen this id before, which is all that a second delivery could achieve.
  if ((status >= 200 && status < 300) || status === 409) return { state: 'delivered', error: '' };
  const error = `HTTP ${status}`;
  if (status === 410) return { state: 'dead', error, gone: true };
  const waitMs = throttling.has(status) ? parseRetryAfter(attempt.retryAfter, nowMs) : undefined;
  return again(entry, error, nowMs, random, bearable(entry, waitMs));
}

function bearable({ responseId }: Tried, waitMs: number | undefined): number | undefined {
  return waitMs === undefined || responseId === '' ? waitMs : Math.min(waitMs, REVOKE_PAUSE_MS_MAX);
}

function again(
  entry: Tried,
  error: string,
  nowMs: number,
  random: () => number,
  retryAfterMs: number | undefined,
): Verdict {
  const ladder: readonly number[] = entry.responseId === '' ? noticeMs : revokeMs;
  const waitMs = ladder[entry.attempts - 1];
  if (waitMs === undefined) return { state: 'dead', error: `${error}; attempts are used up`, gone: false };
  const jittered = Math.round(waitMs * (1 + JITTER * random()));
  return {
    state: 'pending',
    error,
    nextAttemptMs: nowMs + Math.max(jittered, retryAfterMs ?? 0),
    pauseUntilMs: retryAfterMs === undefined ? undefined : nowMs + retryAfterMs,
  };
}

/** RFC 9110 section 10.2.3: seconds, or an HTTP date. Undefined when it is neither. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const trimmed = value.trim();
  const waitMs = /^\d+$/.test(trimmed) ? Number(trimmed) * second : httpDate(trimmed) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(0, waitMs), RETRY_AFTER_MS_MAX) : undefined;
}

/** Only the date formats of HTTP begin with a day's name; `Date.parse` alone would take `-1` for a year. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
}
