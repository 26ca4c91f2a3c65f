import { canonicalJson, sha256 } from './canonical.ts';
import type { Json } from './finding.ts';
import type { Page, PageQuery } from './ports.ts';

export const auditKinds = [
  'plan.made',
  'plan.decision',
  'person.refused',
  'response.state',
  'message.replayed',
  'mode.changed',
  'backtest.made',
  'backtest.opened',
  'ssf.received',
  'key.changed',
] as const;
export type AuditKind = (typeof auditKinds)[number];

/** Something that was decided, done or confirmed, before it has a place in the audit. */
export interface AuditDraft {
  readonly tenant: string;
  /** Deterministic, of the facts: the same draft twice is one entry. */
  readonly id: string;
  readonly kind: AuditKind;
  readonly atMs: number;
  /** Who did it: the name of an API key, or `chainwarden`. */
  readonly actor: string;
  /** What it happened to: a response, a plan, a detector, a message. */
  readonly subjectId: string;
  /** Ids of all else that it concerns: alert, chain, plan. By these an evidence pack finds it. */
  readonly about: readonly string[];
  readonly body: { readonly [member: string]: Json };
}

/** An entry of the audit. Entries of one writer and tenant are a chain: each holds the hash of the one before. */
export interface AuditEntry extends AuditDraft {
  /** Who keeps the chain: one per data folder, never shared by two processes. */
  readonly writer: string;
  /** Place in the chain, from 1, without gaps. */
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** Where every append to the audit goes. */
export interface AuditSink {
  /**
   * Resolves when the entries are durable; a draft that is already there is not written again. Append before the row
   * that it tells of is written: after a crash in between, the audit says it twice rather than never.
   */
  append(drafts: readonly AuditDraft[]): Promise<void>;
}

/** The end of a chain. Kept elsewhere, it shows later that nothing before it was changed or cut off. */
export interface AuditHead {
  readonly tenant: string;
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

/** Stands for the entry before the first. */
export const AUDIT_GENESIS = '0'.repeat(64);

/** SHA-256 of everything an entry says, its place included, hexadecimal. It can be shown where the entry cannot. */
export function auditDigest(entry: Omit<AuditEntry, 'prevHash' | 'hash'>): string {
  const { tenant, writer, seq, id, kind, atMs, actor, subjectId, about, body } = entry;
  return sha256(canonicalJson({ tenant, writer, seq, id, kind, atMs, actor, subjectId, about, body }));
}

/** Hash of an entry: it commits to what the entry says and, through the one before, to everything earlier. */
export function auditHash(prevHash: string, digest: string): string {
  return sha256(`${prevHash}\n${digest}`);
}

/** Gives drafts their places behind the end of a chain. */
export function chainAudit(
  { writer, seq, hash }: Pick<AuditHead, 'writer' | 'seq' | 'hash'>,
  drafts: readonly AuditDraft[],
): readonly AuditEntry[] {
  let prevHash = hash;
  return drafts.map((draft, index) => {
    const placed = { ...draft, writer, seq: seq + index + 1 };
    const entry = { ...placed, prevHash, hash: auditHash(prevHash, auditDigest(placed)) };
    prevHash = entry.hash;
    return entry;
  });
}

/** An entry as those see it who may not read it: enough to follow the chain past it. */
export interface AuditLink {
  readonly writer: string;
  readonly seq: number;
  readonly digest: string;
}

export interface AuditQuery extends PageQuery {
  readonly kind: AuditKind | undefined;
  /** Of what happened to it, or concerns it otherwise. */
  readonly subject: string | undefined;
}

/** Where the audit is kept. Nothing changes or takes away an entry. */
export interface AuditStore {
  /** The same entry again changes nothing; another one at the same place stays beside it. */
  writeAudit(entries: readonly AuditEntry[]): Promise<void>;
  /** Those of the ids that are in the audit of a tenant, whoever wrote them. */
  knownAudit(tenant: string, ids: readonly string[]): Promise<readonly string[]>;
  /** The ends of a tenant's chains, or of one; two of one writer where two entries claim its last place. */
  auditHeads(tenant: string, writer?: string): Promise<readonly AuditHead[]>;
  /** Latest first. */
  auditEntries(query: AuditQuery): Promise<Page<AuditEntry>>;
  /** The chain of one writer behind a place, in order. */
  auditChain(tenant: string, writer: string, afterSeq: number, limit: number): Promise<readonly AuditEntry[]>;
  /** The same, for who needs no more than to follow it. */
  auditLinks(tenant: string, writer: string, afterSeq: number, limit: number): Promise<readonly AuditLink[]>;
  /** Entries that concern a chain, under whichever of its ids, or something else that is named; oldest first. */
  auditAbout(
    tenant: string,
    about: { readonly chainId: string; readonly ids: readonly string[]; readonly limit: number },
  ): Promise<readonly AuditEntry[]>;
}
