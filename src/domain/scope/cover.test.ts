import { expect, it } from 'vitest';
import { allCover, anyCover, type Cover } from './cover.ts';

const all: readonly Cover[] = ['yes', 'no', 'unknown', 'incomparable'];
/** Which answer decides: the first of these that is among them. */
const first = (order: readonly Cover[], given: readonly Cover[]) => order.find((one) => given.includes(one));
const several = all.flatMap((a) => all.flatMap((b) => [[a], [a, b], ...all.map((c) => [a, b, c])]));

it('needs one of several, and tells what leaves it open', () => {
  for (const given of several) {
    expect(anyCover(given)).toBe(first(['yes', 'incomparable', 'unknown', 'no'], given));
  }
  expect(anyCover([])).toBe('no');
});

it('needs all of several, and tells what leaves it open', () => {
  for (const given of several) {
    expect(allCover(given)).toBe(first(['no', 'incomparable', 'unknown', 'yes'], given));
  }
  expect(allCover([])).toBe('yes');
});
