import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differences } from './difference.ts';

it('tells members by name, and items of lists by what they hold', () => {
  expect(
    differences(
      { trust: { issuers: ['a', 'b'], domains: [] }, depth: { max: 3 }, name: 'x' },
      {
        trust: { issuers: ['b', 'c'], domains: [] },
        depth: { max: 4 },
        tickets: { required: ['t'] },
        name: 'x',
      },
    ),
  ).toEqual([
    { path: 'trust.issuers', before: 'a' },
    { path: 'trust.issuers', after: 'c' },
    { path: 'depth.max', before: 3, after: 4 },
    { path: 'tickets', after: { required: ['t'] } },
  ]);
});

it('compares rows of one name with each other', () => {
  const row = { id: 'night', owner: 'mail', expires: '2026' };
  expect(differences({ e: [row, { id: 'old' }] }, { e: [{ ...row, owner: 'crm' }, { id: 'new' }] })).toEqual([
    { path: 'e[night].owner', before: 'mail', after: 'crm' },
    { path: 'e', before: { id: 'old' } },
    { path: 'e', after: { id: 'new' } },
  ]);
});

it('says nothing of what only moved, and counts what is there twice', () => {
  expect(differences({ a: [1, 2, 2] }, { a: [2, 1, 2] })).toEqual([]);
  expect(differences([2, 2], [2])).toEqual([{ path: '', before: 2 }]);
});

it('finds none between a thing and itself, and some between two that differ', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(differences(a, structuredClone(a))).toEqual([]);
      const isSame = differences(a, b).length === 0;
      const isSameBack = differences(b, a).length === 0;
      expect(isSame).toBe(isSameBack);
    }),
  );
});
