import type { AlertAction } from '../../domain/alert.ts';
import { severities } from '../../domain/finding.ts';
import { deterministicId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { CLOSINGS_READ_MAX, PAGE_ROWS_MAX } from '../../domain/limits.ts';
import { type ClosedNotice, type NamedNotice, noticeId } from '../../domain/notice.ts';
import type { PositionStore, QueryStore, ResponseStore } from '../../domain/ports.ts';
import type { OutboxEntry } from '../../domain/response.ts';
import { listensTo } from '../announce.ts';
import { newEntry } from '../rows.ts';
import type { Clock, Log, Subscription, Timer } from '../types.ts';

export interface ClosingsOptions {
  readonly store: Pick<QueryStore, 'alert' | 'alerts' | 'incident' | 'closingsSince'> &
    Pick<ResponseStore, 'findOutbox'> &
    PositionStore;
  readonly subscriptions: readonly Subscription[];
  /** An entry that is known is left as it is. */
  readonly enqueue: (entries: readonly OutboxEntry[]) => Promise<void>;
  readonly body: (notice: ClosedNotice) => string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Pick<Log, 'error'>;
}

export interface Closings {
  /** Sees to what people have closed since the last time; never rejects. Called when they have, and at the start. */
  look(): Promise<void>;
  /** Awaits what is under way; nothing more is begun. */
  stop(): Promise<void>;
}

/** Name of the position: the time up to which closings were seen to, milliseconds. */
const POSITION = 'closings';
/** Seen to again: clocks of two processes differ, and a row may be written later than its time says. */
const OVERLAP_MS = 10 * 60_000;
/** What could not be seen to, or was closed through another process, is seen to then. */
const LOOK_MS = 60_000;
/** An incident that was raised more often is not told of: nobody reads that far. */
const EPOCHS_LOOKED_AT = 8;

/**
 * Tells that an incident is over for people: the last of its alerts that paged was closed. The id of the message is
 * made of the last closing, so however often it is looked at, and whichever process dies in between, it is one message;
 * who reopens and closes again has a new one sent. Only those hear of it who heard of the beginning.
 */
export function createClosings(options: ClosingsOptions): Closings {
  const { store, subscriptions, enqueue, body, clock, timer, log } = options;
  let under: Promise<void> = Promise.resolve();
  let cancel: (() => void) | undefined;
  let stopped = false;

  async function see(): Promise<void> {
    const nowMs = clock();
    // Before the first look nothing was promised.
    const seenMs = (await store.readPosition(POSITION)) || nowMs;
    const sinceMs = Math.max(0, seenMs - OVERLAP_MS);
    const closed = await store.closingsSince(sinceMs, CLOSINGS_READ_MAX);
    for (const { incident, last } of await endedBy(closed)) await tell(incident, last);
    // What did not fit into one look is seen to by the next one.
    const isAll = closed.length < CLOSINGS_READ_MAX;
    await store.writePosition(POSITION, isAll ? nowMs : (closed.at(-1)?.atMs ?? nowMs));
  }

  /** Incidents whose alerts are all closed, each with the last closing. */
  async function endedBy(closed: readonly AlertAction[]) {
    const last = new Map<string, { readonly incident: Incident; readonly last: AlertAction }>();
    for (const action of closed) {
      const { tenant, alertId } = action;
      const alert = await store.alert(tenant, alertId);
      if (alert?.state !== 'closed' || alert.incidentId === undefined) continue;
      const incident = await store.incident(tenant, alert.incidentId);
      if (incident?.state !== 'open') continue;
      const key = JSON.stringify([tenant, incident.id]);
      if (action.atMs >= (last.get(key)?.last.atMs ?? 0)) last.set(key, { incident, last: action });
    }
    const ended = [];
    for (const one of last.values()) if (await isClosed(one.incident)) ended.push(one);
    return ended;
  }

  async function isClosed({ tenant, id }: Incident): Promise<boolean> {
    const any = { state: undefined, detector: undefined, minSeverity: undefined, chainId: undefined };
    const query = { ...any, tenant, kind: 'alert' as const, incidentId: id, limit: PAGE_ROWS_MAX };
    const { items, next } = await store.alerts({ ...query, cursor: undefined });
    // One that has more alerts than a page is for people to look at once more.
    return next === undefined && items.every(({ state }) => state !== 'open' && state !== 'acknowledged');
  }

  async function tell(incident: Incident, { id: closing, by, reason }: AlertAction): Promise<void> {
    const { tenant, id } = incident;
    const entries: OutboxEntry[] = [];
    for (const endpoint of subscriptions) {
      if (endpoint.disabled || !listensTo(endpoint, 'incident.closed')) continue;
      const epoch = await epochHeard(incident, endpoint.name);
      if (epoch === undefined) continue;
      const name = deterministicId('msg', [tenant, id, 'incident.closed', closing, endpoint.name]);
      const notice: ClosedNotice = { type: 'incident.closed', epoch, about: incident, by, reason };
      const content = { endpoint: endpoint.name, type: notice.type, body: body(notice), responseId: '' };
      entries.push(newEntry({ tenant, id: name }, clock(), { ...content, orderKey: id }));
    }
    if (entries.length > 0) await enqueue(entries);
  }

  /** The last epoch that was told there; undefined when none was, or when that one has been withdrawn. */
  async function epochHeard(about: Incident, endpoint: string): Promise<number | undefined> {
    const named = (epoch: number, word: 'raised' | 'withdrawn'): NamedNotice => ({
      type: `incident.${word}`,
      epoch,
      about,
    });
    const begins = (epoch: number): string[] => [
      noticeId(named(epoch, 'raised'), endpoint),
      ...severities.map((severity) =>
        noticeId({ type: 'incident.escalated', epoch, about: { ...about, severity } }, endpoint),
      ),
    ];
    const epochs = Array.from({ length: EPOCHS_LOOKED_AT }, (_, index) => EPOCHS_LOOKED_AT - index);
    const end = (epoch: number): string => noticeId(named(epoch, 'withdrawn'), endpoint);
    const ids = epochs.flatMap((epoch) => [...begins(epoch), end(epoch)]);
    const known = new Set((await store.findOutbox(about.tenant, ids)).map((entry) => entry.id));
    const last = epochs.find((epoch) => begins(epoch).some((one) => known.has(one)));
    return last === undefined || known.has(end(last)) ? undefined : last;
  }

  function plan(): void {
    cancel?.();
    if (!stopped) cancel = timer(() => void look(), LOOK_MS);
  }

  function look(): Promise<void> {
    if (stopped) return under;
    under = under
      .then(see)
      .catch((error: unknown) => log.error({ err: error }, 'closed incidents could not be told of'))
      .finally(plan);
    return under;
  }

  return {
    look,
    async stop() {
      stopped = true;
      cancel?.();
      await under;
    },
  };
}
