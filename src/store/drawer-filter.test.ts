import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDrawerFilter } from './drawer-filter.ts';
import { drawerOf } from './rows/recall.ts';

it('knows every drawer that was added', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { maxLength: 500 }), (drawers) => {
      const filter = createDrawerFilter(2 ** 12);
      for (const drawer of drawers) filter.add(drawer);
      expect(drawers.every(filter.mayHold)).toBe(true);
    }),
  );
});

it('takes few others for known', () => {
  const filter = createDrawerFilter(2 ** 16);
  // As full as the one of the service is with ten million names.
  const count = Math.round(2 ** 16 / 13.4);
  for (let n = 0; n < count; n += 1) filter.add(drawerOf('acme', `known ${n}`, n % 2 ? 'uses' : 'describes'));
  let taken = 0;
  for (let n = 0; n < 20_000; n += 1) if (filter.mayHold(drawerOf('acme', `other ${n}`, 'uses'))) taken += 1;
  expect(taken / 20_000).toBeLessThan(0.01);
});
