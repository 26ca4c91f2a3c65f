import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/evaluate/random.ts';
import { createHeap } from '../../../src/evaluate/world/heap.ts';

describe('a seeded source', () => {
  it('repeats itself, and differs from another seed', () => {
    const draws = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed).next);
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
  });

  it('draws whole numbers evenly, both ends included', () => {
    const random = createRandom(7);
    const values = Array.from({ length: 40_000 }, () => random.int(0, 3));
    for (const value of [0, 1, 2, 3]) {
      expect(Math.abs(values.filter((drawn) => drawn === value).length - 10_000)).toBeLessThan(400);
    }
  });

  it('forks independently of what was drawn before', () => {
    const [fresh, used] = [createRandom(3), createRandom(3)];
    used.next();
    expect(used.fork('a').next()).toBe(fresh.fork('a').next());
    expect(fresh.fork('a').next()).not.toBe(fresh.fork('b').next());
  });

  it('samples distinct members in their order', () => {
    const sampled = createRandom(5).sample([1, 2, 3, 4, 5, 6], 3);
    expect(sampled).toHaveLength(3);
    expect([...new Set(sampled)].sort((a, b) => a - b)).toEqual(sampled);
  });

  it('refuses to pick from nothing', () => {
    expect(() => createRandom(1).pick([])).toThrow(RangeError);
  });
});

describe('the heap', () => {
  it('gives back in order whatever went in', () => {
    const random = createRandom(11);
    const heap = createHeap<number>((a, b) => a - b);
    const items = Array.from({ length: 500 }, () => random.int(0, 99));
    for (const item of items) heap.push(item);
    const out: (number | undefined)[] = [];
    while (heap.size > 0) out.push(heap.pop());
    expect(out).toEqual(items.toSorted((a, b) => a - b));
    expect(heap.pop()).toBeUndefined();
  });
});
