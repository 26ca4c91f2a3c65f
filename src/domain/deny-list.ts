import type { TokenRef } from './event/index.ts';

/** A credential that gateways are to refuse, whatever its signature says. */
export interface DenyEntry {
  readonly tenant: string;
  /** Canonical key of the token inside the tenant. */
  readonly key: string;
  readonly ref: TokenRef;
  /** When it may be forgotten: the token's expiry and the skew of clocks, ms; null: not before it is taken back. */
  readonly untilMs: number | null;
}

/** What gateways poll. Both are durable when they resolve, and may be repeated. */
export interface DenyList {
  add(entry: DenyEntry): Promise<void>;
  remove(entry: Pick<DenyEntry, 'tenant' | 'key'>): Promise<void>;
}

/** An entry as it is kept: of one key the highest version counts. */
export interface DenyRow extends DenyEntry {
  /** Grows with every change of any tenant's list. */
  readonly version: number;
  /** Wall clock of the change. */
  readonly atMs: number;
  /** Taken back. */
  readonly removed: boolean;
}

/** What changed of a list since a version of it. */
export interface DenyChanges {
  /** Of the list as it is now; 0 for one that was always empty. */
  readonly version: number;
  /** Nobody can say any more what changed since then: the entries are all there are, and replace what was known. */
  readonly isWhole: boolean;
  readonly entries: readonly DenyRow[];
  /** Entries that were taken back before their time. */
  readonly removed: readonly DenyRow[];
}

/** The list as gateways and step decisions read it. */
export interface DenyListView {
  /** The entry that names the token, by either of its names. */
  find(tenant: string, ref: TokenRef): DenyRow | undefined;
  changes(tenant: string, sinceVersion: number | undefined): DenyChanges;
}

export interface DenyStore {
  writeDenyRows(rows: readonly DenyRow[]): Promise<void>;
  /** The newest row of every key that has not ended by then, oldest change first. */
  denyRows(nowMs: number): Promise<readonly DenyRow[]>;
}
