import type { FeedView } from '../domain/detector.ts';
import { ensure } from './collections.ts';

const MINUTE_MS = 60_000;
/** A week of minutes per issuer: older liveness is never asked for. */
const MINUTES_MAX = 7 * 24 * 60;
const ISSUERS_MAX = 1_000;

/** In which minutes of event time each issuer reported minting something: what absence is judged against. */
export class Feeds implements FeedView {
  readonly #issuers = new Map<string, Map<number, number>>();

  heard(issuer: string, atMs: number, adding: boolean): void {
    if (!this.#issuers.has(issuer) && this.#issuers.size >= ISSUERS_MAX) return;
    const minutes = ensure(this.#issuers, issuer, () => new Map<number, number>());
    const minute = Math.floor(atMs / MINUTE_MS);
    const reports = (minutes.get(minute) ?? 0) + (adding ? 1 : -1);
    if (reports > 0) minutes.set(minute, reports);
    else minutes.delete(minute);
    if (minutes.size > MINUTES_MAX) minutes.delete(Math.min(...minutes.keys()));
  }

  aliveAround(issuer: string, atMs: number, withinMs: number): boolean {
    const minutes = this.#issuers.get(issuer);
    if (minutes === undefined) return false;
    const from = Math.floor(atMs / MINUTE_MS);
    const to = Math.floor((atMs + withinMs) / MINUTE_MS);
    let before = false;
    let after = false;
    for (const minute of minutes.keys()) {
      before ||= minute <= from;
      after ||= minute >= from && minute <= to;
      if (before && after) return true;
    }
    return false;
  }
}
