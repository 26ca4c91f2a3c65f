import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

const common = {
  /** Wall clock, milliseconds since the epoch. */
  atMs: z.number(),
  /** `died`: the process ended in the middle of it, and nobody was left to say why. `threw`: it could not go on. */
  why: z.enum(['stuck', 'grew', 'died', 'threw']),
  ranMs: z.number(),
  grownBytes: z.number(),
};

const JournalEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('detector'), detector: z.string(), instance: z.string(), ...common }),
  z.object({ kind: z.literal('message'), name: z.string(), place: z.string(), ...common }),
]);

/** What a process was doing when it was ended. One line of JSON each, in a file of the data folder. */
export type JournalEntry = z.infer<typeof JournalEntry>;

/** Entries in the order of writing. A line that a dying process tore is passed over. */
export function readJournal(path: string): readonly JournalEntry[] {
  return textOf(path).split('\n').flatMap(entryOf);
}

/** Adds an entry and waits until the disk has it. */
export function appendJournal(path: string, entry: JournalEntry): void {
  // A line of its own, whatever the last one ended with.
  writeDurably(path, 'a', `\n${JSON.stringify(entry)}\n`);
}

/** Keeps these entries and forgets the others, whole or not at all. */
export function rewriteJournal(path: string, entries: readonly JournalEntry[]): void {
  const fresh = `${path}.new`;
  writeDurably(fresh, 'w', entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  renameSync(fresh, path);
  syncFolder(path);
}

/**
 * Notes what is under way, in case the process dies of it. Not forced to disk: the note outlives the process, and when
 * the machine itself goes down it was not the detector.
 */
export function noteSuspicion(path: string, entry: JournalEntry): void {
  const fresh = `${suspicionOf(path)}.new`;
  writeFileSync(fresh, JSON.stringify(entry), { mode: 0o600 });
  renameSync(fresh, suspicionOf(path));
}

export function clearSuspicion(path: string): void {
  rmSync(suspicionOf(path), { force: true });
}

/** A note that nobody cleared becomes an entry. */
export function collectSuspicion(path: string): void {
  const [entry] = entryOf(textOf(suspicionOf(path)));
  if (entry !== undefined) appendJournal(path, entry);
  clearSuspicion(path);
}

function suspicionOf(path: string): string {
  return `${path}.now`;
}

function entryOf(line: string): readonly JournalEntry[] {
  if (line.trim() === '') return [];
  try {
    const parsed = JournalEntry.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function writeDurably(path: string, flags: 'a' | 'w', text: string): void {
  const file = openSync(path, flags, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(path);
}

/** A new name is durable with its folder. Windows cannot open folders and needs none of this. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
