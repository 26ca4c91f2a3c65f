import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Branch, branch, link, recut, topOf } from '../../../src/correlate/tree.ts';

interface Wish {
  readonly child: number;
  readonly parent: number | undefined;
}

const nodes = 8;

function grow(
  wishes: readonly Wish[],
  orders: readonly number[],
  orderFirst: boolean,
): (string | undefined)[] {
  const all: Branch<number>[] = Array.from({ length: nodes }, (_, i) => branch(i, `n${i}`));
  const order = (): void => {
    all.forEach((node, i) => {
      node.orderMs = orders[i] ?? 0;
      recut(node);
    });
  };
  if (orderFirst) order();
  for (const { child, parent } of wishes) {
    link(all[child] as Branch<number>, parent === undefined ? undefined : all[parent]);
  }
  if (!orderFirst) order();
  for (const node of all) topOf(node);
  return all.map((node) => node.up?.key);
}

/** One last wish for each child: the last one counts, so only distinct children may change places. */
const wishes = fc
  .array(fc.option(fc.nat(nodes - 1), { nil: undefined }), { minLength: nodes, maxLength: nodes })
  .map((parents) => parents.map((parent, child): Wish => ({ child, parent })));

describe('the forest', () => {
  it('ends the same whatever order the links and their times become known in', () => {
    fc.assert(
      fc.property(
        wishes.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: nodes }))),
        fc.array(fc.nat(3), { minLength: nodes, maxLength: nodes }),
        ([list, other], orders) => {
          expect(grow(other, orders, false)).toEqual(grow(list, orders, true));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('loses one edge to a cycle, at its smallest time, and gets it back when the cycle opens', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((key, i) => branch(i, key)) as [
      Branch<number>,
      Branch<number>,
      Branch<number>,
    ];
    [a, b, c].forEach((node, i) => {
      node.orderMs = 10 - i;
    });
    link(a, b);
    link(b, c);
    link(c, a);
    expect([a, b, c].map((node) => node.up?.key)).toEqual(['b', 'c', undefined]);
    link(b, undefined);
    expect([a, b, c].map((node) => node.up?.key)).toEqual(['b', undefined, 'a']);
  });

  it('lets nobody be its own parent', () => {
    const a = branch(0, 'a');
    link(a, a);
    expect(a.up).toBeUndefined();
  });
});
