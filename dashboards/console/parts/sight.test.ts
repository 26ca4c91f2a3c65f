import { expect, it } from 'vitest';
import { bestSight, lacksOf, lackWords, sightBadge } from './sight.ts';

const nothing = { families: [], types: [], fields: [], policy: [] };

it('says of everything that lacks what to add where', () => {
  expect(
    lackWords({
      families: ['approval'],
      types: ['token.refreshed'],
      fields: [{ field: 'txn' }, { field: 'token', family: 'call' }],
      policy: ['trust.issuers'],
    } as never),
  ).toEqual([
    'Nobody tells what people approve: send approval events.',
    'Nobody sends token.refreshed: have whoever does it report it.',
    'No event has txn: add data.txn to whatever is sent.',
    'No call event has token: add data.token to these.',
    'Policy says nothing in trust.issuers: fill it.',
  ]);
});

it('never shows blind as nothing', () => {
  expect(String(sightBadge('blind'))).toContain('BLIND');
  expect(lacksOf({ detector: 'd', state: 'armed', why: '', lacks: nothing })).toBeUndefined();
  expect(String(lacksOf({ detector: 'd', state: 'off', why: 'turned off', lacks: nothing }))).toContain(
    'turned off',
  );
});

it('is as good as the best who looks', () => {
  expect(bestSight(['blind', 'partial'])).toBe('partial');
  expect(bestSight(['off', 'blind'])).toBe('blind');
  expect(bestSight([])).toBeUndefined();
});
