import type { DeadLetter } from '../domain/dead-letter.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { DEAD_LETTER_BYTES_MAX, STOP_GRACE_MS } from '../domain/limits.ts';
import type { EventSink, LoggedEvent, LogStore, RefusedRow } from '../domain/ports.ts';
import type { LogRecord } from '../domain/record.ts';
import { createForeignSpeech } from './foreign.ts';
import { type Control, createQueue, overloaded, type QueueLimits, type Waiting } from './queue.ts';

export interface EmbeddedLogOptions {
  readonly store: Pick<LogStore, 'appendEvents' | 'appendControl' | 'appendDeadLetters'>;
  /** Highest position in use. */
  readonly lastSeq: number;
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Receives durable records in log order; while it does not resolve, nothing further is written. */
  readonly onRecords: (records: readonly LogRecord[]) => Promise<void>;
  readonly onWrite?: (events: number, durationMs: number) => void;
  readonly onRetry?: (error: unknown) => void;
  readonly limits?: Partial<QueueLimits>;
}

/** What stands between an event and its durability at the moment. */
export interface LogPressure {
  readonly queuedEvents: number;
  readonly queuedChars: number;
  /** Since when the store, refusing or silent, has not taken what is being written. */
  readonly stuckSinceMs: number | undefined;
  /** Since when nothing is written because the reader of the log has enough. */
  readonly pausedSinceMs: number | undefined;
  /** When an append was refused last because of either. */
  readonly refusedMs: number | undefined;
}

export interface EmbeddedLog extends EventSink {
  /** Puts a watermark or a policy at its place among the events. */
  control(record: Control): Promise<void>;
  /**
   * Resolves when everything that was accepted is durable, or when the store has not taken it in time: it is then
   * rejected, so that whoever sent it knows. Later appends are refused.
   */
  close(): Promise<void>;
  readonly pressure: LogPressure;
  readonly queuedEvents: number;
  readonly lastSeq: number;
}

/** A write that takes longer is stuck, whatever it will end with; the slowest good ones take a second. */
const STUCK_MS = 2_000;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

/**
 * The ordered log of one process: the `events` table by `seq`. Whoever appends while a write is under way shares
 * the next one (group commit), so nobody waits for company and a slow disk makes larger groups, not longer queues.
 */
export function createEmbeddedLog(options: EmbeddedLogOptions): EmbeddedLog {
  const { store, clock, sleep } = options;
  const queue = createQueue(options.limits);
  const foreignIn = createForeignSpeech();
  let seq = options.lastSeq;
  let inHand: readonly Waiting[] = [];
  let writing: Promise<void> | undefined;
  let writingSinceMs: number | undefined;
  let isRefused = false;
  let pausedSinceMs: number | undefined;
  let refusedMs: number | undefined;
  let closed = false;
  let closing: Promise<void> | undefined;

  async function enqueue(
    part: Pick<Waiting, 'events' | 'letters' | 'control'>,
    signal?: AbortSignal,
  ): Promise<void> {
    if (closed) throw overloaded('closing');
    try {
      const done = queue.add(part, signal);
      writing ??= drain();
      await done;
    } catch (error) {
      refusedMs = clock();
      throw error;
    }
  }

  async function drain(): Promise<void> {
    // The first caller waits one turn, so that callers of the same turn share its write.
    await Promise.resolve();
    while (queue.length > 0) await write(queue.takeGroup());
    // In the same turn as the last look at the queue: whoever comes later finds nobody writing and begins anew.
    writing = undefined;
  }

  async function write(group: readonly Waiting[]): Promise<void> {
    inHand = group;
    const startedMs = clock();
    writingSinceMs = startedMs;
    const records: LogRecord[] = [];
    const events: LoggedEvent[] = [];
    const controls: Exclude<LogRecord, { kind: 'event' }>[] = [];
    for (const waiting of group) {
      for (const event of waiting.events) {
        seq += 1;
        events.push({ seq, ingestedMs: startedMs, event });
        records.push({ kind: 'event', seq, event });
      }
      const told = foreignIn(waiting.letters);
      for (const control of waiting.control === undefined ? told : [...told, waiting.control]) {
        seq += 1;
        controls.push({ ...control, seq });
        records.push({ ...control, seq });
      }
    }
    try {
      const refused = events.length > 0 ? await persist(() => store.appendEvents(events)) : [];
      const letters = [
        ...group.flatMap((waiting) => waiting.letters),
        ...refused.map((row) => letterOf(events, row, clock())),
      ];
      if (letters.length > 0) await persist(() => store.appendDeadLetters(letters));
      if (controls.length > 0) await persist(() => store.appendControl(controls));
      options.onWrite?.(events.length, clock() - startedMs);
      const lost = new Set(refused.map((row) => events[row.index]?.seq));
      const offered = options.onRecords(records.filter((record) => !lost.has(record.seq)));
      // Durable is all that was promised; how far behind the reader is holds up the next write, not this answer.
      for (const waiting of group) waiting.resolve();
      release();
      pausedSinceMs = clock();
      await offered;
      pausedSinceMs = undefined;
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
      release();
    }
  }

  function release(): void {
    queue.settle(inHand);
    inHand = [];
    writingSinceMs = undefined;
    isRefused = false;
  }

  function stuckSinceMs(): number | undefined {
    const isSlow = writingSinceMs !== undefined && clock() - writingSinceMs > STUCK_MS;
    return isSlow || isRefused ? writingSinceMs : undefined;
  }

  async function finish(): Promise<void> {
    if (writing === undefined) return;
    const inTime = await Promise.race([writing.then(() => true), sleep(STOP_GRACE_MS).then(() => false)]);
    if (inTime) return;
    for (const waiting of [...inHand, ...queue.clear()]) waiting.reject(overloaded('closing'));
  }

  /** The same batch again until the store has it: a retry of the same rows changes nothing. */
  async function persist<T>(attempt: () => Promise<T>): Promise<T> {
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ChainwardenError && error.retriable) || closed) throw error;
        isRefused = true;
        options.onRetry?.(error);
        await sleep(delayMs);
      }
    }
  }

  return {
    append: (events, letters, signal) => enqueue({ events, letters, control: undefined }, signal),
    control: (control) => enqueue({ events: [], letters: [], control }),
    close() {
      closed = true;
      closing ??= finish();
      return closing;
    },
    get pressure() {
      const { events, chars } = queue;
      return {
        queuedEvents: events,
        queuedChars: chars,
        stuckSinceMs: stuckSinceMs(),
        pausedSinceMs,
        refusedMs,
      };
    },
    get queuedEvents() {
      return queue.events;
    },
    get lastSeq() {
      return seq;
    },
  };
}

/** An event that the store would not take, although admission did: kept where people look for it. */
function letterOf(events: readonly LoggedEvent[], row: RefusedRow, nowMs: number): DeadLetter {
  const { event } = events[row.index] as LoggedEvent;
  return {
    tenant: event.tenant,
    atMs: nowMs,
    publisher: event.origin.publisher,
    position: { source: event.source, partition: 0, offset: 0 },
    code: 'EVENT_STORE_REFUSED',
    path: '',
    reason: row.reason,
    raw: event.text.slice(0, DEAD_LETTER_BYTES_MAX),
  };
}
