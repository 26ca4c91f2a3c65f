import type { FeedView } from '../domain/detector.ts';
import { discard, ensure } from './collections.ts';
import type { Feeds } from './feeds.ts';

/**
 * Sightings of which something was judged by how alive a feed was. While a feed tells what it could not tell in time
 * it counts as silent there; once it is done they are judged again.
 */
export class Reliance {
  readonly #feeds: Feeds;
  /** By issuer, the sightings that asked about it, and the other way round. */
  readonly #askers = new Map<string, Set<string>>();
  readonly #issuers = new Map<string, Set<string>>();
  /** Sightings that are to be judged again, once all their issuers are done. */
  readonly #due = new Set<string>();

  constructor(feeds: Feeds) {
    this.#feeds = feeds;
  }

  /** The feeds as a sighting is shown them: whom it asks about is noted. */
  feedsFor(instance: string): FeedView {
    return {
      aliveAround: (issuer, ...when) => {
        ensure(this.#askers, issuer, () => new Set<string>()).add(instance);
        ensure(this.#issuers, instance, () => new Set<string>()).add(issuer);
        if (this.#isFilling(issuer)) this.#due.add(instance);
        return this.#feeds.aliveAround(issuer, ...when);
      },
    };
  }

  /** There is news of an issuer. Only what it says behind the watermark can change what was judged. */
  heard(issuer: string): void {
    if (!this.#askers.has(issuer) || !this.#isFilling(issuer)) return;
    for (const instance of this.#askers.get(issuer) ?? []) this.#due.add(instance);
  }

  /** Watermark at which a sighting is judged again; -Infinity when it does not wait. */
  untilMs(instance: string): number {
    if (!this.#due.has(instance)) return Number.NEGATIVE_INFINITY;
    const issuers = [...(this.#issuers.get(instance) ?? [])];
    return Math.max(...issuers.map((issuer) => this.#feeds.fillsUntilMs(issuer)));
  }

  /** Sightings that are to be judged again now. */
  takeDue(watermarkMs: number): readonly string[] {
    const due = [...this.#due].filter((instance) => this.untilMs(instance) <= watermarkMs);
    for (const instance of due) this.#due.delete(instance);
    return due;
  }

  /** These sightings are gone, or have left memory. */
  forget(instances: Iterable<string>): void {
    for (const instance of instances) {
      for (const issuer of this.#issuers.get(instance) ?? []) discard(this.#askers, issuer, instance);
      this.#issuers.delete(instance);
      this.#due.delete(instance);
    }
  }

  get waiting(): boolean {
    return this.#due.size > 0;
  }

  #isFilling(issuer: string): boolean {
    return this.#feeds.fillsUntilMs(issuer) !== Number.NEGATIVE_INFINITY;
  }
}
