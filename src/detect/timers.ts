interface Timer {
  readonly atMs: number;
  readonly key: string;
}

/** A binary heap of (event time, key). A key may be due several times; what is due is asked again, never trusted. */
export class Timers {
  readonly #heap: Timer[] = [];

  add(atMs: number, key: string): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push({ atMs, key });
    while (at > 0) {
      const up = (at - 1) >> 1;
      if ((heap[up] as Timer).atMs <= atMs) break;
      heap[at] = heap[up] as Timer;
      at = up;
    }
    heap[at] = { atMs, key };
  }

  /** Takes out every key that is due at `nowMs`. */
  due(nowMs: number): Set<string> {
    const keys = new Set<string>();
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= nowMs; first = this.#heap[0]) {
      keys.add(first.key);
      this.#removeFirst();
    }
    return keys;
  }

  get size(): number {
    return this.#heap.length;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const below =
        right < heap.length && (heap[right] as Timer).atMs < (heap[left] as Timer).atMs ? right : left;
      if ((heap[below] as Timer).atMs >= last.atMs) break;
      heap[at] = heap[below] as Timer;
      at = below;
    }
    heap[at] = last;
  }
}
