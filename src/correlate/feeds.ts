import type { FeedView } from '../domain/detector.ts';
import { matchesPattern } from '../domain/policy.ts';
import { Minutes, type MinutesBody, minuteOf, startOf } from './minutes.ts';

/** Issuers that are remembered, about 8 kB each: a publisher that invents some fills no memory. */
const ISSUERS_MAX = 1_000;
/** Stands for whoever spoke, issuer or not. */
export const ANYONE = '';

/** Minutes that a feed fills in behind the watermark, and may not be done with. */
interface Refill {
  /** What it said in time keeps counting: a verdict that rested on it must not be taken back and given again. */
  readonly minutes: readonly number[];
  /** Watermark at which it has said no more for as long as anything may be late; undefined: it has just spoken. */
  readonly untilMs?: number;
}

interface Feed {
  readonly minutes: Minutes;
  /** When it was first heard, to the millisecond: what it minted before is nobody's to miss. */
  firstMs: number;
  lastMs: number;
  /** Set while it tells what it could not tell in time. */
  refill: Refill | undefined;
  /** True once anyone named a credential of the issuer. */
  inUse: boolean;
}

/** What is written down of a feed. */
export interface FeedBody {
  readonly minutes: MinutesBody;
  readonly firstMs?: number;
  readonly lastMs?: number;
  readonly inUse?: true;
  readonly refill?: Refill;
}

/**
 * In which minutes of event time each issuer reported minting something: what absence is judged against. Whatever
 * was said counts, also what another content under the same identity overruled: somebody spoke. What it says behind
 * the watermark counts once it has no more of it to say: until then what is missing may be the next thing to come.
 *
 * Sets, a minimum and a maximum, so hearing something twice, or again after a restart, changes nothing.
 */
export class Feeds implements FeedView {
  readonly #feeds = new Map<string, Feed>();
  readonly #refilling = new Set<string>();
  #patterns: readonly string[] = [];
  /** Grows with everything that is news. */
  version = 0;

  /** The issuer reported a credential, or anyone anything. Returns true when that is to be written down. */
  heard(issuer: string, atMs: number, late: boolean): boolean {
    const feed = this.#ensure(issuer);
    if (feed === undefined) return false;
    const minute = minuteOf(atMs);
    // Within a minute nothing is written down again: a restart may know its beginning only.
    let isNews = minute > minuteOf(feed.lastMs);
    if (isNews) feed.lastMs = startOf(minute);
    if (atMs < feed.firstMs) {
      feed.firstMs = atMs;
      isNews = true;
    }
    if (feed.minutes.add(minute)) {
      isNews = true;
      if (late) this.#fillIn(issuer, feed, minute);
    }
    if (isNews) this.version += 1;
    return isNews;
  }

  #fillIn(issuer: string, feed: Feed, minute: number): void {
    feed.refill = { minutes: [...(feed.refill?.minutes ?? []), minute] };
    this.#refilling.add(issuer);
  }

  /** Called with every watermark, before and after it. Returns the feeds that are to be written down for it. */
  settle(watermarkMs: number, latenessMs: number): readonly string[] {
    const changed: string[] = [];
    for (const issuer of this.#refilling) {
      const feed = this.#feeds.get(issuer);
      const { refill } = feed ?? {};
      const untilMs = refill?.untilMs ?? watermarkMs + latenessMs;
      if (refill?.untilMs === untilMs && untilMs > watermarkMs) continue;
      changed.push(issuer);
      if (feed === undefined || refill === undefined || untilMs <= watermarkMs) {
        this.#refilling.delete(issuer);
        if (feed !== undefined) feed.refill = undefined;
      } else feed.refill = { ...refill, untilMs };
    }
    return changed;
  }

  /** Watermark at which the feed has filled in what it could not say in time; -Infinity where it misses nothing. */
  fillsUntilMs(issuer: string): number {
    const refill = this.#feeds.get(issuer)?.refill;
    return refill === undefined ? Number.NEGATIVE_INFINITY : (refill.untilMs ?? Number.POSITIVE_INFINITY);
  }

  /** Somebody named a credential of the issuer. Returns true when that is news. */
  named(issuer: string): boolean {
    const feed = this.#ensure(issuer);
    if (feed === undefined || feed.inUse) return false;
    feed.inUse = true;
    this.version += 1;
    return true;
  }

  /** Policy expects whom these patterns fit: they are remembered before anybody else. */
  expect(patterns: readonly string[]): void {
    this.#patterns = patterns;
  }

  #ensure(issuer: string): Feed | undefined {
    const known = this.#feeds.get(issuer);
    if (known !== undefined) return known;
    if (this.#feeds.size >= ISSUERS_MAX && !this.#makeRoom(issuer)) return undefined;
    const [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const feed: Feed = { minutes: new Minutes(), firstMs, lastMs, inUse: false, refill: undefined };
    this.#feeds.set(issuer, feed);
    return feed;
  }

  /**
   * Of too many, those that are expected stay, then those with the smallest names: who is remembered does not depend
   * on who came first, and an invented issuer displaces none that matters.
   */
  #makeRoom(issuer: string): boolean {
    let last: readonly [rank: number, name: string] = [this.#rank(issuer), issuer];
    for (const name of this.#feeds.keys()) {
      const rank = this.#rank(name);
      if (rank > last[0] || (rank === last[0] && name > last[1])) last = [rank, name];
    }
    return last[1] !== issuer && this.#feeds.delete(last[1]);
  }

  #rank(issuer: string): number {
    if (issuer === ANYONE) return 0;
    return this.#patterns.some((pattern) => matchesPattern(pattern, issuer)) ? 1 : 2;
  }

  aliveAround(issuer: string, atMs: number, withinMs: number, silenceMs: number): boolean {
    const feed = this.#feeds.get(issuer);
    if (feed === undefined || atMs < feed.firstMs) return false;
    const { minutes, firstMs, refill } = feed;
    const isOpen = (minute: number): boolean => refill?.minutes.includes(minute) === true;
    const at = minuteOf(atMs);
    // Whole minutes where there are any: the last one may not be over when the watermark gets here.
    const end = Math.max(at, minuteOf(atMs + withinMs) - 1);
    // The very minute in which it fell silent, or spoke again, says nothing of the rest of that minute.
    const next = minutes.earliest(end > at ? at + 1 : at, end, isOpen);
    if (next === undefined) return false;
    if (minuteOf(firstMs) === at) return !isOpen(at);
    const silence = Math.max(2, Math.ceil(silenceMs / startOf(1)));
    return minutes.latest(next - silence, at - 1, isOpen) !== undefined;
  }

  /** Start of the last minute in which it spoke. */
  lastMs(issuer: string = ANYONE): number | undefined {
    return finite(this.#feeds.get(issuer)?.lastMs);
  }

  /** When anyone first spoke. */
  get firstMs(): number | undefined {
    return finite(this.#feeds.get(ANYONE)?.firstMs);
  }

  inUse(issuer: string): boolean {
    return this.#feeds.get(issuer)?.inUse ?? false;
  }

  /** Everybody who was ever heard or named. */
  *issuers(): Iterable<string> {
    for (const issuer of this.#feeds.keys()) if (issuer !== ANYONE) yield issuer;
  }

  bodyOf(issuer: string): FeedBody | undefined {
    const feed = this.#feeds.get(issuer);
    if (feed === undefined) return undefined;
    const { minutes, firstMs, lastMs, inUse, refill } = feed;
    return {
      minutes: minutes.body,
      ...(Number.isFinite(firstMs) ? { firstMs } : {}),
      ...(Number.isFinite(lastMs) ? { lastMs } : {}),
      ...(inUse ? { inUse } : {}),
      ...(refill === undefined ? {} : { refill }),
    };
  }

  restore(issuer: string, { minutes, firstMs, lastMs, inUse, refill }: FeedBody): void {
    if (inUse === true) this.named(issuer);
    const feed = this.#ensure(issuer);
    if (feed === undefined) return;
    feed.firstMs = Math.min(feed.firstMs, firstMs ?? feed.firstMs);
    feed.lastMs = Math.max(feed.lastMs, lastMs ?? feed.lastMs);
    feed.minutes.restore(minutes);
    feed.refill = refill;
    if (refill !== undefined) this.#refilling.add(issuer);
    this.version += 1;
  }
}

function finite(ms: number | undefined): number | undefined {
  return ms !== undefined && Number.isFinite(ms) ? ms : undefined;
}
