import { DISTINCT_MAX } from '../domain/limits.ts';

/** A bounded multiset of strings: distinct values with how often each was added. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #sorted: readonly string[] | undefined;
  /** True once a value had to be left out. */
  saturated = false;

  /** Returns true when the value is new. */
  add(value: string, times = 1): boolean {
    const count = this.#counts.get(value);
    if (count === undefined && this.#counts.size >= DISTINCT_MAX) {
      this.saturated = true;
      return false;
    }
    this.#counts.set(value, (count ?? 0) + times);
    if (count !== undefined) return false;
    this.#sorted = undefined;
    return true;
  }

  remove(value: string): void {
    const count = this.#counts.get(value);
    if (count === undefined) return;
    if (count > 1) {
      this.#counts.set(value, count - 1);
      return;
    }
    this.#counts.delete(value);
    this.#sorted = undefined;
  }

  clear(): void {
    this.#counts.clear();
    this.#sorted = undefined;
    this.saturated = false;
  }

  count(value: string): number {
    return this.#counts.get(value) ?? 0;
  }

  entries(): [string, number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get size(): number {
    return this.#counts.size;
  }

  /** The only value, when there is exactly one. */
  get only(): string | undefined {
    return this.#counts.size === 1 ? this.#counts.keys().next().value : undefined;
  }

  values(): readonly string[] {
    this.#sorted ??= [...this.#counts.keys()].sort();
    return this.#sorted;
  }
}
