import { describe, expect, it } from 'vitest';
import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Act } from '../../src/domain/event/index.ts';
import {
  chain,
  lineOf,
  look,
  policy,
  silentFeeds,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { delegationDepth } from './detector.ts';

const agent = (name: string) => ({ id: `agent/${name}`, kind: 'agent' }) as const;
const three = { depth: { max: 3, replacements: 2 } };

function sight(held: TokenView, people: PeopleView = strangers) {
  return look(delegationDepth, { on: 'token', token: held, people, policy: policy(three) });
}

function facts(held: TokenView, people: PeopleView = strangers): readonly string[] {
  return sight(held, people).map(({ fact }) => fact);
}

/** A line of tokens by who holds them. */
function handed(names: string, ...differs: readonly Partial<TokenView>[]): TokenView {
  return lineOf(...[...names].map((name, index) => ({ actor: agent(name), ...differs[index] })));
}

/** What a token says of its actors, the current one first. */
function actOf(names: string): Act | undefined {
  return [...names].reduceRight<Act | undefined>(
    (act, name) => ({ sub: `agent/${name}`, ...(act === undefined ? {} : { act }) }),
    undefined,
  );
}

describe('too deep', () => {
  it('says how deep, through whom, and what it rests on', () => {
    expect(sight(handed('abcde', {}, { parentLevel: 3 }))).toEqual([
      {
        subject: { kind: 'token', key: token('hop-4').key, label: 'hop-4' },
        fact: 'too-deep',
        kind: 'alert',
        severity: 'high',
        title: 'agent/e got a token at depth 4, where 3 is the deepest',
        atMs: startMs,
        evidence: {
          depth: 4,
          allowed: 3,
          hops: 4,
          actors: 0,
          through: ['agent/d', 'agent/c', 'agent/b', 'agent/a'],
          linkLevel: 3,
        },
        eventIds: ['issued-hop-4', 'issued-hop-3', 'issued-hop-2', 'issued-hop-1', 'issued-root'],
        revoke: token('hop-4').ref,
        linkLevel: 3,
      },
    ]);
  });

  const refresh = { grant: 'refresh_token', tokenKind: undefined };
  const txn = { tokenKind: 'urn:ietf:params:oauth:token-type:txn_token' };
  const nobody = { actor: undefined };
  it.each([
    ['as deep as it may be', handed('abcd'), []],
    ['one hop deeper', handed('abcde'), ['too-deep']],
    ['below one that is too deep', handed('abcdef'), []],
    ['too deep, then narrowed by its holder', handed('abcdee'), []],
    ['narrowed by its holder on the way', handed('abbbcd'), []],
    ['refreshed on the way', handed('abcdd', {}, {}, {}, {}, refresh), []],
    ['a refresh of one as deep as it may be', handed('abcdx', {}, {}, {}, {}, refresh), []],
    ['transaction tokens replaced on the way', handed('abcd', {}, txn, txn), []],
    ['a transaction token for each, replaced', handed('abcde', {}, {}, txn, txn), []],
    ['holders that nobody names, of one client', lineOf(nobody, nobody, nobody, nobody, nobody), []],
    [
      'holders that nobody names, of no client',
      lineOf(...Array.from({ length: 5 }, () => ({ ...nobody, client: undefined }))),
      ['too-deep'],
    ],
    ['a holder that nobody names above one that is named', handed('abcde', nobody), ['too-deep']],
  ])('%s', (_, held, expected) => {
    expect(facts(held)).toEqual(expected);
  });

  it('knows two names of one holder', () => {
    const aliases: PeopleView = {
      ...strangers,
      same: (a, b) => a.id.at(-1)?.toLowerCase() === b.id.at(-1)?.toLowerCase(),
    };
    expect(facts(handed('abcCd'))).toEqual(['too-deep']);
    expect(facts(handed('abcCd'), aliases)).toEqual([]);
  });

  it.each([
    ['as many actors as there may be', 'dcb', []],
    ['one more', 'edcb', ['too-deep']],
  ])('by the actors that it names: %s', (_, names, expected) => {
    expect(facts(token('root', { act: actOf(names) }))).toEqual(expected);
  });

  it('rests on no link where its own claim shows it', () => {
    const [found] = sight(lineOf({ act: actOf('dcb') }, { act: actOf('edcb'), actor: agent('e') }));
    expect(found).toMatchObject({ evidence: { depth: 4, hops: 1, actors: 4, linkLevel: null } });
    expect(found).not.toHaveProperty('linkLevel');
  });

  it('is as deep as it may be where it names that many and its holders narrowed it', () => {
    expect(facts(handed('abbbcd', {}, {}, {}, {}, {}, { act: actOf('dcb') }))).toEqual([]);
  });

  it('is not said again below a token that names too many', () => {
    expect(facts(lineOf({ act: actOf('edcb') }, { act: actOf('fedcb') }))).toEqual([]);
    expect(facts(lineOf({ act: actOf('edcb') }, { grant: 'refresh_token', tokenKind: undefined }))).toEqual(
      [],
    );
  });
});

describe('replaced too often', () => {
  const txns = (count: number) =>
    lineOf({}, ...Array.from({ length: count }, () => ({ tokenKind: 'txn_token' })));

  it.each([
    ['as often as it may be', 3, []],
    ['once more', 4, ['replaced-too-often']],
    ['after that', 5, []],
  ])('%s', (_, count, expected) => {
    expect(facts(txns(count))).toEqual(expected);
  });

  it('is a signal that says how often', () => {
    expect(sight(txns(4))).toMatchObject([
      {
        subject: { label: 'hop-4' },
        kind: 'signal',
        severity: 'medium',
        title: 'A transaction token was replaced for the 3rd time, by CRM agent',
        evidence: { replaced: 3, allowed: 2, linkLevel: 1 },
        eventIds: ['issued-hop-4', 'issued-hop-3', 'issued-hop-2', 'issued-hop-1'],
      },
    ]);
  });

  it.each([
    [10, '11th'],
    [20, '21st'],
    [1, '2nd'],
    [3, '4th'],
    [12, '13th'],
  ])('counts beyond %s', (replacements, ordinal) => {
    const rules = policy({ depth: { replacements } });
    const [found] = look(delegationDepth, { on: 'token', token: txns(replacements + 2), policy: rules });
    expect(found?.title).toContain(`for the ${ordinal} time`);
  });
});

describe('an actor returns', () => {
  it('is a signal that says by way of whom', () => {
    expect(sight(handed('aba'))).toMatchObject([
      {
        subject: { label: 'hop-2' },
        fact: 'actor-returns',
        kind: 'signal',
        severity: 'low',
        title: 'Authority came back to agent/a by way of agent/b',
        evidence: { actor: 'agent/a', through: ['agent/b', 'agent/a'], seen: true },
        eventIds: ['issued-hop-2', 'issued-hop-1', 'issued-root'],
      },
    ]);
  });

  it.each([
    ['nobody twice', 'abc', []],
    ['twice in a row', 'aab', []],
    ['after two others', 'abca', ['actor-returns']],
    ['and narrows its token', 'abaa', []],
    ['the other one too', 'abab', ['actor-returns']],
    ['for the third time', 'ababa', []],
    ['somebody else further up', 'abac', []],
  ])('%s', (_, names, expected) => {
    expect(facts(handed(names)).filter((fact) => fact === 'actor-returns')).toEqual(expected);
  });

  it.each([
    ['as the token names them', token('root', { act: actOf('aba') }), true],
    ['nobody twice, as the token names them', token('root', { act: actOf('abc') }), false],
    ['twice in a row, as the token names them', token('root', { act: actOf('aab') }), false],
    ['told of its parent already', lineOf({ act: actOf('aba') }, { act: actOf('aba') }), false],
    ['new since its parent', lineOf({ act: actOf('ba') }, { act: actOf('aba') }), true],
  ])('%s', (_, held, isSaid) => {
    expect(sight(held)).toMatchObject(isSaid ? [{ fact: 'actor-returns', evidence: { seen: false } }] : []);
  });
});

it.each([
  ['too deep', handed('abcd'), 'e'],
  ['returned', handed('ab'), 'a'],
])('%s: happened when it was minted, else when it was first heard of', (_, parent, name) => {
  const heard = { parent, actor: agent(name), firstSeenMs: startMs + 2 };
  expect(sight(token('last', { ...heard, iatMs: startMs + 1 }))).toMatchObject([{ atMs: startMs + 1 }]);
  expect(sight(token('last', { ...heard, iatMs: undefined }))).toMatchObject([{ atMs: startMs + 2 }]);
});

it('has nothing to say of a root', () => {
  expect(sight(token('root'))).toEqual([]);
});

it('looks at tokens only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(delegationDepth, sighting)).toEqual([]);
});
