import type { EvaluationWatch } from '../domain/detector.ts';
import type { Board } from './board.ts';
import { createBreaker } from './breaker.ts';

export interface SupervisorOptions {
  /** Ids, by number. */
  readonly detectors: readonly string[];
  readonly board: Pick<Board, 'detector' | 'over'>;
  /** Every evaluation that threw. */
  readonly onFault: (detector: string, error: unknown) => void;
  /** A detector throws at everything: it should be turned off. */
  readonly onTrip: (detector: string, reason: string) => void;
  readonly faultsMax?: number;
}

/** Stands beside every evaluation: the watchdog's board for those that never return, the breaker for the others. */
export function createSupervisor(options: SupervisorOptions): EvaluationWatch {
  const { board, detectors } = options;
  const breaker = createBreaker(detectors.length, options.faultsMax);
  return {
    begin: board.detector,
    end(detector) {
      board.over();
      breaker.success(detector);
    },
    fault(detector, instance, error) {
      board.over();
      const id = detectors[detector] ?? String(detector);
      options.onFault(id, error);
      if (!breaker.fault(detector, instance)) return;
      // The name alone: a message may quote what it choked on.
      const name = error instanceof Error ? error.name : typeof error;
      options.onTrip(id, `threw ${name} at everything it looked at`);
    },
  };
}
