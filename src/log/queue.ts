import type { DeadLetter } from '../domain/dead-letter.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import {
  LOG_BATCH_CHARS_MAX,
  LOG_BATCH_EVENTS_MAX,
  LOG_QUEUE_CHARS_MAX,
  LOG_QUEUE_EVENTS_MAX,
} from '../domain/limits.ts';
import type { DetectorSwitch, ForeignSpeech, PolicyRecord } from '../domain/record.ts';

/** A record that is not an event, before it has its place. */
export type Control =
  | { readonly kind: 'watermark'; readonly watermarkMs: number }
  | Omit<PolicyRecord, 'seq'>
  | Omit<DetectorSwitch, 'seq'>
  | Omit<ForeignSpeech, 'seq'>;

/** One append that waits for its write. */
export interface Waiting {
  readonly events: readonly AdmittedEvent[];
  readonly letters: readonly DeadLetter[];
  readonly control: Control | undefined;
  readonly size: Size;
  resolve(): void;
  reject(error: unknown): void;
}

interface Size {
  readonly events: number;
  readonly chars: number;
}

/** Of what waits, and of one group. */
export interface QueueLimits {
  readonly events: number;
  readonly chars: number;
  readonly groupEvents: number;
  readonly groupChars: number;
}

const usualLimits: QueueLimits = {
  events: LOG_QUEUE_EVENTS_MAX,
  chars: LOG_QUEUE_CHARS_MAX,
  groupEvents: LOG_BATCH_EVENTS_MAX,
  groupChars: LOG_BATCH_CHARS_MAX,
};

/** Appends in order, bounded by events and by text; what is being written counts until it is settled. */
export interface Queue {
  /** Resolves when the append is durable. Aborted while it waits it leaves the queue; later it may be written. */
  add(part: Pick<Waiting, 'events' | 'letters' | 'control'>, signal?: AbortSignal): Promise<void>;
  takeGroup(): readonly Waiting[];
  /** Gives a group's room back. */
  settle(group: readonly Waiting[]): void;
  /** Empties the queue and returns what waited. */
  clear(): readonly Waiting[];
  readonly length: number;
  readonly events: number;
  readonly chars: number;
}

export function createQueue(limits: Partial<QueueLimits> = {}): Queue {
  const bounds = { ...usualLimits, ...limits };
  /** In order of arrival; a set, because thousands may leave at once when publishers lose patience. */
  const queue = new Set<Waiting>();
  let events = 0;
  let chars = 0;

  function leave(sizes: readonly Waiting[]): void {
    for (const { size } of sizes) {
      events -= size.events;
      chars -= size.chars;
    }
  }

  function withdraw(waiting: Waiting): void {
    if (queue.delete(waiting)) leave([waiting]);
  }

  return {
    add(part, signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      const size = sizeOf(part);
      // Alone anything may wait, whatever its size: refused for ever it would block its partition.
      if (events > 0 && events + size.events > bounds.events)
        return Promise.reject(overloaded('queue_events'));
      if (chars > 0 && chars + size.chars > bounds.chars) return Promise.reject(overloaded('queue_bytes'));
      events += size.events;
      chars += size.chars;
      // Time that has no place yet needs no second one: the later record says all of the earlier.
      const earlier = part.control?.kind === 'watermark' ? [...queue].find(isWatermark) : undefined;
      if (earlier !== undefined) queue.delete(earlier);
      return new Promise<void>((resolve, reject) => {
        const waiting: Waiting = { ...part, size, resolve, reject };
        queue.add(earlier === undefined ? waiting : joined(waiting, earlier));
        signal?.addEventListener('abort', () => {
          withdraw(waiting);
          reject(signal.reason);
        });
      });
    },
    takeGroup() {
      const group: Waiting[] = [];
      let groupEvents = 0;
      let groupChars = 0;
      for (const waiting of queue) {
        groupEvents += waiting.size.events;
        groupChars += waiting.size.chars;
        const isFull = groupEvents > bounds.groupEvents || groupChars > bounds.groupChars;
        if (group.length > 0 && isFull) break;
        group.push(waiting);
        queue.delete(waiting);
      }
      return group;
    },
    settle: leave,
    clear() {
      const all = [...queue];
      queue.clear();
      leave(all);
      return all;
    },
    get length() {
      return queue.size;
    },
    get events() {
      return events;
    },
    get chars() {
      return chars;
    },
  };
}

export type Overload = 'queue_events' | 'queue_bytes' | 'closing';

const said: Readonly<Record<Overload, string>> = {
  queue_events: 'the log has more events waiting than it may hold',
  queue_bytes: 'the log has more text waiting than it may hold',
  closing: 'the service is shutting down',
};

export function overloaded(reason: Overload): ChainwardenError {
  return new ChainwardenError('OVERLOADED', said[reason], { detail: { reason } });
}

function sizeOf({ events, letters }: Pick<Waiting, 'events' | 'letters'>): Size {
  let chars = 0;
  for (const { text } of events) chars += text.length;
  for (const { raw } of letters) chars += raw.length;
  return { events: events.length + letters.length, chars };
}

function isWatermark({ control }: Waiting): boolean {
  return control?.kind === 'watermark';
}

/** One place for two who wait. */
function joined(waiting: Waiting, earlier: Waiting): Waiting {
  return {
    ...waiting,
    resolve() {
      earlier.resolve();
      waiting.resolve();
    },
    reject(error) {
      earlier.reject(error);
      waiting.reject(error);
    },
  };
}
