import type { DeadLetter } from '../domain/dead-letter.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import { DEAD_LETTER_BYTES_MAX, LOG_BATCH_EVENTS_MAX, LOG_QUEUE_EVENTS_MAX } from '../domain/limits.ts';
import type { Policy } from '../domain/policy.ts';
import type { EventSink, LoggedEvent, LogStore, RefusedRow } from '../domain/ports.ts';
import type { DetectorSwitch, LogRecord } from '../domain/record.ts';

/** A record that is not an event, before it has its place. */
export type Control =
  | { readonly kind: 'watermark'; readonly watermarkMs: number }
  | { readonly kind: 'policy'; readonly policy: Policy }
  | Omit<DetectorSwitch, 'seq'>;

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
  readonly queueEventsMax?: number;
}

export interface EmbeddedLog extends EventSink {
  /** Puts a watermark or a policy at its place among the events. */
  control(record: Control): Promise<void>;
  /** Resolves when everything that was accepted is durable; later appends are refused. */
  close(): Promise<void>;
  readonly queuedEvents: number;
  readonly lastSeq: number;
}

interface Waiting {
  readonly events: readonly AdmittedEvent[];
  readonly letters: readonly DeadLetter[];
  readonly control: Control | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

/**
 * The ordered log of one process: the `events` table by `seq`. Whoever appends while a write is under way shares
 * the next one (group commit), so nobody waits for company and a slow disk makes larger groups, not longer queues.
 */
export function createEmbeddedLog(options: EmbeddedLogOptions): EmbeddedLog {
  const { store, clock, sleep } = options;
  const queueMax = options.queueEventsMax ?? LOG_QUEUE_EVENTS_MAX;
  let seq = options.lastSeq;
  let queue: Waiting[] = [];
  let queuedEvents = 0;
  let writing: Promise<void> | undefined;
  let closed = false;

  function enqueue(part: Pick<Waiting, 'events' | 'letters' | 'control'>): Promise<void> {
    if (closed) return Promise.reject(new ChainwardenError('OVERLOADED', 'the service is shutting down'));
    const size = part.events.length + part.letters.length;
    if (queuedEvents > 0 && queuedEvents + size > queueMax) {
      return Promise.reject(
        new ChainwardenError('OVERLOADED', 'the log has more events waiting than it may hold'),
      );
    }
    queuedEvents += size;
    const done = new Promise<void>((resolve, reject) => queue.push({ ...part, resolve, reject }));
    writing ??= drain();
    return done;
  }

  async function drain(): Promise<void> {
    // The first caller waits one turn, so that callers of the same turn share its write.
    await Promise.resolve();
    while (queue.length > 0) await write(takeGroup());
    // In the same turn as the last look at the queue: whoever comes later finds nobody writing and begins anew.
    writing = undefined;
  }

  function takeGroup(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const waiting of queue) {
      size += waiting.events.length;
      if (count > 0 && size > LOG_BATCH_EVENTS_MAX) break;
      count += 1;
    }
    const group = queue.slice(0, count);
    queue = queue.slice(count);
    return group;
  }

  async function write(group: readonly Waiting[]): Promise<void> {
    const startedMs = clock();
    const records: LogRecord[] = [];
    const events: LoggedEvent[] = [];
    const controls: Exclude<LogRecord, { kind: 'event' }>[] = [];
    for (const waiting of group) {
      for (const event of waiting.events) {
        seq += 1;
        events.push({ seq, ingestedMs: startedMs, event });
        records.push({ kind: 'event', seq, event });
      }
      if (waiting.control === undefined) continue;
      seq += 1;
      const control = { ...waiting.control, seq };
      controls.push(control);
      records.push(control);
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
      await options.onRecords(records.filter((record) => !lost.has(record.seq)));
      for (const waiting of group) waiting.resolve();
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    } finally {
      for (const waiting of group) queuedEvents -= waiting.events.length + waiting.letters.length;
    }
  }

  /** The same batch again until the store has it: a retry of the same rows changes nothing. */
  async function persist<T>(attempt: () => Promise<T>): Promise<T> {
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ChainwardenError && error.retriable) || closed) throw error;
        options.onRetry?.(error);
        await sleep(delayMs);
      }
    }
  }

  return {
    append: (events, letters) => enqueue({ events, letters, control: undefined }),
    control: (control) => enqueue({ events: [], letters: [], control }),
    async close() {
      closed = true;
      await writing;
    },
    get queuedEvents() {
      return queuedEvents;
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
