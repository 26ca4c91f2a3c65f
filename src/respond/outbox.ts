import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { afterAttempt, type Outcome, refusal, report } from './attempt.ts';
import { createCommitter } from './commit.ts';
import { createLane, type Lane } from './lane.ts';
import { findEntries, keyOf } from './rows.ts';
import type { Clock, Endpoint, Log, Timer, Transport } from './types.ts';

/** Messages of one endpoint in memory: 20 kB each at most. The rest waits in the store. */
const LANE_ENTRIES_MAX = 1_000;
/** Requests to one endpoint at a time: a slow receiver must not take every socket. */
const LANE_CONCURRENCY = 4;
/** Before the store is asked again for what did not fit into memory. */
const RELOAD_RETRY_MS = 30_000;

export interface OutboxOptions {
  readonly store: Pick<ResponseStore, 'writeOutbox' | 'findOutbox' | 'pendingOutbox'>;
  readonly transport: Transport;
  readonly endpoints: readonly Endpoint[];
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
  /** Resolves when the entries are durable. An entry whose id is known, in whatever state, is left as it is. */
  enqueue(entries: readonly OutboxEntry[]): Promise<void>;
  /** Gives dead entries a new life under their old ids; resolves with how many. */
  revive(tenant: string, ids: readonly string[]): Promise<number>;
  /** Stops an entry that has not left. False when it is on its way or gone. */
  cancel(tenant: string, id: string, reason: string): Promise<boolean>;
  /** Ends: no new attempts, those under way are awaited. */
  stop(): Promise<void>;
  readonly stats: OutboxStats;
}

/**
 * Messages that must leave: written before they are sent, sent at least once, under one id for ever. A message is
 * sent twice only when the process dies between the answer and the note of it.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, transport, clock, timer, random, log } = options;
  const entriesMax = options.entriesMax ?? LANE_ENTRIES_MAX;
  const concurrency = options.concurrency ?? LANE_CONCURRENCY;
  const lanes = new Map<string, Lane>(
    options.endpoints.map((endpoint) => [endpoint.name, createLane(endpoint, entriesMax)]),
  );
  const committer = createCommitter({ store, timer, log, onOutcomes: options.onOutcomes });
  const running = new Set<Promise<void>>();
  const counts = { attempts: 0, delivered: 0, dead: 0 };
  let cancelTimer: (() => void) | undefined;
  let reloading: Promise<void> | undefined;
  /** Settled while a reload reads: the rows it sees of them may be older. */
  const settledMeanwhile = new Set<string>();
  let stopped = false;
  /** A write failed, and may have been done all the same: the store may know entries that no lane has. */
  let unsure = false;

  function pump(): void {
    if (stopped) return;
    cancelTimer?.();
    cancelTimer = undefined;
    let wakeMs = Number.POSITIVE_INFINITY;
    for (const lane of lanes.values()) {
      if (lane.endpoint.disabled) continue;
      for (let entry = next(lane); entry !== undefined; entry = next(lane)) launch(lane, entry);
      if (lane.inFlight.size < concurrency) wakeMs = Math.min(wakeMs, lane.wakeMs());
    }
    if (wakeMs === Number.POSITIVE_INFINITY) return;
    // Node's timers hold 31 bits; a day is enough, the pump looks again.
    cancelTimer = timer(pump, Math.min(Math.max(0, wakeMs - clock()), 86_400_000));
  }

  function next(lane: Lane): OutboxEntry | undefined {
    return lane.inFlight.size < concurrency ? lane.takeDue(clock()) : undefined;
  }

  function launch(lane: Lane, entry: OutboxEntry): void {
    const job: Promise<void> = attempt(lane, entry)
      .catch((error: unknown) => log.error({ err: error, id: entry.id }, 'outbox attempt broke'))
      .finally(() => {
        running.delete(job);
        if (lane.wantsReload()) reload();
        pump();
      });
    running.add(job);
  }

  async function attempt(lane: Lane, entry: OutboxEntry): Promise<void> {
    const reason = lane.gone ? 'the endpoint answered 410 and wants no more' : options.veto?.(entry);
    const outcome = reason === undefined ? await send(lane, entry) : refusal(entry, reason, clock());
    await settle(lane, outcome);
  }

  async function send(lane: Lane, entry: OutboxEntry): Promise<Outcome> {
    counts.attempts += 1;
    const { outcome, gone, pauseUntilMs } = afterAttempt(
      entry,
      await transport.send(lane.endpoint, entry),
      clock(),
      random,
    );
    if (gone) {
      lane.gone = true;
      log.error(
        { endpoint: lane.endpoint.name },
        'endpoint answered 410 and is disabled until the next start',
      );
    }
    lane.pausedUntilMs = Math.max(lane.pausedUntilMs, pauseUntilMs);
    return outcome;
  }

  async function settle(lane: Lane | undefined, outcome: Outcome): Promise<void> {
    const { entry } = outcome;
    report(log, entry);
    const written = await committer.commit(outcome);
    if (reloading !== undefined) settledMeanwhile.add(keyOf(entry));
    if (entry.state === 'delivered') counts.delivered += 1;
    if (entry.state === 'dead') counts.dead += 1;
    // Not written only while stopping: the store still says pending, and the next process takes it up.
    if (written && entry.state === 'pending') lane?.put(entry);
    else lane?.drop(entry);
  }

  /** Puts entries on their lanes; those of endpoints nobody knows any more end as dead. */
  async function admit(entries: readonly OutboxEntry[]): Promise<void> {
    for (const entry of entries) {
      const lane = lanes.get(entry.endpoint);
      if (lane === undefined)
        await settle(undefined, refusal(entry, 'the endpoint is not configured', clock()));
      else lane.admit(entry);
    }
    pump();
  }

  function reload(): void {
    reloading ??= load()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the outbox could not be read again');
        for (const lane of lanes.values()) lane.overflowed = true;
        timer(() => {
          if (!stopped) reload();
        }, RELOAD_RETRY_MS);
      })
      .finally(() => {
        reloading = undefined;
        settledMeanwhile.clear();
      });
  }

  async function load(): Promise<void> {
    for (const lane of lanes.values()) lane.overflowed = false;
    const pending = await store.pendingOutbox();
    await admit(pending.filter((entry) => !settledMeanwhile.has(keyOf(entry))));
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
    start: load,
    async enqueue(entries) {
      const known = await findEntries(store, entries);
      const fresh = new Map(entries.map((entry) => [keyOf(entry), entry]));
      for (const key of known.keys()) fresh.delete(key);
      await write([...fresh.values()]);
      if (!unsure) return;
      // Whoever tries again finds the entries known, and leaves them as they are: they are taken up here.
      await reloading;
      unsure = false;
      reload();
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
        dead.map((entry) => ({
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
      await settle(lane, refusal(entry, reason, clock()));
      return true;
    },
    async stop() {
      stopped = true;
      cancelTimer?.();
      committer.stop();
      await Promise.allSettled([...running]);
      await reloading;
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
  };
}
