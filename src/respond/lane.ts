import type { OutboxEntry } from '../domain/response.ts';
import { keyOf } from './rows.ts';
import type { Channel } from './types.ts';

/**
 * The messages of one channel that are in memory. Bounded: the rest stays in the store until there is room. Of
 * messages that are to leave in order only the first is here; the others stay in the store until it is gone.
 */
export interface Lane {
  readonly channel: Channel;
  /** Being sent, or sent and not noted yet. */
  readonly inFlight: ReadonlySet<string>;
  /** Requests under way. */
  sending: number;
  readonly size: number;
  /** Messages of it are in the store only. */
  overflowed: boolean;
  /** The receiver answered 410. */
  gone: boolean;
  /** The receiver asked for silence until then. */
  pausedUntilMs: number;
  /** Since when no attempt has succeeded. */
  failingSinceMs: number | undefined;
  /** What the last attempt that failed came to; empty after one succeeded. */
  lastError: string;
  lastDeliveryMs: number | undefined;
  /** Not before then is the store asked again while what is here waits, or after it did not answer. */
  reloadMs: number;
  unanswered: boolean;
  /** Orders whose next message has to be looked up in the store. */
  readonly asked: Set<string>;
  /**
   * Takes an entry, unless it has it already, one before it has to leave first, or all that is here is due sooner. Of
   * one that was read it is not known what the store holds behind it.
   */
  admit(entry: OutboxEntry, wasRead?: boolean): void;
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
  /** By order, the key of the one that is here; and the orders of which more is in the store. */
  const heads = new Map<string, string>();
  const followed = new Set<string>();

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

  function insert(entry: OutboxEntry): void {
    const key = keyOf(entry);
    entries.set(key, entry);
    if (entry.orderKey !== '') heads.set(orderOf(entry), key);
  }

  function remove(entry: OutboxEntry): void {
    const key = keyOf(entry);
    const order = orderOf(entry);
    entries.delete(key);
    if (heads.get(order) !== key) return;
    heads.delete(order);
    if (followed.delete(order)) lane.asked.add(entry.orderKey);
  }

  /** Whether another one has to leave first. One that is here and younger goes back to the store, if it still can. */
  function isBehind(entry: OutboxEntry): boolean {
    const headKey = entry.orderKey === '' ? undefined : heads.get(orderOf(entry));
    const head = headKey === undefined ? undefined : entries.get(headKey);
    if (headKey === undefined || head === undefined) return false;
    const leads = byAge(entry, head) < 0 && !inFlight.has(headKey);
    if (leads) entries.delete(headKey);
    followed.add(orderOf(entry));
    return !leads;
  }

  const lane: Lane = {
    channel,
    inFlight,
    sending: 0,
    overflowed: false,
    gone: false,
    pausedUntilMs: 0,
    failingSinceMs: undefined,
    lastError: '',
    lastDeliveryMs: undefined,
    reloadMs: 0,
    unanswered: false,
    asked: new Set(),
    get size() {
      return entries.size;
    },
    admit(entry, wasRead = false) {
      if (wasRead && entry.orderKey !== '') followed.add(orderOf(entry));
      if (entries.has(keyOf(entry)) || isBehind(entry)) return;
      if (entries.size >= entriesMax) {
        lane.overflowed = true;
        // What is due sooner stays: a backlog that waits for hours must not keep out what is new.
        const last = latest();
        if (last === undefined || last.nextAttemptMs <= entry.nextAttemptMs) return;
        remove(last);
      }
      insert(entry);
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
      inFlight.delete(keyOf(entry));
      insert(entry);
    },
    drop(entry) {
      inFlight.delete(keyOf(entry));
      remove(entry);
    },
    wakeMs() {
      let earliest = Number.POSITIVE_INFINITY;
      for (const entry of waiting()) earliest = Math.min(earliest, entry.nextAttemptMs);
      if (lane.overflowed || lane.asked.size > 0) earliest = Math.min(earliest, lane.reloadMs);
      const sweeps = lane.gone && entries.size > inFlight.size;
      return sweeps ? 0 : Math.max(earliest, lane.pausedUntilMs);
    },
    wantsReload(nowMs) {
      if (lane.asked.size > 0 && !lane.unanswered) return true;
      if ((!lane.overflowed && lane.asked.size === 0) || nowMs < lane.pausedUntilMs) return false;
      if (entries.size <= entriesMax / 2 && !lane.unanswered) return true;
      if (nowMs < lane.reloadMs) return false;
      for (const { nextAttemptMs } of waiting()) if (nextAttemptMs <= nowMs) return false;
      return true;
    },
  };
  return lane;
}

/** JSON keeps ('a', 'bc') and ('ab', 'c') apart. */
function orderOf({ tenant, orderKey }: OutboxEntry): string {
  return JSON.stringify([tenant, orderKey]);
}

/** The order in which messages of one `orderKey` leave. */
function byAge(a: OutboxEntry, b: OutboxEntry): number {
  return a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1);
}

/** A revocation goes before news of it; then what has waited longest. */
function byUrgency(a: OutboxEntry, b: OutboxEntry): number {
  const isRevocation = ({ responseId }: OutboxEntry) => Number(responseId !== '');
  return isRevocation(b) - isRevocation(a) || a.nextAttemptMs - b.nextAttemptMs;
}
