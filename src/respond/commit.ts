import type { ResponseStore } from '../domain/ports.ts';
import type { Outcome } from './attempt.ts';
import type { Log, Timer } from './types.ts';

/** Between two tries to write when the store does not answer. */
const COMMIT_RETRY_MS = 1_000;

export interface Committer {
  /** Resolves with true when the outcome is durable, with false when `stop` came first. */
  commit(outcome: Outcome): Promise<boolean>;
  /** Ends retrying; what is being written is still written. */
  stop(): void;
}

/**
 * Writes outcomes in groups: while one write is under way the next group gathers, so that a burst of deliveries is a
 * few inserts instead of hundreds. A store that does not answer holds them; nothing is sent again meanwhile.
 */
export function createCommitter(options: {
  store: Pick<ResponseStore, 'writeOutbox'>;
  timer: Timer;
  log: Log;
  onOutcomes: ((outcomes: readonly Outcome[]) => Promise<void>) | undefined;
}): Committer {
  const { store, timer, log, onOutcomes } = options;
  let waiting: { readonly outcome: Outcome; readonly done: (written: boolean) => void }[] = [];
  let flushing = false;
  let stopped = false;
  let wake: (() => void) | undefined;

  async function flush(): Promise<void> {
    if (flushing) return;
    flushing = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const outcomes = group.map(({ outcome }) => outcome);
      try {
        await onOutcomes?.(outcomes);
        await store.writeOutbox(outcomes.map(({ entry }) => entry));
        for (const { done } of group) done(true);
      } catch (error) {
        log.error({ err: error, outcomes: group.length }, 'outcomes could not be written');
        if (stopped) {
          for (const { done } of group) done(false);
        } else {
          waiting = [...group, ...waiting];
          await pause();
        }
      }
    }
    flushing = false;
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = timer(resolve, COMMIT_RETRY_MS);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }

  return {
    commit(outcome) {
      return new Promise((done) => {
        waiting.push({ outcome, done });
        void flush();
      });
    },
    stop() {
      stopped = true;
      wake?.();
    },
  };
}
