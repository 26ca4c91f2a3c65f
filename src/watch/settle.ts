import type { DetectorSwitch } from '../domain/record.ts';
import { consequencesOf } from './consequence.ts';
import { collectSuspicion, type JournalEntry, readJournal, rewriteJournal } from './journal.ts';

export interface SettleParts {
  readonly journal: string;
  /** Highest position of the log in use. */
  readonly lastSeq: number;
  readonly nowMs: number;
  /** Writes records to the log; resolves when they are durable. */
  readonly append: (records: readonly DetectorSwitch[]) => Promise<void>;
}

export interface Settled {
  /** What the journal held. */
  readonly entries: readonly JournalEntry[];
  /** Switches that were added to the log, at the positions behind `lastSeq`. */
  readonly added: readonly DetectorSwitch[];
  readonly poison: ReadonlySet<string>;
}

/**
 * Before anything is replayed: what the journal says becomes records of the log, and only then the journal forgets it.
 * A process that dies in between says it twice, which changes nothing.
 */
export async function settleJournal({ journal, lastSeq, nowMs, append }: SettleParts): Promise<Settled> {
  collectSuspicion(journal);
  const entries = readJournal(journal);
  const { off, poison, keep } = consequencesOf(entries, nowMs);
  const added = off.map(({ detector, reason }, index): DetectorSwitch => {
    return {
      kind: 'detector',
      seq: lastSeq + 1 + index,
      detector,
      on: false,
      atMs: nowMs,
      reason,
      by: 'watchdog',
    };
  });
  if (added.length > 0) await append(added);
  if (keep.length < entries.length) rewriteJournal(journal, keep);
  return { entries, added, poison };
}
