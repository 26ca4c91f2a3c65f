import { expect, it } from 'vitest';
import { facts } from '../../../../detectors/facts.ts';
import { compromiseIn, compromises, meansEvenRevoked } from '../../../../src/respond/plan/compromise.ts';
import { alertTrigger, personTrigger } from './support.ts';

const told = Object.entries(facts).flatMap(([detector, ofDetector]) =>
  Object.keys(ofDetector).map((fact) => ({ detector, fact })),
);

it('names facts that detectors say', () => {
  for (const [detector, ofDetector] of Object.entries(compromises)) {
    expect(Object.keys(facts[detector] ?? {})).toEqual(expect.arrayContaining(Object.keys(ofDetector)));
  }
  const undead = told.filter(({ detector, fact }) => meansEvenRevoked(alertTrigger(detector, fact)));
  expect(undead.map(({ fact }) => fact)).toEqual([
    'ancestor-revoked',
    'used-after-inactive',
    'used-after-revocation',
  ]);
});

it('suspects a holder for few facts, and never because a person asks', () => {
  const suspected = told.filter(
    ({ detector, fact }) => compromiseIn(alertTrigger(detector, fact)) !== undefined,
  );
  expect(suspected.map(({ fact }) => fact).sort()).toEqual([
    'agent-offboarded',
    'canary-exchanged',
    'canary-used',
    'minted-after-exposure',
    'proof-replayed',
    'two-hands',
    'used-after-exposure',
    'wrong-key',
  ]);
  expect(compromiseIn(personTrigger())).toBeUndefined();
});
