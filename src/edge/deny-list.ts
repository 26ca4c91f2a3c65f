import type {
  DenyChanges,
  DenyEntry,
  DenyList,
  DenyListView,
  DenyRow,
  DenyStore,
} from '../domain/deny-list.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { TokenRef } from '../domain/event/index.ts';
import { DENY_CHANGES_MAX, DENY_ENTRIES_MAX } from '../domain/limits.ts';
import { hashKey, refKey } from '../domain/token.ts';

export interface DenyListOptions {
  readonly store: DenyStore;
  readonly clock: () => number;
  readonly entriesMax?: number;
  readonly changesMax?: number;
}

export interface LiveDenyList extends DenyList, DenyListView {
  /** Reads back what earlier processes were asked to deny. */
  load(): Promise<void>;
  readonly size: number;
}

/** One tenant's list. */
interface Tenant {
  version: number;
  readonly entries: Map<string, DenyRow>;
  /** By the key of a hash, the entry that names the token by issuer and jti as well. */
  readonly byHash: Map<string, DenyRow>;
  /** What was taken back, oldest first. */
  removed: DenyRow[];
  /** The oldest version since which every removal is remembered. */
  removedSince: number;
}

/**
 * The deny list in memory, over rows that outlive the process. An entry counts from the moment at which it is asked
 * for, and is taken back only once that is durable: a crash or a store that is away leaves more denied, never less.
 */
export function createDenyList(options: DenyListOptions): LiveDenyList {
  const { store, clock, entriesMax = DENY_ENTRIES_MAX, changesMax = DENY_CHANGES_MAX } = options;
  const tenants = new Map<string, Tenant>();
  /** Entries whose row may not be in the store yet. */
  const unwritten = new Set<DenyRow>();
  let version = 0;
  let size = 0;

  function tenantOf(id: string): Tenant {
    let known = tenants.get(id);
    if (known === undefined) {
      known = { version: 0, entries: new Map(), byHash: new Map(), removed: [], removedSince: 0 };
      tenants.set(id, known);
    }
    return known;
  }

  function put(row: DenyRow): void {
    const tenant = tenantOf(row.tenant);
    take(tenant, row.key);
    tenant.version = Math.max(tenant.version, row.version);
    // Map order is the order of versions: whoever asks for what is new reads from the end.
    tenant.entries.set(row.key, row);
    if ('jti' in row.ref && row.ref.hash !== undefined) tenant.byHash.set(hashKey(row.ref.hash), row);
    size += 1;
  }

  function take(tenant: Tenant, key: string): void {
    const row = tenant.entries.get(key);
    if (row === undefined) return;
    tenant.entries.delete(key);
    if ('jti' in row.ref && row.ref.hash !== undefined) tenant.byHash.delete(hashKey(row.ref.hash));
    unwritten.delete(row);
    size -= 1;
  }

  function noteRemoval(row: DenyRow): void {
    const tenant = tenantOf(row.tenant);
    take(tenant, row.key);
    tenant.version = Math.max(tenant.version, row.version);
    tenant.removed.push(row);
    if (tenant.removed.length <= changesMax) return;
    tenant.removed = tenant.removed.slice(-Math.ceil(changesMax / 2));
    tenant.removedSince = (tenant.removed[0]?.version ?? row.version) - 1;
  }

  /** What has ended is nobody's business any more: every gateway ends it by itself at the same moment. */
  function sweep(nowMs: number): void {
    for (const tenant of tenants.values()) {
      for (const row of tenant.entries.values()) if (hasEnded(row, nowMs)) take(tenant, row.key);
      tenant.removed = tenant.removed.filter((row) => !hasEnded(row, nowMs));
    }
  }

  function next(entry: DenyEntry, removed: boolean): DenyRow {
    // Also greater than that of a change which an earlier process made and nobody remembers.
    version = Math.max(version + 1, clock());
    const { tenant, key, ref, untilMs } = entry;
    return { tenant, key, ref, untilMs, version, atMs: clock(), removed };
  }

  return {
    async add(entry) {
      const nowMs = clock();
      if (hasEnded(entry, nowMs)) return;
      let row = tenants.get(entry.tenant)?.entries.get(entry.key);
      if (row?.untilMs !== entry.untilMs || !sameRef(row.ref, entry.ref)) {
        if (row === undefined && size >= entriesMax) sweep(nowMs);
        if (row === undefined && size >= entriesMax)
          throw new ChainwardenError('OVERLOADED', `the deny list holds ${entriesMax} entries, and no more`);
        row = next(entry, false);
        put(row);
        unwritten.add(row);
      }
      if (!unwritten.has(row)) return;
      await store.writeDenyRows([row]);
      unwritten.delete(row);
    },
    async remove({ tenant: id, key }) {
      const known = tenants.get(id)?.entries.get(key);
      if (known === undefined) return;
      const row = next(known, true);
      await store.writeDenyRows([row]);
      // Denied again meanwhile, for another reason: that is the later word.
      if (tenants.get(id)?.entries.get(key) === known) noteRemoval(row);
    },
    find(id, ref) {
      const tenant = tenants.get(id);
      if (tenant === undefined) return undefined;
      const hash = 'jti' in ref && ref.hash !== undefined ? hashKey(ref.hash) : undefined;
      const row =
        tenant.entries.get(refKey(ref)) ??
        tenant.byHash.get(hash ?? refKey(ref)) ??
        (hash === undefined ? undefined : tenant.entries.get(hash));
      return row === undefined || hasEnded(row, clock()) ? undefined : row;
    },
    changes(id, sinceVersion): DenyChanges {
      const tenant = tenants.get(id);
      if (tenant === undefined) return { version: 0, isWhole: true, entries: [], removed: [] };
      const nowMs = clock();
      const live = [...tenant.entries.values()].filter((row) => !hasEnded(row, nowMs));
      const { version: now, removedSince } = tenant;
      if (sinceVersion === undefined || sinceVersion < removedSince || sinceVersion > now)
        return { version: now, isWhole: true, entries: live, removed: [] };
      const isNew = (row: DenyRow): boolean => row.version > sinceVersion;
      const removed = tenant.removed.filter((row) => isNew(row) && !tenant.entries.has(row.key));
      return { version: now, isWhole: false, entries: live.filter(isNew), removed };
    },
    async load() {
      for (const row of await store.denyRows(clock())) {
        version = Math.max(version, row.version);
        if (row.removed) noteRemoval(row);
        else put(row);
      }
    },
    get size() {
      return size;
    },
  };
}

function hasEnded({ untilMs }: Pick<DenyEntry, 'untilMs'>, nowMs: number): boolean {
  return untilMs !== null && untilMs <= nowMs;
}

function sameRef(a: TokenRef, b: TokenRef): boolean {
  return refKey(a) === refKey(b) && a.hash === b.hash;
}
