/** One look of the watch at the working thread. */
export interface Look {
  /** Odd while something is under way; another number for every evaluation. */
  readonly turn: number;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** Memory of the whole process, bytes. */
  readonly rssBytes: number;
}

export interface SentryLimits {
  /** Milliseconds that one evaluation may run. */
  readonly budgetMs: number;
  /** Bytes by which the process may grow within one evaluation that runs longer than `suspectMs`. */
  readonly growthBytes: number;
  /** Milliseconds after which an evaluation is long enough to be noted, should the process die of it. */
  readonly suspectMs: number;
  /** Milliseconds that one look may count for. */
  readonly lookMsMax: number;
}

export interface Judgement {
  readonly verdict: 'calm' | 'suspect' | 'stuck' | 'grew';
  readonly ranMs: number;
  readonly grownBytes: number;
}

/**
 * Judges from looks at fixed intervals. A look counts for no longer than `lookMsMax`: a process that was stopped, or a
 * machine that slept, did not spend that time in the evaluation.
 */
export function createSentry(limits: SentryLimits): (look: Look) => Judgement {
  let turn: number | undefined;
  let ranMs = 0;
  let lastMs = 0;
  let lastRssBytes: number | undefined;
  let baseBytes = 0;

  return (look) => {
    if (look.turn === turn) {
      ranMs += Math.min(look.nowMs - lastMs, limits.lookMsMax);
    } else {
      turn = look.turn;
      ranMs = 0;
      // What it was one look ago: by now the evaluation may have grown already.
      baseBytes = lastRssBytes ?? look.rssBytes;
    }
    lastMs = look.nowMs;
    lastRssBytes = look.rssBytes;
    const grownBytes = look.rssBytes - baseBytes;
    return { verdict: judge(), ranMs, grownBytes };

    function judge(): Judgement['verdict'] {
      if (look.turn % 2 === 0) return 'calm';
      if (ranMs >= limits.budgetMs) return 'stuck';
      if (ranMs < limits.suspectMs) return 'calm';
      return grownBytes > limits.growthBytes ? 'grew' : 'suspect';
    }
  };
}
