import fc from 'fast-check';
import { expect, it } from 'vitest';
import { page, readCursor, writeCursor } from './cursor.ts';

it('comes back from its text, whatever the id', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.string({ unit: 'binary' }), (ms, id) => {
      expect(readCursor(writeCursor({ ms, id }))).toEqual({ ms: ms + 0, id });
    }),
  );
});

it('is there exactly when there is more than the page', () => {
  const rows = [3, 2, 1].map((ms) => ({ at: { ms, id: `id ${ms}` }, item: ms }));
  expect(page(rows, 3)).toEqual({ items: [3, 2, 1], next: undefined });
  expect(page(rows, 2)).toEqual({ items: [3, 2], next: writeCursor({ ms: 2, id: 'id 2' }) });
  expect(page([], 2)).toEqual({ items: [], next: undefined });
});
