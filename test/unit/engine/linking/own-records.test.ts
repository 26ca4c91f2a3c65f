import { describe, expect, it } from 'vitest';
import { START_MS } from '../worlds.ts';
import {
  agent,
  call,
  chainsOf,
  exchange,
  iss,
  mint,
  own,
  person,
  ref,
  revoke,
  type Told,
} from './support.ts';

/** A token, what was made of it a minute later, and what is done with that a good while later. */
const story = [mint('a'), exchange('b', 'a', { at: 60 }), call('b', { at: 500 })];
const facts = (...records: readonly Told[]) => chainsOf([...story, ...records]).facts();
const a = { token: ref('a') };
const later = ['minted-under-tombstone'];
const used = ['ancestor-revoked', ...later];

describe('what Chainwarden did itself', () => {
  it.each<[string, readonly string[], readonly Told[]]>([
    ['says nothing where nothing was done', [], []],
    ['ends what is made of a token from the order on', later, [own('requested', { ...a, at: 30 })]],
    ['leaves what was made before', [], [own('requested', { ...a, at: 61 })]],
    ['counts as a revocation once it is confirmed', used, [own('confirmed', { ...a, at: 40 })]],
    [
      'is an alert while nobody confirms it',
      ['did-not-end', ...later],
      [own('requested', { ...a, at: 30 }), own('unconfirmed', { ...a, at: 90 })],
    ],
    [
      'is none once it is confirmed after all',
      used,
      [
        own('requested', { ...a, at: 30 }),
        own('unconfirmed', { ...a, at: 90 }),
        own('confirmed', { ...a, at: 91 }),
      ],
    ],
    [
      'stays a revocation when a later question finds no answer',
      ['ancestor-revoked', ...later],
      [
        own('requested', { ...a, at: 30 }),
        own('confirmed', { ...a, at: 80 }),
        own('unconfirmed', { ...a, at: 90 }),
      ],
    ],
    [
      'is undone as if it had not been',
      [],
      [
        own('requested', { ...a, at: 30 }),
        own('confirmed', { ...a, at: 40 }),
        own('undone', { ...a, at: 50 }),
      ],
    ],
    [
      'stands when it is done again after that',
      later,
      [
        own('confirmed', { ...a, at: 20 }),
        own('undone', { ...a, at: 30 }),
        own('requested', { ...a, at: 40 }),
      ],
    ],
    [
      'stands when another response to the same is undone',
      later,
      [own('requested', { ...a, at: 30 }), own('undone', { ...a, at: 50, response: 'other' })],
    ],
  ])('%s', (_, expected, records) => {
    expect([...facts(...records)].sort()).toEqual([...expected].sort());
  });

  it('ends the sooner of what issuers report and what it confirmed', () => {
    const { chain, hop } = chainsOf([
      ...story,
      own('confirmed', { ...a, at: 200 }),
      revoke({ ...a, at: 100, reason: 'logout' }),
    ]);
    expect(chain.id).toBeDefined();
    expect(hop('tok:["https://as.example","a"]').revokedMs).toBe(START_MS + 100_000);
  });
});

describe('a response to a family', () => {
  const family = [mint('a', { family: 'f' }), exchange('b', 'a', { at: 60 })];
  const told = (issuer: string | undefined) =>
    chainsOf([
      ...family,
      own('requested', { family: 'f', at: 30, ...(issuer === undefined ? {} : { iss: issuer }) }),
    ]).facts();

  it('is about the family of its issuer', () => {
    expect([told(iss), told(undefined), told('https://other.example')]).toEqual([later, later, []]);
  });
});

describe('a response to a subject', () => {
  const worker = { id: 'bot', kind: 'agent' } as const;
  const tokens = [
    mint('early', { subject: worker, at: 0 }),
    exchange('of-early', 'early', { at: 300, subject: worker }),
    mint('late', { subject: worker, at: 200 }),
    exchange('of-late', 'late', { at: 310, subject: worker }),
  ];
  const told = (cutOffSeconds: number | undefined) =>
    chainsOf([
      ...tokens,
      own('requested', {
        subject: agent('bot'),
        at: 250,
        ...(cutOffSeconds === undefined
          ? {}
          : { cutOff: new Date(START_MS + cutOffSeconds * 1000).toISOString() }),
      }),
    ]).findings.flatMap(({ fact, subject }) => (fact === 'minted-under-tombstone' ? [subject.label] : []));

  it('is about what it got until the cut-off, else until the order', () => {
    expect(told(100)).toEqual(['of-early']);
    expect([...told(undefined)].sort()).toEqual(['of-early', 'of-late']);
  });

  it('is not about others', () => {
    expect(chainsOf([...story, own('requested', { subject: person('bob'), at: 30 })]).facts()).toEqual([]);
  });
});
