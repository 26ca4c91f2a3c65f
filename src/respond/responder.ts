import type { AuditSink } from '../domain/audit.ts';
import type { Hop } from '../domain/chain.ts';
import type { ChannelHealth } from '../domain/delivery.ts';
import { EVENT_AGE_MS_MAX } from '../domain/limits.ts';
import type { AlertChanges, Notice } from '../domain/notice.ts';
import type { QueryStore, ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry, Response } from '../domain/response.ts';
import type { ResponseDesk } from '../domain/response-desk.ts';
import { adopt } from './adopt.ts';
import { addressees, stillToSay } from './announce.ts';
import type { Decided, Due } from './decide.ts';
import { createDesk } from './desk.ts';
import { createExpiry } from './expire.ts';
import { createHeirs } from './heirs.ts';
import { createLedger, type ResponseObserver } from './ledger.ts';
import type { Observed } from './observed.ts';
import { createOutbox, type OutboxOptions, type OutboxStats } from './outbox.ts';
import { placeInTime } from './place-in-time.ts';
import { createRevoker, type RevokerOptions } from './revoke.ts';
import { keyOf, newEntry } from './rows.ts';
import { createTaken } from './taken.ts';
import type { Channel, Render, Subscription } from './types.ts';
import { spanOf } from './usage.ts';
import { createWatch } from './watch.ts';

/** Before the proposals of earlier processes are read again when the store did not answer. */
const SETTLE_RETRY_MS = 30_000;

export interface ResponderOptions
  extends RevokerOptions,
    Pick<OutboxOptions, 'timer' | 'random' | 'entriesMax' | 'concurrency'> {
  readonly store: ResponseStore & Pick<QueryStore, 'alert' | 'chain' | 'chainOfToken'>;
  /** Where people are told; connectors are channels of their own. */
  readonly channels: readonly Channel[];
  readonly subscriptions: readonly Subscription[];
  /** The text of a message to people, unless the subscription has its own. */
  readonly body: Render;
  readonly audit?: AuditSink | undefined;
  readonly observed?: Observed | undefined;
  readonly observer?: ResponseObserver | undefined;
}

export interface HandleOptions {
  /** Changes up to this log offset were handled by an earlier process: nothing is looked up for them. */
  readonly handledSeq?: number;
  /** The findings come from imported history. */
  readonly imported?: boolean;
  /** Hops that changed: below what was ended there may be more to end. */
  readonly hops?: readonly Hop[];
  /** Resolves when the rows that the changes are about can be read: nothing leaves before. */
  readonly rows?: Promise<void>;
}

export interface Responder {
  /** Takes up deliveries and confirmations that an earlier process left. */
  start(): Promise<void>;
  /** Resolves when whatever is to leave because of these changes is durable. Repeating it changes nothing. */
  handle(changes: AlertChanges, options?: HandleOptions): Promise<void>;
  /** Resolves when further messages are durable. One whose id is known is left as it is. */
  enqueue(entries: readonly OutboxEntry[]): Promise<void>;
  /** Gives dead messages a new life; resolves with how many. */
  revive(tenant: string, ids: readonly string[]): Promise<number>;
  /** Ends: what is under way is awaited, the rest waits in the store. */
  stop(): Promise<void>;
  /** Where people ask and decide. */
  readonly desk: ResponseDesk;
  readonly stats: OutboxStats;
  readonly lanes: readonly ChannelHealth[];
  /** Responses whose confirmation is awaited. */
  readonly unconfirmed: number;
}

/** Turns changed alerts into messages and revocations, and sees them through. */
export function createResponder(options: ResponderOptions): Responder {
  const { store, subscriptions, clock, body, log } = options;
  const ledger = createLedger({ ...options, onRows });
  const { approvalMinutes, confirmSeconds } = options.config;
  const expiry = createExpiry({ ...options, ledger, approvalMinutes });
  const taken = createTaken({ store, ...spanOf(options.config.limits) });
  const revoker = createRevoker({ ...options, ledger, taken });
  const heirs = createHeirs({ store, clock, modeOf: revoker.modeOf });
  const watch = createWatch({ ...options, ledger, confirmSeconds });
  const outbox = createOutbox({
    ...options,
    channels: [...options.channels, ...revoker.channels],
    veto: revoker.veto,
    onOutcomes: async (outcomes) => watch.see(await revoker.note(outcomes)),
  });
  const desk = createDesk({
    ...options,
    ledger,
    planner: revoker.planner,
    watch,
    expire: expiry.look,
    carryOut,
  });
  const jobs = new Set<Promise<void>>();
  let cancelRetry: (() => void) | undefined;

  async function announce(
    notices: readonly Notice[],
    decided: readonly Decided[],
    told: readonly OutboxEntry[],
  ): Promise<readonly OutboxEntry[]> {
    const before = new Map(told.map((entry) => [keyOf(entry), entry]));
    const { announcements, known } = await placeInTime(store, addressees(notices, subscriptions), before);
    const responses = new Map(decided.map(({ wish, response }) => [keyOf(wish.alert), response]));
    const responseTo = ({ about }: Notice) =>
      ('alerts' in about ? about.alerts : [about])
        .map(({ id }) => responses.get(keyOf({ tenant: about.tenant, id })))
        .find((response) => response !== undefined);
    return announcements.flatMap((announcement) => {
      const said = stillToSay(announcement, known);
      if (said === undefined) return [];
      const { notice, endpoint, id } = said;
      return newEntry({ tenant: notice.about.tenant, id }, clock(), {
        endpoint: endpoint.name,
        type: notice.type,
        body: body(notice, responseTo(notice)),
        responseId: '',
        orderKey: notice.about.id,
      });
    });
  }

  /** Puts what is requested on its way, in order; what waits dead from an earlier decision lives again. */
  async function carryOut(due: readonly Due[], others: readonly OutboxEntry[] = []): Promise<void> {
    const orders = revoker.entries(due);
    const known = await outbox.enqueue([...orders, ...others]);
    const dead = orders.filter((order) => known.get(keyOf(order))?.state === 'dead');
    for (const [tenant, ids] of byTenant(dead)) await outbox.revive(tenant, ids);
    rehearse(due);
  }

  function onRows(rows: readonly Response[]): void {
    expiry.expect(rows);
    heirs.see(rows);
    taken.see(rows);
  }

  /** Off the pipeline's path, because it asks DNS. */
  function rehearse(due: readonly Due[]): void {
    if (due.length > 0) inBackground(() => revoker.rehearse(due));
  }

  /** What people had decided is done, and what nobody decided in time is over: a question for each proposal. */
  async function settleProposals(): Promise<void> {
    try {
      await desk.resume();
      await expiry.look();
    } catch (error) {
      log.warn({ err: error }, 'proposals could not be read');
      cancelRetry = options.timer(() => inBackground(settleProposals), SETTLE_RETRY_MS);
    }
  }

  function inBackground(work: () => Promise<void>): void {
    const job: Promise<void> = work()
      .catch((error: unknown) => log.error({ err: error }, 'a response could not be seen to'))
      .finally(() => jobs.delete(job));
    jobs.add(job);
  }

  return {
    async start() {
      await heirs.start();
      await outbox.start();
      await carryOut(await revoker.left());
      await watch.start();
      inBackground(settleProposals);
    },
    async handle(changes, { handledSeq = -1, imported = false, hops = [], rows } = {}) {
      const asked = await heirs.askAgain(hops);
      if (asked.length > 0) {
        const more = await revoker.extend(asked);
        await rows;
        await carryOut(more);
      }
      heirs.settled(hops);
      // Nothing so old comes from a live feed, and what was done about it may have left the store.
      const historyMs = clock() - EVENT_AGE_MS_MAX;
      const isOld = (lastAtMs: number) => imported || lastAtMs < historyMs;
      const isHistory = ({ alert }: Decided['wish']) => isOld(alert.lastAtMs);
      const notices = changes.notices.filter(
        ({ about }) => about.version > handledSeq && !isOld(about.lastAtMs),
      );
      const wishes = changes.revocations.filter(({ alert }) => alert.version > handledSeq);
      if (notices.length === 0 && wishes.length === 0) return;

      const { decided, due } = await revoker.decide(wishes, isHistory);
      const { noted, told } = await adopt(notices, { store, subscriptions, clock, body });
      const news = await announce(notices, decided, [...noted, ...told]);
      await rows;
      if (noted.length > 0) await store.writeOutbox(noted);
      await carryOut(due, [...told, ...news]);
      revoker.settled(decided);
      await revoker.unwind(notices, outbox);
    },
    async enqueue(entries) {
      await outbox.enqueue(entries);
    },
    revive: outbox.revive,
    async stop() {
      cancelRetry?.();
      expiry.stop();
      await outbox.stop();
      await watch.stop();
      await Promise.allSettled([...jobs]);
    },
    desk,
    get stats() {
      return outbox.stats;
    },
    get lanes() {
      return outbox.lanes;
    },
    get unconfirmed() {
      return watch.watched;
    },
  };
}

function byTenant(entries: readonly OutboxEntry[]): ReadonlyMap<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { tenant, id } of entries) ids.set(tenant, [...(ids.get(tenant) ?? []), id]);
  return ids;
}
