const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 24 * 60;
/** Longer than an event may be late, and than a credential that is no ancestor lives. */
const DAYS_MAX = 32;

/** Minutes of event time by day, as bits: 180 bytes a day. */
export type MinutesBody = Readonly<Record<string, string>>;

export function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS);
}

export function startOf(minute: number): number {
  return minute * MINUTE_MS;
}

type Except = (minute: number) => boolean;

/** A bounded set of minutes. Of too many days the latest stay, which is the same in whatever order they came. */
export class Minutes {
  readonly #days = new Map<number, Uint8Array>();

  /** Returns true when the minute is new. */
  add(minute: number): boolean {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    let bits = this.#days.get(day);
    if (bits === undefined) {
      bits = new Uint8Array(MINUTES_PER_DAY / 8);
      this.#days.set(day, bits);
    }
    const at = minute - day * MINUTES_PER_DAY;
    const [byte, bit] = [at >> 3, 1 << (at & 7)];
    if (((bits[byte] ?? 0) & bit) !== 0) return false;
    bits[byte] = (bits[byte] ?? 0) | bit;
    if (this.#days.size <= DAYS_MAX) return true;
    const oldest = Math.min(...this.#days.keys());
    this.#days.delete(oldest);
    return oldest !== day;
  }

  has(minute: number): boolean {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    const at = minute - day * MINUTES_PER_DAY;
    return ((this.#days.get(day)?.[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  /** The earliest of the minutes from `from` to `to`, both included, that is not excepted. */
  earliest(from: number, to: number, except: Except): number | undefined {
    const end = Math.min(to, from + DAYS_MAX * MINUTES_PER_DAY);
    for (let minute = from; minute <= end; minute += 1)
      if (this.has(minute) && !except(minute)) return minute;
    return undefined;
  }

  /** The latest of them. */
  latest(from: number, to: number, except: Except): number | undefined {
    const end = Math.max(from, to - DAYS_MAX * MINUTES_PER_DAY);
    for (let minute = to; minute >= end; minute -= 1) if (this.has(minute) && !except(minute)) return minute;
    return undefined;
  }

  get body(): MinutesBody {
    return Object.fromEntries(
      [...this.#days].map(([day, bits]) => [String(day), Buffer.from(bits).toString('base64')]),
    );
  }

  /** Adds what was written down to what has been heard since. */
  restore(body: MinutesBody): void {
    for (const [day, text] of Object.entries(body)) {
      const from = Number(day) * MINUTES_PER_DAY;
      Buffer.from(text, 'base64').forEach((byte, index) => {
        for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) this.add(from + index * 8 + bit);
      });
    }
  }
}
