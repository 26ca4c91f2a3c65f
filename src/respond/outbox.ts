import type { ChannelHealth } from '../domain/delivery.ts';
import { STOP_GRACE_MS } from '../domain/limits.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { afterAttempt, type Outcome, refusal, report } from './attempt.ts';
import { createCommitter } from './commit.ts';
import { createLane, type Lane } from './lane.ts';
import { createRestocker } from './restock.ts';
import { findEntries, keyOf } from './rows.ts';
import type { Channel, Clock, Log, Timer } from './types.ts';

/** Messages of one channel in memory: 20 kB each at most. The rest waits in the store. */
const LANE_ENTRIES_MAX = 1_000;
/** Requests through one channel at a time: a slow receiver must not take every socket. */
const LANE_CONCURRENCY = 4;
/** Answers of one channel that are not durable yet: so many messages a crash may send twice, under their ids. */
const LANE_UNNOTED_MAX = 64;

export interface OutboxOptions {
  readonly store: Pick<ResponseStore, 'writeOutbox' | 'findOutbox' | 'pendingOutbox'>;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly timer: Timer;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Why an entry must not leave after all; asked before every attempt. */
  readonly veto?: (entry: OutboxEntry) => string | undefined;
  /** Told of outcomes before they are written to the outbox: a crash between the two tells again. */
  readonly onOutcomes?: (outcomes: readonly Outcome[]) => Promise<void>;
  readonly entriesMax?: number;
  readonly concurrency?: number;
}

export interface OutboxStats {
  readonly waiting: number;
  readonly inFlight: number;
  readonly attempts: number;
  readonly delivered: number;
  readonly dead: number;
}

export interface Outbox {
  /** Takes up what an earlier process left. */
  start(): Promise<void>;
  /** Resolves when the entries are durable, with those whose id was known: they are left as they are. */
  enqueue(entries: readonly OutboxEntry[]): Promise<ReadonlyMap<string, OutboxEntry>>;
  /** Gives dead entries a new life under their old ids; resolves with how many. */
  revive(tenant: string, ids: readonly string[]): Promise<number>;
  /** Stops an entry that has not left. False when it is on its way or gone. */
  cancel(tenant: string, id: string, reason: string): Promise<boolean>;
  /** Ends: no new attempts. Those under way are awaited for a while; cut off, they are the next process's to make. */
  stop(): Promise<void>;
  readonly stats: OutboxStats;
  readonly lanes: readonly ChannelHealth[];
}

/**
 * Messages that must leave: written before they are sent, sent at least once, under one id for ever. A message is
 * sent twice only when the process dies between the answer and the note of it.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, clock, timer, random, log } = options;
  const entriesMax = options.entriesMax ?? LANE_ENTRIES_MAX;
  const concurrency = options.concurrency ?? LANE_CONCURRENCY;
  const lanes = new Map<string, Lane>(
    options.channels.map((channel) => [channel.name, createLane(channel, entriesMax)]),
  );
  const restocker = createRestocker({ store, clock, log, entriesMax, onEnd: pump });
  const committer = createCommitter({ store, timer, log, onOutcomes: options.onOutcomes });
  const running = new Set<Promise<void>>();
  const counts = { attempts: 0, delivered: 0, dead: 0 };
  let cancelTimer: (() => void) | undefined;
  let stopped = false;
  /** A write failed, and may have been done all the same: the store may know entries that no lane has. */
  let unsure = false;
  let abandoned = false;

  function pump(): void {
    if (stopped) return;
    cancelTimer?.();
    cancelTimer = undefined;
    let wakeMs = Number.POSITIVE_INFINITY;
    for (const lane of lanes.values()) {
      if (lane.channel.disabled) continue;
      for (let entry = next(lane); entry !== undefined; entry = next(lane)) launch(lane, entry);
      if (lane.wantsReload(clock())) restocker.begin(lane);
      if (hasSlot(lane)) wakeMs = Math.min(wakeMs, lane.wakeMs());
    }
    if (wakeMs === Number.POSITIVE_INFINITY) return;
    // Node's timers hold 31 bits; a day is enough, the pump looks again.
    cancelTimer = timer(pump, Math.min(Math.max(0, wakeMs - clock()), 86_400_000));
  }

  function next(lane: Lane): OutboxEntry | undefined {
    return hasSlot(lane) ? lane.takeDue(clock()) : undefined;
  }

  function hasSlot(lane: Lane): boolean {
    return lane.sending < concurrency && lane.inFlight.size < Math.max(concurrency, LANE_UNNOTED_MAX);
  }

  function launch(lane: Lane, entry: OutboxEntry): void {
    const job: Promise<void> = attempt(lane, entry)
      .catch((error: unknown) => log.error({ err: error, id: entry.id }, 'outbox attempt broke'))
      .finally(() => {
        running.delete(job);
        pump();
      });
    running.add(job);
  }

  async function attempt(lane: Lane, entry: OutboxEntry): Promise<void> {
    const reason = lane.gone ? 'the endpoint answered 410 and wants no more' : options.veto?.(entry);
    const outcome = reason === undefined ? await send(lane, entry) : refusal(entry, reason, clock());
    // It failed because we cut it off.
    if (abandoned && outcome.entry.state === 'pending') return;
    await settle(lane, outcome);
  }

  async function send(lane: Lane, entry: OutboxEntry): Promise<Outcome> {
    counts.attempts += 1;
    lane.sending += 1;
    const attempt = await lane.channel.send(entry).finally(() => {
      lane.sending -= 1;
    });
    const { outcome, gone, pauseUntilMs } = afterAttempt(entry, attempt, clock(), random);
    if (gone) {
      lane.gone = true;
      log.error(
        { endpoint: lane.channel.name },
        'endpoint answered 410 and is disabled until the next start',
      );
    }
    lane.pausedUntilMs = Math.max(lane.pausedUntilMs, pauseUntilMs);
    lane.lastError = outcome.entry.lastError;
    if (outcome.entry.state !== 'delivered') lane.failingSinceMs ??= clock();
    else {
      lane.failingSinceMs = undefined;
      lane.lastDeliveryMs = clock();
    }
    // Its place is free, although what it was answered is not durable yet.
    pump();
    return outcome;
  }

  async function settle(lane: Lane | undefined, outcome: Outcome): Promise<void> {
    const { entry } = outcome;
    report(log, entry);
    const written = await committer.commit(outcome);
    if (lane !== undefined) restocker.settled(lane, entry);
    if (entry.state === 'delivered') counts.delivered += 1;
    if (entry.state === 'dead') counts.dead += 1;
    // Not written only while stopping: the store still says pending, and the next process takes it up.
    if (written && entry.state === 'pending') lane?.put(entry);
    else lane?.drop(entry);
  }

  /** Puts what was just written on its lane. */
  async function admit(entries: readonly OutboxEntry[]): Promise<void> {
    for (const entry of entries) {
      const lane = lanes.get(entry.endpoint);
      // One that has to leave before it may be in the store only.
      if (lane?.overflowed && entry.orderKey !== '') lane.asked.add(entry.orderKey);
      else lane?.admit(entry);
    }
    pump();
    await endHomeless(entries);
  }

  /** What is for channels that nobody knows any more ends as dead. Resolves with how many. */
  async function endHomeless(entries: readonly OutboxEntry[]): Promise<number> {
    const homeless = entries.filter(({ endpoint }) => !lanes.has(endpoint));
    const reason = 'the endpoint is not configured';
    await Promise.all(homeless.map((entry) => settle(undefined, refusal(entry, reason, clock()))));
    return homeless.length;
  }

  async function write(entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await store.writeOutbox(entries);
    } catch (error) {
      unsure = true;
      throw error;
    }
    await admit(entries);
  }

  return {
    async start() {
      // All first, because nobody asks for what was meant for endpoints that are no more; each may hide another one.
      let pending = await store.pendingOutbox();
      while ((await endHomeless(pending)) > 0) pending = await store.pendingOutbox();
      for (const lane of lanes.values()) lane.overflowed = !lane.channel.disabled;
      for (const entry of pending) lanes.get(entry.endpoint)?.admit(entry, true);
      pump();
    },
    async enqueue(entries) {
      const known = await findEntries(store, entries);
      const fresh = new Map(entries.map((entry) => [keyOf(entry), entry]));
      for (const key of known.keys()) fresh.delete(key);
      await write(inOrder([...fresh.values()]));
      if (!unsure) return known;
      // Whoever tries again finds the entries known, and leaves them as they are: they are taken up here.
      await restocker.ended();
      unsure = false;
      for (const lane of lanes.values()) lane.overflowed = true;
      pump();
      return known;
    },
    async revive(tenant, ids) {
      const found = await findEntries(
        store,
        ids.map((id) => ({ tenant, id })),
      );
      const dead = [...found.values()].filter((entry) => entry.state === 'dead');
      const nextAttemptMs = clock();
      for (const { endpoint } of dead) {
        const lane = lanes.get(endpoint);
        // Whoever revives a message wants the endpoint asked again.
        if (lane !== undefined) lane.gone = false;
      }
      await write(
        dead.map(({ isCancelled: _, ...entry }) => ({
          ...entry,
          state: 'pending',
          attempts: 0,
          nextAttemptMs,
          version: entry.version + 1,
        })),
      );
      return dead.length;
    },
    async cancel(tenant, id, reason) {
      const entry = (await findEntries(store, [{ tenant, id }])).get(keyOf({ tenant, id }));
      if (entry?.state !== 'pending') return false;
      const lane = lanes.get(entry.endpoint);
      if (lane?.reserve(entry) === false) return false;
      const { entry: ended, atMs } = refusal(entry, reason, clock());
      await settle(lane, { atMs, entry: { ...ended, isCancelled: true } });
      return true;
    },
    async stop() {
      stopped = true;
      cancelTimer?.();
      committer.stop();
      const quiet = Promise.allSettled([...running, restocker.ended()]);
      await Promise.race([quiet, new Promise<void>((resolve) => timer(resolve, STOP_GRACE_MS))]);
      abandoned = true;
    },
    get stats() {
      let waiting = 0;
      let inFlight = 0;
      for (const lane of lanes.values()) {
        waiting += lane.size - lane.inFlight.size;
        inFlight += lane.inFlight.size;
      }
      return { waiting, inFlight, ...counts };
    },
    get lanes() {
      return [...lanes.values()].map((lane) => ({
        endpoint: lane.channel.name,
        disabled: lane.channel.disabled,
        waiting: lane.size - lane.inFlight.size,
        inFlight: lane.inFlight.size,
        overflowed: lane.overflowed,
        gone: lane.gone,
        pausedUntilMs: lane.pausedUntilMs,
        failingSinceMs: lane.failingSinceMs,
        lastError: lane.lastError,
        lastDeliveryMs: lane.lastDeliveryMs,
      }));
    },
  };
}

/** Messages of one order that are made in the same millisecond leave as they were made. */
function inOrder(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const latest = new Map<string, number>();
  return entries.map((entry) => {
    if (entry.orderKey === '') return entry;
    const key = JSON.stringify([entry.tenant, entry.endpoint, entry.orderKey]);
    const createdMs = Math.max(entry.createdMs, (latest.get(key) ?? 0) + 1);
    latest.set(key, createdMs);
    return { ...entry, createdMs };
  });
}
