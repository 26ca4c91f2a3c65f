import { compareCalls } from './approval-node.ts';
import type { Call } from './call.ts';
import { endsOf } from './collections.ts';

/** Calls and their order by time. Most come in order and go to the end; else all are sorted when next read. */
export class OrderedCalls {
  readonly #all = new Set<Call>();
  /** Undefined: one of them went, or its time changed. */
  #byTime: Call[] | undefined;
  #sorted = false;
  #ends: readonly Call[] | undefined;

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#all.values();
  }

  /** Adds it, or notes that it changed. */
  add(call: Call): void {
    this.#ends = undefined;
    if (this.#all.has(call)) {
      this.#byTime = undefined;
      return;
    }
    this.#all.add(call);
    if (this.#byTime === undefined) return;
    const last = this.#byTime.at(-1);
    if (last !== undefined && compareCalls(last, call) > 0) this.#sorted = false;
    this.#byTime.push(call);
  }

  delete(call: Call): void {
    if (!this.#all.delete(call)) return;
    this.#ends = undefined;
    this.#byTime = undefined;
  }

  /** The first and the last `max`, by time. */
  ends(max: number): readonly Call[] {
    if (this.#ends !== undefined) return this.#ends;
    if (this.#byTime === undefined || !this.#sorted) {
      this.#byTime ??= [...this.#all];
      this.#byTime.sort(compareCalls);
      this.#sorted = true;
    }
    this.#ends = endsOf(this.#byTime, max);
    return this.#ends;
  }
}
