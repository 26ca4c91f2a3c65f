import type { Admit } from '../domain/admission.ts';
import type { Detector } from '../domain/detector.ts';
import type { LogStore, SwitchStore } from '../domain/ports.ts';
import type { DetectorSwitch, EventWatch } from '../domain/record.ts';
import type { Board } from './board.ts';
import { createCarefulAdmit } from './careful-admit.ts';
import { appendJournal, type JournalEntry } from './journal.ts';
import { nameOfValue } from './message-name.ts';
import { settleJournal } from './settle.ts';
import { type Spent, timeDetectors } from './stopwatch.ts';
import { createSupervisor } from './supervisor.ts';
import { createSwitchboard, latestSwitches, type Switchboard } from './switchboard.ts';
import { startWatchdog } from './watchdog.ts';
import { watchDetectors } from './watched.ts';

export interface WatchParts {
  readonly detectors: readonly Detector[];
  readonly store: Pick<LogStore, 'appendControl'> & SwitchStore;
  /** Highest position of the log in use. */
  readonly lastSeq: number;
  /** File that outlives the process; its folder is there. */
  readonly journal: string;
  readonly clock: () => number;
  readonly log: {
    error(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
  /** Every evaluation that threw. */
  readonly onFault: (detector: string) => void;
  /** Every event that is stored and not applied. */
  readonly onPassedOver: () => void;
  readonly limits?: {
    readonly budgetMs?: number;
    readonly growthBytes?: number;
    readonly faultsMax?: number;
  };
}

export interface Watch {
  /** The detectors with a watch beside each evaluation. */
  readonly detectors: readonly Detector[];
  /** What each of them has taken so far. */
  readonly spent: readonly Spent[];
  readonly switches: Switchboard;
  /** The last switch of each detector in the log: an engine starts with these, whatever part of it is replayed. */
  readonly logged: readonly DetectorSwitch[];
  /** Position of the last record, those included that the journal led to. */
  readonly lastSeq: number;
  admit(admit: Admit): Admit;
  /** For the engine. */
  readonly events: EventWatch;
  /** Last of all: until then something may hang. */
  stop(): Promise<void>;
}

/**
 * Goes before everything that replays or reads: what ended an earlier process is in the log and off before anything
 * could run into it again.
 */
export async function startWatch(parts: WatchParts): Promise<Watch> {
  const { store, log, clock } = parts;
  const { entries, added, poison } = await settleJournal({
    ...parts,
    nowMs: clock(),
    append: store.appendControl,
  });
  tell(entries, log);
  const logged = [...latestSwitches([...(await store.detectorSwitches()), ...added]).values()];
  const board = createSwitchboard({ switches: logged, clock });
  const detectors = parts.detectors.map(({ id }) => id);
  const watchdog = await startWatchdog({
    detectors,
    journal: parts.journal,
    ...parts.limits,
    onLost: (error) => log.error({ err: error }, 'watchdog lost'),
  });

  const supervisor = createSupervisor({
    detectors,
    board: watchdog,
    ...parts.limits,
    onFault: (detector) => parts.onFault(detector),
    onTrip: createTrip(board, log),
  });
  const stopwatch = timeDetectors(parts.detectors);
  return {
    detectors: watchDetectors(stopwatch.detectors, supervisor),
    spent: stopwatch.spent,
    switches: board,
    logged,
    lastSeq: parts.lastSeq + added.length,
    admit: (admit) =>
      createCarefulAdmit({
        admit,
        board: watchdog,
        poison,
        onFault: (error) => log.error({ err: error }, 'admission failed'),
      }),
    events: createEventWatch(watchdog, poison, parts),
    stop: watchdog.close,
  };
}

/** Passes events over that ended a process twice; the first time may have been anything. */
function createEventWatch(board: Board, poison: ReadonlySet<string>, parts: WatchParts): EventWatch {
  const { log, journal, clock } = parts;
  return {
    begin(seq, { source, id }) {
      if (poison.size > 0 && poison.has(nameOfValue({ source, id }) ?? '')) {
        log.warn({ seq, id }, 'event not applied: a process ended over it');
        parts.onPassedOver();
        return false;
      }
      board.event(seq, source, id);
      return true;
    },
    end: board.over,
    fault(seq, event) {
      board.over();
      const measured = { atMs: clock(), why: 'threw', ranMs: 0, grownBytes: 0 } as const;
      const name = nameOfValue(event) ?? '';
      appendJournal(journal, { kind: 'message', name, place: `log/0/${seq}`, ...measured });
    },
  };
}

/** Turns a broken detector off. Should the log be full, as many faults again lead here again. */
function createTrip(board: Switchboard, log: WatchParts['log']): (detector: string, reason: string) => void {
  const turning = new Set<string>();
  return (detector, reason) => {
    if (turning.has(detector) || board.state(detector)?.on === false) return;
    turning.add(detector);
    log.error({ detector, reason }, 'detector broken');
    board
      .turn({ detector, on: false, reason, by: 'watchdog' })
      .catch((error: unknown) => log.warn({ err: error, detector }, 'detector not turned off'))
      .finally(() => turning.delete(detector));
  };
}

function tell(entries: readonly JournalEntry[], log: WatchParts['log']): void {
  for (const entry of entries) log.warn({ ...entry }, 'an earlier process ended here');
}
