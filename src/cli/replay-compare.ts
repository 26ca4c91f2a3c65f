import type { Alert } from '../domain/alert.ts';
import { PAGE_ROWS_MAX } from '../domain/limits.ts';
import { compareAlerts, type DiffScope, type ReplayDiff } from '../evaluate/index.ts';
import type { ReadableStore } from './replay-store.ts';

export interface StoredScope extends Omit<DiffScope, 'begunSeq'> {
  readonly tenants: Iterable<string>;
  /** Of this detector alone. */
  readonly detector: string | undefined;
}

type Source = Pick<ReadableStore, 'alerts' | 'alert' | 'progress'>;

/** Compares a replay with what the store holds, while a service may go on writing to it. */
export async function compareStored(
  store: Source,
  replayed: ReadonlyMap<string, Alert>,
  scope: StoredScope,
): Promise<ReplayDiff> {
  const live = await storedAlerts(store, scope);
  // Only now: what has been read was begun by then.
  const { begunSeq } = await store.progress();
  const diff = compareAlerts(live, replayed, { ...scope, begunSeq });
  if (begunSeq <= scope.handledSeq) return diff;
  // An alert that changes moves to the top of the list, which may by then have been read: it is asked for by name.
  for (const { diff: kind, alert } of diff.differences) {
    const stored = kind === 'new' ? await store.alert(alert.tenant, alert.id) : undefined;
    if (stored !== undefined) live.set(stored.id, stored);
  }
  return compareAlerts(live, replayed, { ...scope, begunSeq: (await store.progress()).begunSeq });
}

async function storedAlerts(
  store: Pick<Source, 'alerts'>,
  { tenants, detector }: StoredScope,
): Promise<Map<string, Alert>> {
  const found = new Map<string, Alert>();
  const any = { state: undefined, kind: undefined, minSeverity: undefined, chainId: undefined };
  for (const tenant of tenants) {
    let cursor: string | undefined;
    do {
      const page = await store.alerts({ ...any, tenant, detector, cursor, limit: PAGE_ROWS_MAX });
      for (const alert of page.items) found.set(alert.id, alert);
      cursor = page.next;
    } while (cursor !== undefined);
  }
  return found;
}
