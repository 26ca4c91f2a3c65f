import { severityRank } from '../domain/finding.ts';
import { type Notice, noticeId } from '../domain/notice.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { type Announcement, asWord, listensTo, stillToSay, wordOf } from './announce.ts';
import { placeInTime } from './place-in-time.ts';
import { keyOf, newEntry } from './rows.ts';
import type { Clock, Render, Subscription } from './types.ts';

export interface AdoptionParts {
  readonly store: Pick<ResponseStore, 'findOutbox'>;
  readonly subscriptions: readonly Subscription[];
  readonly clock: Clock;
  readonly body: Render;
}

interface Adopted {
  /** Messages that are noted and never sent. */
  readonly noted: readonly OutboxEntry[];
  /** What is told of those that ended so. */
  readonly told: readonly OutboxEntry[];
}

/**
 * What carries on under another id has not ended: who heard of it is taken to have heard of the other, at the severity
 * that it had, and to know that the first is over. Of an incident that is told, so that nobody goes on with the old
 * one; of an alert it is only noted. The outbox is what remembers whom was told, so it is what has to know, in this
 * process and in every later one.
 */
export async function adopt(notices: readonly Notice[], parts: AdoptionParts): Promise<Adopted> {
  const { store, subscriptions } = parts;
  const merged = notices.filter((notice) => wordOf(notice) === 'merged');
  if (merged.length === 0) return { noted: [], told: [] };
  const ends = await placeInTime(
    store,
    merged.flatMap((notice) => subscriptions.map((endpoint) => announcement(notice, endpoint))),
  );
  const heard = ends.announcements.filter((end) => stillToSay(end, ends.known) !== undefined);
  const begins = await placeInTime(store, heard.flatMap(beginning));
  const unheard = worstOf(begins.announcements.filter((begin) => !begins.known.has(keyIn(begin))));
  const isTold = ({ notice, endpoint }: Announcement) =>
    notice.type === 'incident.merged' && !endpoint.disabled && listensTo(endpoint, notice.type);
  return {
    noted: [...heard.filter((end) => !isTold(end)), ...unheard].map((said) => ({
      ...entryOf(said, parts),
      state: 'delivered',
      lastError: 'not sent: it carries on under another id',
    })),
    told: heard.filter(isTold).map((said) => entryOf(said, parts)),
  };
}

function entryOf({ notice, endpoint, id }: Announcement, { clock, body }: AdoptionParts): OutboxEntry {
  return newEntry({ tenant: notice.about.tenant, id }, clock(), {
    endpoint: endpoint.name,
    type: notice.type,
    body: body(notice, undefined),
    responseId: '',
    orderKey: notice.about.id,
  });
}

/** What carries on, as if it had been raised when the first was. */
function beginning({ notice, endpoint }: Announcement): Announcement[] {
  const { about } = notice;
  if (about.mergedInto === undefined) return [];
  const raised = {
    ...asWord(notice, 'raised'),
    epoch: 1,
    about: { ...about, id: about.mergedInto },
  } as Notice;
  return [announcement(raised, endpoint)];
}

/** Several may carry on as one: of the same message that with the highest severity. */
function worstOf(announcements: readonly Announcement[]): Announcement[] {
  const rank = ({ notice }: Announcement) => severityRank(notice.about.severity);
  const sorted = [...announcements].sort((a, b) => rank(a) - rank(b));
  return [...new Map(sorted.map((one) => [keyIn(one), one])).values()];
}

function announcement(notice: Notice, endpoint: Subscription): Announcement {
  return { notice, endpoint, id: noticeId(notice, endpoint.name) };
}

function keyIn({ notice, id }: Announcement): string {
  return keyOf({ tenant: notice.about.tenant, id });
}
