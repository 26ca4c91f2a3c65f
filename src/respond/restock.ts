import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import type { Lane } from './lane.ts';
import { keyOf } from './rows.ts';
import type { Clock, Log } from './types.ts';

/** Before the store is asked again for what did not fit into memory, while memory has no room for it. */
const RELOAD_MS = 30_000;

export interface Restocker {
  /** Begins to read what the store holds for a lane, unless that is being done. */
  begin(lane: Lane): void;
  /** Says that an entry was settled: what a read that runs shows of it may be older. */
  settled(lane: Lane, entry: OutboxEntry): void;
  /** Resolves when the reads that run now have ended. Never rejects. */
  ended(): Promise<void>;
}

/** Brings messages back into memory that had no room there, or had to wait for one before them. */
export function createRestocker(parts: {
  readonly store: Pick<ResponseStore, 'pendingOutbox'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly entriesMax: number;
  readonly onEnd: () => void;
}): Restocker {
  const { store, clock, log, entriesMax } = parts;
  const running = new Map<Lane, Promise<void>>();
  const settledMeanwhile = new Map<Lane, Set<string>>();

  /** Asks for so many that some are new to the lane; when as many come there are more. */
  async function read(lane: Lane, orderKeys: readonly string[]): Promise<void> {
    const endpoint = lane.channel.name;
    const limit = entriesMax + lane.size;
    const settled = new Set<string>();
    settledMeanwhile.set(lane, settled);
    const isWhole = orderKeys.length === 0;
    const pending = await store.pendingOutbox({ endpoint, limit, ...(isWhole ? {} : { orderKeys }) });
    lane.unanswered = false;
    const isOld = (entry: OutboxEntry) => settled.has(keyOf(entry));
    // What waits again may have lost its place meanwhile, and what ended hid the one behind it.
    const isUnsure = pending.some(isOld);
    if (isWhole) lane.overflowed = pending.length >= limit || isUnsure;
    else if (pending.length >= limit) lane.overflowed = true;
    for (const entry of pending) {
      if (!isOld(entry)) lane.admit(entry, true);
      else if (entry.orderKey !== '') lane.asked.add(entry.orderKey);
    }
  }

  return {
    begin(lane) {
      lane.reloadMs = clock() + RELOAD_MS;
      if (running.has(lane)) return;
      const orderKeys = [...lane.asked];
      lane.asked.clear();
      const job = read(lane, orderKeys)
        .catch((error: unknown) => {
          log.warn({ err: error, endpoint: lane.channel.name }, 'the outbox could not be read again');
          lane.unanswered = true;
          for (const key of orderKeys) lane.asked.add(key);
        })
        .finally(() => {
          running.delete(lane);
          settledMeanwhile.delete(lane);
          parts.onEnd();
        });
      running.set(lane, job);
    },
    settled: (lane, entry) => void settledMeanwhile.get(lane)?.add(keyOf(entry)),
    ended: async () => void (await Promise.allSettled([...running.values()])),
  };
}
