import type { Alert } from './domain/alert.ts';
import type { Hop } from './domain/chain.ts';
import type { News, NewsSink } from './domain/news.ts';
import type { AlertChanges } from './domain/notice.ts';
import type { QueryStore } from './domain/ports.ts';
import type { Response } from './domain/response.ts';

/** What a batch changed, without what an earlier process told: nobody is there yet to whom it would be new. */
export function newsOfChanges({ alerts, incidents }: AlertChanges, handledSeq: number): readonly News[] {
  const isNew = ({ version }: { readonly version: number }) => version > handledSeq;
  return [
    ...alerts.filter(isNew).map((alert): News => {
      const { tenant, id, version, severity } = alert;
      return { topic: 'alerts', tenant, id, version, severity, state: stateOf(alert) };
    }),
    ...incidents.filter(isNew).map(({ tenant, id, version, severity, state }): News => {
      return { topic: 'incidents', tenant, id, version, severity, state };
    }),
  ];
}

/** That chains grew, of whom: which of them is too much to say. */
export function newsOfHops(hops: readonly Hop[]): readonly News[] {
  return [...new Set(hops.map(({ tenant }) => tenant))].map((tenant) => ({ topic: 'chains', tenant }));
}

/** The engine's word on it; what people did stands elsewhere. */
function stateOf({ mergedInto, withdrawn, settled }: Alert): string | undefined {
  if (mergedInto !== undefined) return 'merged';
  if (withdrawn) return 'withdrawn';
  return settled ? undefined : 'provisional';
}

export function newsOfResponse({ tenant, id, state }: Response): News {
  return { topic: 'responses', tenant, id, state };
}

/** The same store, which tells what people do with alerts: several of them look at one queue. */
export function tellingOfPeople<S extends Pick<QueryStore, 'writeAlertAction'>>(store: S, news: NewsSink): S {
  return {
    ...store,
    async writeAlertAction(action) {
      await store.writeAlertAction(action);
      const { tenant, alertId, state } = action;
      // An incident is handled by handling its alerts.
      news.tell([
        { topic: 'alerts', tenant, id: alertId, state },
        { topic: 'incidents', tenant },
      ]);
    },
  };
}
