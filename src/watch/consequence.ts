import type { JournalEntry } from './journal.ts';

/** A process may die of many things while a detector runs; twice within this time over the same is no accident. */
const DIED_WITHIN_MS = 7 * 86_400_000;
/**
 * A note is written early, for a process that is about to run out of memory has little time. Whoever kills a busy
 * machine's process leaves such notes as well, so what had neither run long nor grown is not held against anybody.
 */
const DIED_RAN_MS = 1_000;
const DIED_GREW_BYTES = 64 * 2 ** 20;
/** Messages that are remembered, and how long: a publisher or a topic may bring the same one again. */
const MESSAGES_MAX = 100;
const MESSAGES_WITHIN_MS = 30 * 86_400_000;

/** What follows from a journal. */
export interface Consequences {
  /** Detectors that must not run until somebody turns them on, each with what it did. */
  readonly off: readonly { readonly detector: string; readonly reason: string }[];
  /** Names of messages that nobody decodes again. */
  readonly poison: ReadonlySet<string>;
  /** Entries that are still needed when `off` is in the log. */
  readonly keep: readonly JournalEntry[];
}

export function consequencesOf(entries: readonly JournalEntry[], nowMs: number): Consequences {
  const detectors = new Map<string, JournalEntry[]>();
  const messages = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    if (entry.kind === 'detector') group(detectors, entry.detector, entry);
    else if (nowMs - entry.atMs < MESSAGES_WITHIN_MS) group(messages, entry.name, entry);
  }
  const off: Consequences['off'][number][] = [];
  const keep: JournalEntry[] = [];
  for (const [detector, own] of detectors) {
    const culprit = convicting(own, nowMs);
    if (culprit !== undefined) off.push({ detector, reason: reasonOf(culprit) });
    else keep.push(...own.filter((entry) => nowMs - entry.atMs < DIED_WITHIN_MS));
  }
  const poison = new Set<string>();
  for (const [name, own] of messages) if (convicting(own, nowMs) !== undefined) poison.add(name);
  keep.push(...[...messages.values()].flat().slice(-MESSAGES_MAX));
  return { off, poison, keep };
}

/** The entry that settles it: the watchdog saw it, or the process died twice. */
function convicting(entries: readonly JournalEntry[], nowMs: number): JournalEntry | undefined {
  const seen = entries.findLast(({ why }) => why === 'stuck' || why === 'grew');
  if (seen !== undefined) return seen;
  const died = entries.filter((entry) => nowMs - entry.atMs < DIED_WITHIN_MS && isTelling(entry));
  return died.length > 1 ? died.at(-1) : undefined;
}

function isTelling({ why, ranMs, grownBytes }: JournalEntry): boolean {
  return why === 'threw' || ranMs >= DIED_RAN_MS || grownBytes >= DIED_GREW_BYTES;
}

/** Every tenant may read it, so it does not say what was looked at; the journal and the process's last line do. */
function reasonOf(entry: JournalEntry): string {
  const ranMs = Math.round(entry.ranMs);
  switch (entry.why) {
    case 'stuck':
      return `did not come back within ${ranMs} ms`;
    case 'grew':
      return `took ${Math.round(entry.grownBytes / 2 ** 20)} MiB within ${ranMs} ms`;
    case 'died':
    case 'threw':
      return 'the process died twice while it ran';
  }
}

function group<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
