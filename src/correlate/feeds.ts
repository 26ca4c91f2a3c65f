import type { FeedView } from '../domain/detector.ts';
import { ensure } from './collections.ts';

const MINUTE_MS = 60_000;
/** A week of minutes per issuer: older liveness is never asked for. */
const MINUTES_MAX = 7 * 24 * 60;
const ISSUERS_MAX = 1_000;

/**
 * In which minutes of event time each issuer reported minting something: what absence is judged against. Whatever
 * was said counts, also what another content under the same identity overruled: somebody spoke.
 */
export class Feeds implements FeedView {
  readonly #issuers = new Map<string, Set<number>>();

  /** Returns true when that is news. */
  heard(issuer: string, atMs: number): boolean {
    if (!this.#issuers.has(issuer) && this.#issuers.size >= ISSUERS_MAX) return false;
    const minutes = ensure(this.#issuers, issuer, () => new Set<number>());
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minutes.has(minute)) return false;
    minutes.add(minute);
    if (minutes.size > MINUTES_MAX) minutes.delete(Math.min(...minutes.keys()));
    return true;
  }

  aliveAround(issuer: string, atMs: number, withinMs: number): boolean {
    const minutes = this.#issuers.get(issuer);
    if (minutes === undefined) return false;
    const from = Math.floor(atMs / MINUTE_MS);
    // Whole minutes where there are any: the last one may not be over when the watermark gets here.
    const to = Math.max(from, Math.floor((atMs + withinMs) / MINUTE_MS) - 1);
    let before = false;
    let after = false;
    for (const minute of minutes) {
      before ||= minute <= from;
      after ||= minute >= from && minute <= to;
      if (before && after) return true;
    }
    return false;
  }

  /** What is written down of an issuer: its minutes. */
  bodyOf(issuer: string): readonly number[] | undefined {
    const minutes = this.#issuers.get(issuer);
    return minutes === undefined ? undefined : [...minutes];
  }

  restore(issuer: string, body: readonly number[]): void {
    this.#issuers.set(issuer, new Set(body));
  }
}
