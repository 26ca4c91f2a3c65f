import type { OutboxEntry } from '../domain/response.ts';
import { keyOf } from './rows.ts';
import type { Channel } from './types.ts';

/** The messages of one channel that are in memory. Bounded: the rest stays in the store until there is room. */
export interface Lane {
  readonly channel: Channel;
  readonly inFlight: ReadonlySet<string>;
  readonly size: number;
  /** Messages of it are in the store only. */
  overflowed: boolean;
  /** The receiver answered 410. */
  gone: boolean;
  /** The receiver asked for silence until then. */
  pausedUntilMs: number;
  /** Since when no attempt has succeeded. */
  failingSinceMs: number | undefined;
  /** Not before then is the store asked again while what is here waits, or after it did not answer. */
  reloadMs: number;
  unanswered: boolean;
  /** Takes an entry, unless it has it already or is full of ones that are due sooner. */
  admit(entry: OutboxEntry): void;
  /** The due entry that matters most, which is then in flight. */
  takeDue(nowMs: number): OutboxEntry | undefined;
  /** Marks an entry as in flight. False when it is already. */
  reserve(entry: OutboxEntry): boolean;
  /** Replaces an entry that was in flight: it waits again. */
  put(entry: OutboxEntry): void;
  drop(entry: OutboxEntry): void;
  /** When the next entry falls due. */
  wakeMs(): number;
  /**
   * True when what the store holds should be looked at: there is room for it, or nothing here is due, so that messages
   * which wait for hours never keep out those that have not been tried.
   */
  wantsReload(nowMs: number): boolean;
}

export function createLane(channel: Channel, entriesMax: number): Lane {
  const entries = new Map<string, OutboxEntry>();
  const inFlight = new Set<string>();

  function* waiting(): Iterable<OutboxEntry> {
    for (const [key, entry] of entries) if (!inFlight.has(key)) yield entry;
  }

  function latest(): OutboxEntry | undefined {
    let last: OutboxEntry | undefined;
    for (const entry of waiting()) {
      if (last === undefined || entry.nextAttemptMs > last.nextAttemptMs) last = entry;
    }
    return last;
  }

  const lane: Lane = {
    channel,
    inFlight,
    overflowed: false,
    gone: false,
    pausedUntilMs: 0,
    failingSinceMs: undefined,
    reloadMs: 0,
    unanswered: false,
    get size() {
      return entries.size;
    },
    admit(entry) {
      const key = keyOf(entry);
      if (entries.has(key)) return;
      if (entries.size >= entriesMax) {
        lane.overflowed = true;
        // What is due sooner stays: a backlog that waits for hours must not keep out what is new.
        const last = latest();
        if (last === undefined || last.nextAttemptMs <= entry.nextAttemptMs) return;
        entries.delete(keyOf(last));
      }
      entries.set(key, entry);
    },
    takeDue(nowMs) {
      if (nowMs < lane.pausedUntilMs && !lane.gone) return undefined;
      let first: OutboxEntry | undefined;
      for (const entry of waiting()) {
        const due = lane.gone || entry.nextAttemptMs <= nowMs;
        if (due && (first === undefined || byUrgency(entry, first) < 0)) first = entry;
      }
      if (first !== undefined) inFlight.add(keyOf(first));
      return first;
    },
    reserve(entry) {
      const key = keyOf(entry);
      if (inFlight.has(key)) return false;
      inFlight.add(key);
      return true;
    },
    put(entry) {
      const key = keyOf(entry);
      inFlight.delete(key);
      entries.set(key, entry);
    },
    drop(entry) {
      const key = keyOf(entry);
      inFlight.delete(key);
      entries.delete(key);
    },
    wakeMs() {
      let earliest = Number.POSITIVE_INFINITY;
      for (const entry of waiting()) earliest = Math.min(earliest, entry.nextAttemptMs);
      if (lane.overflowed) earliest = Math.min(earliest, lane.reloadMs);
      const sweeps = lane.gone && entries.size > inFlight.size;
      return sweeps ? 0 : Math.max(earliest, lane.pausedUntilMs);
    },
    wantsReload(nowMs) {
      if (!lane.overflowed || nowMs < lane.pausedUntilMs) return false;
      if (entries.size <= entriesMax / 2 && !lane.unanswered) return true;
      if (nowMs < lane.reloadMs) return false;
      for (const { nextAttemptMs } of waiting()) if (nextAttemptMs <= nowMs) return false;
      return true;
    },
  };
  return lane;
}

/** A revocation goes before news of it; then what has waited longest. */
function byUrgency(a: OutboxEntry, b: OutboxEntry): number {
  return (
    Number(b.type === 'token.revoke') - Number(a.type === 'token.revoke') || a.nextAttemptMs - b.nextAttemptMs
  );
}
