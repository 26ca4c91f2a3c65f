import { type Notice, noticeId } from '../domain/notice.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { type Announcement, stillToSay } from './announce.ts';
import { placeInTime } from './place-in-time.ts';
import { keyOf, newEntry } from './rows.ts';
import type { Clock, Endpoint } from './types.ts';

export interface AdoptionParts {
  readonly store: Pick<ResponseStore, 'findOutbox'>;
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly body: (notice: Notice) => string;
}

/**
 * Messages that are noted and never sent. An alert that carries on as another one has not ended: who heard of it is
 * taken to have heard of the other, at the severity that it had, and to know that the first is over. The outbox is
 * what remembers whom was told, so it is what has to know, in this process and in every later one.
 */
export async function adopt(notices: readonly Notice[], parts: AdoptionParts): Promise<OutboxEntry[]> {
  const { store, endpoints, clock, body } = parts;
  const merged = notices.filter(({ type }) => type === 'alert.merged');
  if (merged.length === 0) return [];
  const ends = await placeInTime(
    store,
    merged.flatMap((notice) =>
      endpoints.map((endpoint) => announcement({ ...notice, type: 'alert.withdrawn' }, endpoint)),
    ),
  );
  const heard = ends.announcements.filter((end) => stillToSay(end, ends.known) !== undefined);
  const begins = await placeInTime(store, heard.flatMap(beginning));
  return [...heard, ...begins.announcements.filter((begin) => !begins.known.has(keyIn(begin)))].map(
    (said) => {
      const { notice, endpoint, id } = said;
      const entry = newEntry({ tenant: notice.alert.tenant, id }, clock(), {
        endpoint: endpoint.name,
        type: notice.type,
        body: body(notice),
        responseId: '',
      });
      return { ...entry, state: 'delivered', lastError: 'not sent: the alert carries on under another id' };
    },
  );
}

/** The alert that carries on, as if it had been raised when the first was. */
function beginning({ notice, endpoint }: Announcement): Announcement[] {
  const { alert } = notice;
  if (alert.mergedInto === undefined) return [];
  const raised: Notice = { type: 'alert.raised', epoch: 1, alert: { ...alert, id: alert.mergedInto } };
  return [announcement(raised, endpoint)];
}

function announcement(notice: Notice, endpoint: Endpoint): Announcement {
  return { notice, endpoint, id: noticeId(notice, endpoint.name) };
}

function keyIn({ notice, id }: Announcement): string {
  return keyOf({ tenant: notice.alert.tenant, id });
}
