import type { AlertWithLife } from '../domain/alert.ts';

export interface AlertLivesOptions {
  readonly read: (tenant: string, id: string) => Promise<AlertWithLife | undefined>;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly freshMs?: number;
  readonly waitMs?: number;
  readonly alertsMax?: number;
}

/** Which alerts people have closed, as far as anybody has asked. */
export interface AlertLives {
  isClosed(tenant: string, id: string): boolean;
  /** Resolves when all of them are known, or after a moment: what nobody knows by then counts as open. */
  learn(tenant: string, ids: readonly string[]): Promise<void>;
}

interface Life {
  closed: boolean;
  readAtMs: number;
}

/** What people decide is used for that long before it is read again, behind the answer. */
const FRESH_MS = 5_000;
/** The first question about an alert waits for the store; the store must not make it as slow as itself. */
const WAIT_MS = 50;
const ALERTS_MAX = 10_000;

/** A step is asked for many times while one alert stands: the store is asked for that alert once in a while. */
export function createAlertLives(options: AlertLivesOptions): AlertLives {
  const { read, now, sleep, freshMs = FRESH_MS, waitMs = WAIT_MS, alertsMax = ALERTS_MAX } = options;
  /** Oldest first. */
  const lives = new Map<string, Life>();
  const reading = new Map<string, Promise<void>>();
  const nameOf = (tenant: string, id: string): string => JSON.stringify([tenant, id]);

  function refresh(tenant: string, id: string): Promise<void> {
    const name = nameOf(tenant, id);
    const under = reading.get(name);
    if (under !== undefined) return under;
    const work = read(tenant, id)
      .then((alert) => {
        lives.delete(name);
        lives.set(name, { closed: alert?.state === 'closed', readAtMs: now() });
        const [oldest] = lives.keys();
        if (lives.size > alertsMax && oldest !== undefined) lives.delete(oldest);
      })
      // Nothing is learned from a store that is away: what was known stands, and the next question asks again.
      .catch(() => undefined)
      .finally(() => reading.delete(name));
    reading.set(name, work);
    return work;
  }

  return {
    isClosed: (tenant, id) => lives.get(nameOf(tenant, id))?.closed === true,
    async learn(tenant, ids) {
      const unknown: Promise<void>[] = [];
      for (const id of ids) {
        const known = lives.get(nameOf(tenant, id));
        if (known === undefined) unknown.push(refresh(tenant, id));
        else if (now() - known.readAtMs >= freshMs) void refresh(tenant, id);
      }
      if (unknown.length > 0) await Promise.race([Promise.all(unknown), sleep(waitMs)]);
    },
  };
}
