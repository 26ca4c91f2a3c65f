import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type BoardView, type Sight, viewBoard } from './board.ts';
import { appendJournal, clearSuspicion, type JournalEntry, noteSuspicion } from './journal.ts';
import { createSentry, type Judgement, type SentryLimits } from './sentry.ts';

/** What the watching thread is started with. */
export interface Orders {
  readonly memory: SharedArrayBuffer;
  /** Ids, by the number under which the board knows them. */
  readonly detectors: readonly string[];
  readonly journal: string;
  readonly limits: SentryLimits;
  readonly pollMs: number;
}

/** Looks until it is told to stop, or ends the process. It shares nothing with the main thread that can be blocked. */
function watch({ memory, detectors, journal, limits, pollMs }: Orders): void {
  const board = viewBoard(memory);
  const judge = createSentry(limits);
  let suspected: number | undefined;
  while (!board.pause(pollMs)) {
    const turn = board.turn();
    const nowMs = performance.now();
    const judgement = judge({ turn, nowMs, rssBytes: process.memoryUsage.rss() });
    if (suspected !== undefined && suspected !== turn) {
      clearSuspicion(journal);
      suspected = undefined;
    }
    if (judgement.verdict === 'calm') continue;
    const entry = entryOf(board, turn, judgement, detectors);
    if (entry === undefined) continue;
    if (judgement.verdict !== 'suspect') strike(journal, entry);
    else noteSuspicion(journal, entry);
    suspected = turn;
  }
  clearSuspicion(journal);
}

function entryOf(
  board: BoardView,
  turn: number,
  { verdict, ranMs, grownBytes }: Judgement,
  detectors: readonly string[],
): JournalEntry | undefined {
  const sight: Sight | undefined = board.sight(turn);
  if (sight === undefined) return undefined;
  const why = verdict === 'stuck' || verdict === 'grew' ? verdict : 'died';
  const measured = { atMs: Date.now(), why, ranMs, grownBytes } as const;
  if (sight.kind === 'message') {
    return { kind: 'message', name: sight.name, place: sight.place, ...measured };
  }
  const detector = detectors[sight.index] ?? String(sight.index);
  return { kind: 'detector', detector, instance: sight.instance, ...measured };
}

/** Names the culprit and ends the process. Nothing gentler reaches a thread that does not come back. */
function strike(journal: string, entry: JournalEntry): void {
  try {
    appendJournal(journal, entry);
    clearSuspicion(journal);
  } catch (error) {
    say({ level: 'error', code: (error as NodeJS.ErrnoException).code, msg: 'watchdog journal not written' });
  }
  say({ level: 'fatal', ...entry, msg: 'process ended by the watchdog' });
  process.kill(process.pid, 'SIGKILL');
}

/** Not through the process's own streams: those need the main thread. */
function say(line: object): void {
  try {
    writeSync(2, `${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
  } catch {
    // A full pipe or a closed one. The journal has it.
  }
}

parentPort?.postMessage('watching');
watch(workerData as Orders);
