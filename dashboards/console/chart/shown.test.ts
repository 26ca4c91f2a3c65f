import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestHop, tokenHop, wideChain } from '../../../test/support/chain-detail.ts';
import type { Hop } from './detail.ts';
import { lineageOf } from './lineage.ts';
import {
  DRAWN_HOPS_MAX,
  readUnfolded,
  type Shown,
  shownOf,
  UNFOLD_HOPS,
  type Unfolded,
  WHOLE_HOPS_MAX,
  writeUnfolded,
} from './shown.ts';

const nothing = new Map<string, number>();
const all = (hops: readonly Hop[], offending: readonly string[] = [], unfolded: Unfolded = nothing) =>
  shownOf(lineageOf(hops), offending, unfolded);

/** Every hop once: drawn, or counted in one group. */
function covers(shown: Shown, hops: readonly Hop[]): void {
  const drawn = shown.hops.map(({ key }) => key);
  const grouped = shown.groups.flatMap(({ keys }) => [...keys]);
  expect([...drawn, ...grouped].sort()).toEqual(hops.map(({ key }) => key).sort());
  expect(shown.groups.reduce((sum, group) => sum + group.hops, 0)).toBe(grouped.length);
}

/** Chains of any shape: parents anywhere before, or nowhere at all. */
const anyHops = fc
  .array(
    fc.record({
      parent: fc.nat(),
      depth: fc.nat(3),
      name: fc.constantFrom('a', 'b', 'worker-1', 'worker-2'),
    }),
    {
      maxLength: 400,
    },
  )
  .map((drafts) =>
    drafts.map(({ parent, depth, name }, n) =>
      tokenHop(n, n === 0 || depth === 0 ? undefined : tokenHop(parent % n, undefined).key, {
        to: { id: name, kind: 'agent' },
      }),
    ),
  );

describe('what is drawn of a chain', () => {
  it('is all of a small one', () => {
    const { hops } = wideChain(19);
    expect(all(hops).hops).toHaveLength(19);
    expect(all(hops).groups).toEqual([]);
  });

  it('is no row of siblings that nobody can oversee, not even in a small one', () => {
    const { hops } = wideChain(WHOLE_HOPS_MAX);
    expect(all(hops).groups).toHaveLength(3);
    covers(all(hops), hops);
  });

  it('is one of each shape of a large one, and how many more there are', () => {
    const { hops } = wideChain(500);
    const shown = all(hops);
    expect(shown.hops.length).toBeLessThan(20);
    const [largest] = shown.groups.toSorted((a, b) => b.siblings - a.siblings);
    expect(largest).toMatchObject({ alike: true, siblings: 141 });
    covers(shown, hops);
  });

  it('never folds the path to where it broke', () => {
    const { hops, alerts } = wideChain(10_000);
    const key = alerts[0]?.hopKey ?? '';
    const path = lineageOf(hops).pathUp(key);
    const shown = all(hops, [key]);
    expect(path).toHaveLength(4);
    expect(path.every((hop) => shown.isDrawn(hop.key))).toBe(true);
    covers(shown, hops);
  });

  it('leaves out the middle of a path that is too long, and says how much', () => {
    const hops: Hop[] = [];
    for (let n = 0; n < 2_000; n += 1) hops.push(tokenHop(n, hops.at(-1)?.key, { depth: n }));
    const shown = all(hops, [hops.at(-1)?.key ?? '']);
    expect(shown.isDrawn(hops.at(-1)?.key ?? '')).toBe(true);
    expect(shown.isDrawn(hops[0]?.key ?? '')).toBe(true);
    expect(shown.groups.some(({ hops: hidden }) => hidden > 1_800)).toBe(true);
    covers(shown, hops);
  });

  it('unfolds a group step by step, up to what can be laid out', () => {
    const { hops } = wideChain(1_000);
    const folded = all(hops);
    const group = folded.groups.find(({ siblings }) => siblings > UNFOLD_HOPS);
    const once = all(hops, [], readUnfolded(writeUnfolded(nothing, group?.id ?? '')));
    expect(once.hops).toHaveLength(folded.hops.length + UNFOLD_HOPS);
    const everything: Unfolded = new Map(folded.groups.map(({ id }) => [id, 9]));
    expect(all(hops, [], everything).hops).toHaveLength(DRAWN_HOPS_MAX);
    covers(all(hops, [], everything), hops);
  });

  it('takes hops of five hundred shapes together', () => {
    const { hops } = wideChain(500, (n) =>
      String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26)),
    );
    const shown = all(hops);
    expect(shown.hops.length + shown.groups.length).toBeLessThan(WHOLE_HOPS_MAX + 20);
    expect(shown.groups.some(({ alike }) => !alike)).toBe(true);
    covers(shown, hops);
  });

  it('shows or counts every hop, of whatever shape the chain is, within its bound', () => {
    fc.assert(
      fc.property(anyHops, fc.array(fc.nat(), { maxLength: 40 }), (hops, picks) => {
        const offending = picks.flatMap((pick) => hops[pick % Math.max(1, hops.length)]?.key ?? []);
        const first = all(hops, offending);
        covers(first, hops);
        const unfolded = new Map(first.groups.map(({ id }) => [id, 2]));
        const opened = all(hops, offending, unfolded);
        covers(opened, hops);
        expect(opened.hops.length).toBeLessThanOrEqual(DRAWN_HOPS_MAX);
        expect(
          first.groups.every(({ parentKey }) => parentKey === undefined || first.isDrawn(parentKey)),
        ).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the tree of hops', () => {
  it('is one even where rows name one another', () => {
    const [a, b] = [tokenHop(1, 'b'), tokenHop(2, 'a')];
    const hops = [{ ...a, key: 'a', parentKey: 'b' }, { ...b, key: 'b', parentKey: 'a' }, requestHop()];
    const lineage = lineageOf(hops);
    expect(lineage.order).toHaveLength(3);
    expect(lineage.pathUp('b')).toHaveLength(2);
    expect(lineage.tops).toHaveLength(2);
  });

  it('reads back what it wrote into an address, and nothing else', () => {
    expect(readUnfolded(writeUnfolded(new Map([['abcdefghij', 1]]), 'abcdefghij'))).toEqual(
      new Map([['abcdefghij', 2]]),
    );
    expect(readUnfolded('"><script>,x,abcdefghij.99').size).toBe(0);
    expect(readUnfolded(null).size).toBe(0);
  });
});
