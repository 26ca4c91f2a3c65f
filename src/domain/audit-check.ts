import {
  AUDIT_GENESIS,
  type AuditEntry,
  type AuditHead,
  type AuditLink,
  auditDigest,
  auditHash,
} from './audit.ts';

/** Something that is not as it was written. */
export interface AuditFault {
  readonly writer: string;
  readonly seq: number;
  readonly what: string;
}

/** A place in a chain: the whole entry, or what may be known of it. */
export type AuditStep = AuditEntry | AuditLink;

/** Where a walk starts: behind this place, whose hash is known. */
export type AuditStart = Pick<AuditHead, 'seq' | 'hash'>;

/** Before the first entry. */
export const auditBeginning: AuditStart = { seq: 0, hash: AUDIT_GENESIS };

export interface AuditWalk {
  readonly faults: readonly AuditFault[];
  /** Hash at each place that was passed. */
  readonly hashes: ReadonlyMap<number, string>;
}

/** Follows the chain of one writer from a place whose hash is known: a change, a gap or another order shows. */
export function walkAudit(
  writer: string,
  steps: readonly AuditStep[],
  start: AuditStart = auditBeginning,
): AuditWalk {
  const faults: AuditFault[] = [];
  const hashes = new Map([[start.seq, start.hash]]);
  let { seq, hash } = start;
  for (const step of steps) {
    const fault = (what: string) => faults.push({ writer, seq: step.seq, what });
    if (step.writer !== writer) fault(`it is of another writer, ${step.writer}`);
    if (step.seq !== seq + 1)
      fault(`it follows entry ${seq}: ${step.seq > seq ? 'some are missing' : 'the order was changed'}`);
    const digest = 'digest' in step ? step.digest : auditDigest(step);
    // One fault is said once: from here on the walk goes by what the entry itself says.
    const before = 'prevHash' in step ? step.prevHash : hash;
    if (before !== hash && step.seq === seq + 1) fault('it does not follow the entry before it');
    const computed = auditHash(before, digest);
    if ('hash' in step && step.hash !== computed) fault('its content is not what its hash was made of');
    hash = 'hash' in step ? step.hash : computed;
    seq = step.seq;
    hashes.set(seq, hash);
  }
  return { faults, hashes };
}

/** Holds a walk against an end of the chain that was seen earlier, or elsewhere. */
export function holdAgainst(
  { hashes }: AuditWalk,
  head: Pick<AuditHead, 'writer' | 'seq' | 'hash'>,
): AuditFault | undefined {
  const { writer, seq, hash } = head;
  const found = hashes.get(seq);
  if (found === hash) return undefined;
  if (found !== undefined)
    return { writer, seq, what: 'another entry stands here than when the head was taken' };
  const last = Math.max(...hashes.keys());
  return last < seq
    ? { writer, seq, what: `the chain ends at ${last}: what the head saw is cut off` }
    : undefined;
}
