import type { RecallStore } from '../domain/recall.ts';
import type { Response } from '../domain/response.ts';
import type { Confirmation } from './connectors/index.ts';

/** Newest events about one token that are searched for a refusal. */
const EVENTS_MAX = 200;

/** Asks what has been seen of a credential since its revocation was accepted. */
export type Observed = (response: Response) => Promise<Confirmation>;

/**
 * A resource server or gateway that refuses a token as such has heard of its end. One that misses a scope or an
 * audience, or finds it replayed, proves nothing.
 */
export function observedIn(store: Pick<RecallStore, 'recall'>): Observed {
  return async ({ tenant, target, acceptedMs, atMs }) => {
    if (target.kind !== 'token') return 'unknown';
    const lookup = { tenant, name: target.key, role: 'describes', max: EVENTS_MAX } as const;
    const { events } = await store.recall([lookup], Number.MAX_SAFE_INTEGER);
    const isRefused = events.some(
      ({ event: { data, timeMs } }) =>
        data.type === 'token.rejected' && data.reason === undefined && timeMs >= (acceptedMs ?? atMs),
    );
    return isRefused ? 'ended' : 'unknown';
  };
}
