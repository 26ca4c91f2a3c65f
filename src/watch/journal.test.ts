import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectorSwitch } from '../domain/record.ts';
import { consequencesOf } from './consequence.ts';
import {
  appendJournal,
  clearSuspicion,
  collectSuspicion,
  type JournalEntry,
  noteSuspicion,
  readJournal,
} from './journal.ts';
import { settleJournal } from './settle.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.UTC(2026, 10, 21);
let folder = '';
let journal = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainwarden-journal-'));
  journal = join(folder, 'watchdog.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function hung(detector: string, change: Partial<JournalEntry> = {}): JournalEntry {
  const measured = { atMs: nowMs, why: 'stuck', ranMs: 5_000, grownBytes: 0 } as const;
  return { kind: 'detector', detector, instance: 'token-a', ...measured, ...change } as JournalEntry;
}

function message(name: string, change: Partial<JournalEntry> = {}): JournalEntry {
  const measured = { atMs: nowMs, why: 'stuck', ranMs: 5_000, grownBytes: 0 } as const;
  return { kind: 'message', name, place: 'tokens/0/1', ...measured, ...change } as JournalEntry;
}

describe('the journal', () => {
  it('keeps entries in order, and is empty before there is one', () => {
    expect(readJournal(journal)).toEqual([]);
    appendJournal(journal, hung('a'));
    appendJournal(journal, message('sha256:1'));
    expect(readJournal(journal)).toEqual([hung('a'), message('sha256:1')]);
  });

  it('survives a torn line and what is none of its own', () => {
    writeFileSync(journal, '{"kind":"detector","detec');
    appendJournal(journal, hung('a'));
    appendFileSync(journal, 'null\n{"kind":"other"}\n{"kind"');
    appendJournal(journal, hung('b'));
    expect(readJournal(journal)).toEqual([hung('a'), hung('b')]);
  });

  it('says what ran when a process died, once', () => {
    noteSuspicion(journal, hung('a', { why: 'died' }));
    collectSuspicion(journal);
    collectSuspicion(journal);
    expect(readJournal(journal)).toEqual([hung('a', { why: 'died' })]);
    noteSuspicion(journal, hung('b', { why: 'died' }));
    clearSuspicion(journal);
    collectSuspicion(journal);
    expect(readJournal(journal)).toHaveLength(1);
  });
});

describe('what follows from it', () => {
  it('is off for a detector that was seen stuck or growing', () => {
    const { off, keep } = consequencesOf([hung('a'), hung('b', { why: 'grew', grownBytes: 2 ** 30 })], nowMs);
    expect(off).toEqual([
      { detector: 'a', reason: 'did not come back within 5000 ms' },
      { detector: 'b', reason: 'took 1024 MiB within 5000 ms' },
    ]);
    expect(keep).toEqual([]);
  });

  it('needs a second death: the first may have been anything', () => {
    const died = (atMs: number) => hung('a', { why: 'died', atMs });
    expect(consequencesOf([died(nowMs)], nowMs)).toMatchObject({ off: [], keep: [died(nowMs)] });
    expect(consequencesOf([died(nowMs - 1), died(nowMs)], nowMs)).toMatchObject({
      off: [{ detector: 'a' }],
      keep: [],
    });
    const busy = { ...died(nowMs), ranMs: 300, grownBytes: 0 };
    expect(consequencesOf([busy, busy, died(nowMs)], nowMs)).toMatchObject({ off: [] });
    const full = { ...busy, grownBytes: 2 ** 27 };
    expect(consequencesOf([full, died(nowMs)], nowMs)).toMatchObject({ off: [{ detector: 'a' }] });
    const longAgo = died(nowMs - 8 * DAY_MS);
    expect(consequencesOf([longAgo, died(nowMs)], nowMs)).toMatchObject({ off: [], keep: [died(nowMs)] });
  });

  it('is poison for a message, which stays known', () => {
    const entries = [message('sha256:1'), message('sha256:2', { why: 'died' })];
    const { poison, keep, off } = consequencesOf(entries, nowMs);
    expect([...poison]).toEqual(['sha256:1']);
    expect(keep).toEqual(entries);
    expect(off).toEqual([]);
    const again = consequencesOf([...keep, message('sha256:2', { why: 'threw', ranMs: 0 })], nowMs);
    expect([...again.poison]).toEqual(['sha256:1', 'sha256:2']);
    expect(consequencesOf(keep, nowMs + 31 * DAY_MS)).toMatchObject({ keep: [] });
  });

  it('remembers only so many messages', () => {
    const many = Array.from({ length: 150 }, (_, i) => message(`sha256:${i}`));
    expect(consequencesOf(many, nowMs).keep).toEqual(many.slice(50));
  });
});

describe('settling it', () => {
  const log: DetectorSwitch[] = [];
  const append = async (records: readonly DetectorSwitch[]): Promise<void> => void log.push(...records);
  const settle = () => settleJournal({ journal, lastSeq: 120, nowMs, append });
  beforeEach(() => void log.splice(0));

  it('puts a switch behind the end of the log, then forgets what said so', async () => {
    appendJournal(journal, hung('a'));
    appendJournal(journal, message('sha256:1'));
    appendJournal(journal, hung('b'));
    const { added, poison } = await settle();
    expect(added).toEqual(log);
    expect(log.map(({ seq, detector, on, by }) => ({ seq, detector, on, by }))).toEqual([
      { seq: 121, detector: 'a', on: false, by: 'watchdog' },
      { seq: 122, detector: 'b', on: false, by: 'watchdog' },
    ]);
    expect([...poison]).toEqual(['sha256:1']);
    expect(readJournal(journal)).toEqual([message('sha256:1')]);
    expect((await settle()).added).toEqual([]);
    expect(readdirSync(folder)).toEqual(['watchdog.jsonl']);
  });

  it('says it again when the log did not take it', async () => {
    appendJournal(journal, hung('a'));
    const refuse = async () => {
      throw new Error('the store is down');
    };
    await expect(settleJournal({ journal, lastSeq: 120, nowMs, append: refuse })).rejects.toThrow('down');
    expect((await settle()).added).toHaveLength(1);
  });

  it('writes nothing when there is nothing to say', async () => {
    expect(await settle()).toEqual({ entries: [], added: [], poison: new Set() });
    expect(readdirSync(folder)).toEqual([]);
  });
});
