import { HANDOVER_MESSAGES_MAX } from './bounds.ts';
import { messageOf } from './failure.ts';
import { backoffMs, graceAfter, pause } from './pause.ts';
import type { KafkaLog, KafkaMessageIn, KafkaTimings } from './types.ts';

/** What a batch's taker needs of the consumer. */
export interface Claim {
  /** Keeps our membership alive; rejects when the group is being dealt out anew. */
  heartbeat(): Promise<void>;
  /** Everything up to and including this offset is durable: commits it. */
  commit(offset: number): Promise<void>;
  /** False once the partition is no longer ours to work on. */
  ours(): boolean;
}

export interface Handover {
  readonly onBatch: (messages: readonly KafkaMessageIn[]) => Promise<void>;
  readonly onRetry: () => void;
  readonly timings: Pick<KafkaTimings, 'heartbeatMs' | 'retryMsMin' | 'retryMsMax' | 'drainMs'>;
  /** Given when the process wants to end. */
  readonly stopping: AbortSignal;
  readonly log: KafkaLog;
}

/**
 * Hands one fetched batch over in slices and commits each when it is durable, never before. While the callee refuses,
 * the same slice is tried again for ever and heartbeats go on, so a store that is down costs lag and nothing else.
 * Rejects when the group is dealt out anew; what was not committed is then fetched again, by us or another.
 */
export async function takeBatch(
  messages: readonly KafkaMessageIn[],
  lastOffset: number,
  claim: Claim,
  handover: Handover,
): Promise<void> {
  const lost = new AbortController();
  const beat = setInterval(
    () => claim.heartbeat().catch((error: unknown) => lost.abort(error)),
    // More often than due: the client skips those that are too early, and a late one must not miss its turn.
    handover.timings.heartbeatMs / 3,
  );
  const end = AbortSignal.any([lost.signal, handover.stopping]);
  try {
    for (let at = 0; at < messages.length || at === 0; at += HANDOVER_MESSAGES_MAX) {
      if (end.aborted || !claim.ours()) break;
      const slice = messages.slice(at, at + HANDOVER_MESSAGES_MAX);
      if (slice.length > 0 && !(await handOver(slice, end, handover))) break;
      const isLast = at + HANDOVER_MESSAGES_MAX >= messages.length;
      await claim.commit(isLast ? lastOffset : (slice[slice.length - 1]?.offset ?? lastOffset));
    }
  } finally {
    clearInterval(beat);
  }
  lost.signal.throwIfAborted();
}

/** True when the callee has the slice; false when the end came first. */
async function handOver(
  slice: readonly KafkaMessageIn[],
  end: AbortSignal,
  handover: Handover,
): Promise<boolean> {
  const { onBatch, onRetry, timings, log } = handover;
  for (let attempt = 0; ; attempt++) {
    // An attempt under way at the end may still succeed, which saves its messages from being fetched again.
    const grace = graceAfter(end, timings.drainMs);
    const outcome = await Promise.race([
      attemptOnce(onBatch, slice),
      grace.over.then(() => ({ taken: false, why: 'no answer in time' })),
    ]);
    grace.cancel();
    if (outcome.taken) return true;
    if (end.aborted) return false;
    onRetry();
    const waitMs = backoffMs(attempt, timings.retryMsMin, timings.retryMsMax);
    log.warn(
      { attempt, waitMs, messages: slice.length, why: outcome.why },
      'kafka batch not taken, trying again',
    );
    await pause(waitMs, end);
    if (end.aborted) return false;
  }
}

async function attemptOnce(
  onBatch: Handover['onBatch'],
  slice: readonly KafkaMessageIn[],
): Promise<{ taken: boolean; why: string }> {
  try {
    await onBatch(slice);
    return { taken: true, why: '' };
  } catch (error) {
    return { taken: false, why: messageOf(error) };
  }
}
