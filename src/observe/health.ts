export const healthStates = ['ok', 'degraded', 'failing'] as const;
/** `degraded` still serves; `failing` takes the process out of rotation. */
type HealthState = (typeof healthStates)[number];

interface CheckResult {
  readonly name: string;
  readonly state: HealthState;
  /** One sentence, safe to show to anyone; empty when all is well. */
  readonly reason: string;
  /** Since when it is in this state. */
  readonly sinceMs: number;
}

interface HealthReport {
  readonly ready: boolean;
  readonly checks: readonly CheckResult[];
}

export interface Health {
  /** Asks on every report. A rejection is `failing`; the reason names nothing of the error itself. */
  probe(name: string, reasonWhenFailing: string, ask: () => Promise<void>): void;
  /** States that a part reports by itself (a consumer that lost its broker, a paused engine). */
  set(name: string, state: HealthState, reason?: string): void;
  report(): Promise<HealthReport>;
}

interface Entry {
  state: HealthState;
  reason: string;
  sinceMs: number;
  readonly ask: (() => Promise<void>) | undefined;
  readonly reasonWhenFailing: string;
}

/** A probe that has not answered by then is failing: an orchestrator's own probe gives up after about as long. */
const PROBE_TIMEOUT_MS = 2_000;

/** The named checks behind /readyz. */
export function createHealth(
  clock: () => number,
  timeoutMs = PROBE_TIMEOUT_MS,
  changed: (name: string, state: HealthState) => void = () => undefined,
): Health {
  const entries = new Map<string, Entry>();
  let running: Promise<HealthReport> | undefined;

  function change(name: string, entry: Entry, state: HealthState, reason: string): void {
    const isOther = entry.state !== state;
    if (isOther) entry.sinceMs = clock();
    entry.state = state;
    entry.reason = reason;
    if (isOther) changed(name, state);
  }

  async function run(): Promise<HealthReport> {
    await Promise.all(
      [...entries].map(async ([name, entry]) => {
        if (entry.ask === undefined) return;
        const answered = await within(Promise.resolve().then(entry.ask), timeoutMs);
        change(name, entry, answered ? 'ok' : 'failing', answered ? '' : entry.reasonWhenFailing);
      }),
    );
    const checks = [...entries].map(([name, { state, reason, sinceMs }]) => ({
      name,
      state,
      reason,
      sinceMs,
    }));
    return { ready: checks.every((check) => check.state !== 'failing'), checks };
  }

  return {
    probe(name, reasonWhenFailing, ask) {
      entries.set(name, { state: 'ok', reason: '', sinceMs: clock(), ask, reasonWhenFailing });
    },
    set(name, state, reason = '') {
      const entry = entries.get(name);
      if (entry !== undefined) return change(name, entry, state, reason);
      entries.set(name, { state, reason, sinceMs: clock(), ask: undefined, reasonWhenFailing: '' });
    },
    // Concurrent callers share one round: /readyz needs no key, and must not become a way to load the store.
    report() {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** True when the promise fulfils in time; never rejects, and never keeps the process alive. */
function within(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    timer.unref();
    promise
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}
