import type { Revocation, Tombstone, Unconfirmed } from '../domain/chain.ts';
import type { EventOf } from '../domain/event/index.ts';
import { compareTimes, type Fact } from './fact.ts';

export type OwnRecord = Fact<EventOf<'response.recorded'>>;

/** An own record that covers a token, and by what. */
export interface Covering {
  readonly via: Revocation['via'];
  readonly record: OwnRecord;
}

/** Of each response what was recorded after it was last undone: the same one may be asked for again. By time. */
export function standingOf(records: readonly Covering[]): readonly Covering[] {
  const undoneMs = new Map<string, number>();
  for (const { record } of records) {
    const { data, event } = record;
    if (data.state !== 'undone') continue;
    undoneMs.set(data.response, Math.max(event.timeMs, undoneMs.get(data.response) ?? event.timeMs));
  }
  return records
    .filter(
      ({ record: { data, event } }) =>
        data.state !== 'undone' && event.timeMs > (undoneMs.get(data.response) ?? Number.NEGATIVE_INFINITY),
    )
    .sort((a, b) => compareTimes(a.record, b.record));
}

/** From when on nothing may be made of the token. */
export function tombstoneIn(standing: readonly Covering[]): Tombstone | undefined {
  const first = standing.find(({ record }) => record.data.state !== 'unconfirmed');
  return first === undefined ? undefined : said(first.record);
}

/** The first time that each response could not be confirmed, unless it was confirmed since. */
export function unconfirmedIn(standing: readonly Covering[]): readonly Unconfirmed[] {
  const open = new Map<string, Unconfirmed>();
  const requestedMs = new Map<string, number>();
  for (const { via, record } of standing) {
    const { response, state, connector } = record.data;
    const { timeMs } = record.event;
    if (state === 'requested' && !requestedMs.has(response)) requestedMs.set(response, timeMs);
    if (state === 'confirmed') open.delete(response);
    if (state !== 'unconfirmed' || open.has(response)) continue;
    open.set(response, { ...said(record), via, connector, requestedMs: requestedMs.get(response) });
  }
  return [...open.values()];
}

/** A revocation that was confirmed is one. */
export function confirmedIn(standing: readonly Covering[]): Covering | undefined {
  return standing.find(({ record }) => record.data.state === 'confirmed');
}

function said({ event, data }: OwnRecord): Tombstone {
  return { atMs: event.timeMs, responseId: data.response, eventId: event.id };
}
