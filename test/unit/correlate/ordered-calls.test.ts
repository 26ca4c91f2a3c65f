import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareCalls } from '../../../src/correlate/approval-node.ts';
import type { Call } from '../../../src/correlate/call.ts';
import { OrderedCalls } from '../../../src/correlate/ordered-calls.ts';

/** Of a call only what orders it. */
const call = (id: number): Call => ({ id: `c${id}`, atMs: id }) as Call;

const step = fc.record({
  do: fc.constantFrom('add', 'move', 'delete', 'read'),
  which: fc.nat(8),
  atMs: fc.nat(20),
});

it('is in order whatever comes, moves and goes, and however often it is read in between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const calls = Array.from({ length: 9 }, (_, id) => call(id));
      const ordered = new OrderedCalls();
      const model = new Set<Call>();
      for (const { do: what, which, atMs } of steps) {
        const one = calls[which] as Call;
        if (what === 'read') ordered.ends(2);
        else if (what === 'delete') {
          ordered.delete(one);
          model.delete(one);
        } else {
          if (what === 'move') Object.assign(one, { atMs });
          ordered.add(one);
          model.add(one);
        }
      }
      const sorted = [...model].sort(compareCalls);
      const ends = sorted.length <= 4 ? sorted : [...sorted.slice(0, 2), ...sorted.slice(-2)];
      expect(ordered.ends(2)).toEqual(ends);
      expect(new Set(ordered)).toEqual(model);
    }),
  );
});
