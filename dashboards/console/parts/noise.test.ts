import { expect, it } from 'vitest';
import { countsIn, falseShare, falseShareOf, totalOf } from './noise.ts';

const noise = {
  detector: 'd',
  alerts: { open: 2, closed: 1_200 },
  signals: {},
  closed: 1_200,
  closedAsFalse: 300,
  reasons: [],
};

it('counts by state, and leaves out what is none', () => {
  expect(countsIn(noise.alerts)).toBe('2 open, 1,200 closed');
  expect(countsIn(noise.signals)).toBe('');
  expect(totalOf(noise.alerts)).toBe(1_202);
});

it('has no share of false ones where nobody closed anything', () => {
  expect(falseShare(noise)).toBe(0.25);
  expect(String(falseShareOf(noise))).toContain('25 %');
  expect(falseShare({ ...noise, closed: 0, closedAsFalse: 0 })).toBeUndefined();
});
