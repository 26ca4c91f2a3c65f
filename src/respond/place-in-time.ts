import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { type Announcement, inNextEpoch, relatedIds } from './announce.ts';
import { findEntries } from './rows.ts';

/** Come-backs of one alert or incident within one replayed batch that are told apart. */
const EPOCHS_AHEAD_MAX = 8;

export interface Placed {
  readonly announcements: readonly Announcement[];
  /** What was said before of the same, by key. */
  readonly known: ReadonlyMap<string, OutboxEntry>;
}

/**
 * Looks up what was said before, and moves announcements out of epochs that are over. What was `told` is not in the
 * store yet.
 */
export async function placeInTime(
  store: Pick<ResponseStore, 'findOutbox'>,
  first: readonly Announcement[],
  told: ReadonlyMap<string, OutboxEntry> = new Map(),
): Promise<Placed> {
  const announcements = [...first];
  const known = new Map(told);
  let open = announcements.map((_, index) => index);
  for (let round = 0; round <= EPOCHS_AHEAD_MAX && open.length > 0; round += 1) {
    const named = open.flatMap((index) => {
      const announcement = announcements[index] as Announcement;
      return relatedIds(announcement).map((id) => ({ tenant: announcement.notice.about.tenant, id }));
    });
    for (const [key, entry] of await findEntries(store, named)) known.set(key, entry);
    open = open.filter((index) => {
      const moved = inNextEpoch(announcements[index] as Announcement, known);
      if (moved !== undefined) announcements[index] = moved;
      return moved !== undefined;
    });
  }
  return { announcements, known };
}
