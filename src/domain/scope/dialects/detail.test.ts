import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuthorizationDetail, type DetailTypes, detailCovers, detailLabel } from './detail.ts';

const types: DetailTypes = {
  payment: {
    members: { instructedAmount: 'max', installments: 'min', creditor: 'equal', note: 'ignore' },
    omitted: 'anything',
  },
  api: { members: {}, omitted: 'unknown' },
};

const ask = (parent: AuthorizationDetail, child: AuthorizationDetail) => detailCovers(types, parent, child);
const payment = (members: object): AuthorizationDetail => ({ type: 'payment', ...members });
const api = (members: object): AuthorizationDetail => ({ type: 'api', ...members });
const euros = (amount: string | number) => ({ instructedAmount: { amount, currency: 'EUR' } });

describe('members that every type has', () => {
  it.each([
    ['fewer actions', api({ actions: ['read', 'write'] }), api({ actions: ['read'] }), 'yes'],
    ['another action', api({ actions: ['read'] }), api({ actions: ['read', 'write'] }), 'no'],
    ['another location', api({ locations: ['https://a'] }), api({ locations: ['https://b'] }), 'no'],
    [
      'fewer datatypes and privileges',
      api({ datatypes: ['x', 'y'], privileges: ['p', 'q'] }),
      api({ datatypes: ['x'], privileges: ['q'] }),
      'yes',
    ],
    [
      'the same identifier',
      api({ identifier: 'i', actions: ['a', 'b'] }),
      api({ identifier: 'i', actions: ['a'] }),
      'yes',
    ],
    ['another identifier', api({ identifier: 'i' }), api({ identifier: 'j' }), 'no'],
    ['another type', api({}), payment({}), 'no'],
    ['an array that holds no texts', api({ actions: ['read'] }), api({ actions: [1] }), 'incomparable'],
    ['no array', api({ actions: 'read' }), api({ actions: ['read'] }), 'incomparable'],
    ['a member that the parent leaves out', api({}), api({ actions: ['read'] }), 'unknown'],
    ['a member that the child leaves out', api({ actions: ['read'] }), api({}), 'unknown'],
    ['a type that nobody declared', { type: 'other' }, { type: 'other', actions: [] }, 'unknown'],
  ] as const)('%s', (_, parent, child, cover) => {
    expect(ask(parent, child)).toBe(cover);
  });
});

describe('members that a type declares', () => {
  it.each([
    ['a smaller amount', euros('100.00'), euros('99.5'), 'yes'],
    ['a larger amount', euros('100.00'), euros(101), 'no'],
    ['another currency', euros(1), { instructedAmount: { amount: 1, currency: 'USD' } }, 'incomparable'],
    ['an amount that is none', euros(1), euros('much'), 'incomparable'],
    [
      'an amount inside an amount',
      euros(1),
      { instructedAmount: { amount: { amount: 1 }, currency: 'EUR' } },
      'incomparable',
    ],
    [
      'an amount with more to it',
      euros(1),
      { instructedAmount: { amount: 1, currency: 'EUR', fee: 9 } },
      'incomparable',
    ],
    ['more instalments', { installments: 3 }, { installments: '4' }, 'yes'],
    ['fewer instalments', { installments: 3 }, { installments: 2 }, 'no'],
    ['a quantity that is none', { installments: 3 }, { installments: true }, 'incomparable'],
    [
      'the same creditor',
      { creditor: { iban: 'x', bic: 'y' }, installments: 1 },
      { creditor: { bic: 'y', iban: 'x' }, installments: 2 },
      'yes',
    ],
    ['another creditor', { creditor: ['x'] }, { creditor: ['y'] }, 'no'],
    ['a note that does not matter', { note: 'a' }, { note: 'b' }, 'yes'],
    ['a member that the parent leaves out', {}, { actions: ['pay'] }, 'yes'],
    ['a member that the child leaves out', { actions: ['pay'] }, {}, 'no'],
    ['a member that nobody knows', { colour: 'red' }, { colour: 'blue' }, 'incomparable'],
    [
      'a member that nobody knows, beside one that widens',
      { ...euros(1), x: 1 },
      { ...euros(2) },
      'incomparable',
    ],
  ] as const)('%s', (_, parent, child, cover) => {
    expect(ask(payment(parent), payment(child))).toBe(cover);
  });

  it('compares equal details as equal, whatever their members mean', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
        const detail = { ...members, type: 'any' };
        expect(ask(detail, structuredClone(detail))).toBe('yes');
      }),
    );
  });
});

describe('detailLabel', () => {
  it('names the type and what may be done, and nothing that could be an account', () => {
    expect(detailLabel(payment({ creditor: { iban: 'x' }, actions: ['status', 'initiate'] }))).toBe(
      'payment[initiate,status]',
    );
    expect(detailLabel(payment({ actions: 'all' }))).toBe('payment');
  });
});
