import type { ChannelHealth } from '../domain/delivery.ts';
import { EVENT_AGE_MS_MAX } from '../domain/limits.ts';
import type { AlertChanges, Notice } from '../domain/notice.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { adopt } from './adopt.ts';
import { addressees, stillToSay } from './announce.ts';
import { createOutbox, type OutboxOptions, type OutboxStats } from './outbox.ts';
import { placeInTime } from './place-in-time.ts';
import { createRevoker, type Decided, type RevokerOptions } from './revoke.ts';
import { keyOf, newEntry } from './rows.ts';
import type { Render, Subscription } from './types.ts';

export interface ResponderOptions
  extends RevokerOptions,
    Pick<OutboxOptions, 'timer' | 'random' | 'entriesMax' | 'concurrency'> {
  readonly store: ResponseStore;
  readonly subscriptions: readonly Subscription[];
  /** The text of a message to people, unless the subscription has its own. */
  readonly body: Render;
}

export interface HandleOptions {
  /** Changes up to this log offset were handled by an earlier process: nothing is looked up for them. */
  readonly handledSeq?: number;
  /** The findings come from imported history. */
  readonly imported?: boolean;
}

export interface Responder {
  /** Takes up deliveries that an earlier process left. */
  start(): Promise<void>;
  /** Resolves when whatever is to leave because of these changes is durable. Repeating it changes nothing. */
  handle(changes: AlertChanges, options?: HandleOptions): Promise<void>;
  /** Gives dead messages a new life; resolves with how many. */
  revive(tenant: string, ids: readonly string[]): Promise<number>;
  /** Ends: what is under way is awaited, the rest waits in the store. */
  stop(): Promise<void>;
  readonly stats: OutboxStats;
  readonly lanes: readonly ChannelHealth[];
}

/** Turns changed alerts into messages and revocations, and sees them through. */
export function createResponder(options: ResponderOptions): Responder {
  const { store, subscriptions, clock, body } = options;
  const revoker = createRevoker(options);
  const outbox = createOutbox({ ...options, veto: revoker.veto, onOutcomes: revoker.note });
  const rehearsals = new Set<Promise<void>>();

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

  /** Off the pipeline's path, because it asks DNS. */
  function rehearse(decided: readonly Decided[]): void {
    const job: Promise<void> = revoker.rehearse(decided).finally(() => rehearsals.delete(job));
    rehearsals.add(job);
  }

  return {
    start: outbox.start,
    async handle(changes, { handledSeq = -1, imported = false } = {}) {
      // Nothing so old comes from a live feed, and what was done about it may have left the store.
      const historyMs = clock() - EVENT_AGE_MS_MAX;
      const isOld = (lastAtMs: number) => imported || lastAtMs < historyMs;
      const isHistory = ({ alert }: Decided['wish']) => isOld(alert.lastAtMs);
      const notices = changes.notices.filter(
        ({ about }) => about.version > handledSeq && !isOld(about.lastAtMs),
      );
      const wishes = changes.revocations.filter(({ alert }) => alert.version > handledSeq);
      if (notices.length === 0 && wishes.length === 0) return;

      const decided = await revoker.decide(wishes, isHistory);
      const { noted, told } = await adopt(notices, { store, subscriptions, clock, body });
      const news = await announce(notices, decided, [...noted, ...told]);
      if (noted.length > 0) await store.writeOutbox(noted);
      await outbox.enqueue([...revoker.entries(decided), ...told, ...news]);
      for (const { how, response } of decided) {
        // Its entry is dead from the earlier decision; enqueueing has left it so.
        if (how === 'again') await outbox.revive(response.tenant, [response.id]);
      }
      await revoker.unwind(notices, outbox);
      rehearse(decided);
    },
    revive: outbox.revive,
    async stop() {
      await outbox.stop();
      await Promise.allSettled([...rehearsals]);
    },
    get stats() {
      return outbox.stats;
    },
    get lanes() {
      return outbox.lanes;
    },
  };
}
