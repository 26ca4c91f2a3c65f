import {
  AUDIT_GENESIS,
  type AuditDraft,
  type AuditEntry,
  type AuditHead,
  type AuditSink,
  type AuditStore,
  chainAudit,
} from '../domain/audit.ts';
import { ChainwardenError } from '../domain/errors.ts';

export interface AuditWriterOptions {
  readonly store: Pick<AuditStore, 'writeAudit' | 'knownAudit' | 'auditHeads'>;
  /** Name of this data folder's chains. */
  readonly writer: string;
  /** Makes the name of a chain of this process alone, when another one writes under the same name. */
  readonly freshName: () => string;
  readonly onFork: (fork: { readonly tenant: string; readonly from: string; readonly to: string }) => void;
}

type End = Pick<AuditHead, 'writer' | 'seq' | 'hash'>;

interface Waiting {
  readonly drafts: readonly AuditDraft[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Puts entries behind the end of this writer's chains, one write at a time; what comes meanwhile goes together into
 * the next one. The store has the ends, so a later process goes on where this one stops.
 */
export function createAuditWriter(options: AuditWriterOptions): AuditSink {
  const { store, writer, freshName, onFork } = options;
  /** Where this process left the chain of each tenant. */
  const ends = new Map<string, End>();
  /** What a write that failed may have written all the same. The same rows again change nothing. */
  let unsure: readonly AuditEntry[] = [];
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function put(entries: readonly AuditEntry[]): Promise<void> {
    unsure = entries;
    try {
      await store.writeAudit(entries);
    } catch (error) {
      // Refused, and so not there: what comes next takes these places.
      if (error instanceof ChainwardenError && !error.retriable) forget(entries);
      throw error;
    }
    unsure = [];
  }

  function forget(entries: readonly AuditEntry[]): void {
    unsure = [];
    for (const { tenant } of entries) ends.delete(tenant);
  }

  /** The end of this writer's chain of a tenant; a new chain when somebody else has written into it. */
  function endOf(tenant: string, heads: readonly AuditHead[]): End {
    const left = ends.get(tenant);
    const name = left?.writer ?? writer;
    const found = heads.filter((head) => head.writer === name);
    const [end] = found;
    if (found.length === 0 && left === undefined) return { writer: name, seq: 0, hash: AUDIT_GENESIS };
    const isOurs = end !== undefined && found.length === 1 && (left === undefined || left.hash === end.hash);
    if (isOurs) return end;
    const to = freshName();
    onFork({ tenant, from: name, to });
    return { writer: to, seq: 0, hash: AUDIT_GENESIS };
  }

  async function write(drafts: readonly AuditDraft[]): Promise<void> {
    if (unsure.length > 0) await put(unsure);
    const entries: AuditEntry[] = [];
    for (const [tenant, group] of byTenant(drafts)) {
      const [known, heads] = await Promise.all([
        store.knownAudit(tenant, [...group.keys()]),
        store.auditHeads(tenant, ends.get(tenant)?.writer ?? writer),
      ]);
      for (const id of known) group.delete(id);
      if (group.size === 0) continue;
      entries.push(...chainAudit(endOf(tenant, heads), [...group.values()]));
    }
    for (const entry of entries) ends.set(entry.tenant, entry);
    if (entries.length > 0) await put(entries);
  }

  async function drain(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      await write(taken.flatMap(({ drafts }) => drafts)).then(
        () => {
          for (const { done } of taken) done();
        },
        (error: unknown) => {
          for (const { failed } of taken) failed(error);
        },
      );
    }
    isWriting = false;
  }

  return {
    append(drafts) {
      if (drafts.length === 0) return Promise.resolve();
      return new Promise((done, failed) => {
        waiting.push({ drafts, done, failed });
        if (!isWriting) void drain();
      });
    },
  };
}

/** Each draft once, by its id. */
function byTenant(drafts: readonly AuditDraft[]): ReadonlyMap<string, Map<string, AuditDraft>> {
  const groups = new Map<string, Map<string, AuditDraft>>();
  for (const draft of drafts) {
    const group = groups.get(draft.tenant) ?? new Map<string, AuditDraft>();
    groups.set(draft.tenant, group);
    if (!group.has(draft.id)) group.set(draft.id, draft);
  }
  return groups;
}
