import { describe, expect, it } from 'vitest';
import type { TokenView } from '../../src/domain/chain.ts';
import type { Act, Principal } from '../../src/domain/event/index.ts';
import { action, lineOf, look, minuteMs, policy, startMs, strangers } from '../../test/support/views.ts';
import { attributionBreak } from './detector.ts';

const linked = (a: string, b: string) => ({
  ...strangers,
  same: (one: Principal, other: Principal) => [one.id, other.id].sort().join() === [a, b].sort().join(),
});

function see(token: TokenView, rules: object = {}, people = strangers, config: object = {}) {
  return look(attributionBreak, { on: 'token', token, policy: policy(rules), people }, config);
}

/** `'C B A'`: C acts, A acted first. */
function act(story: string): Act | undefined {
  return story
    .split(' ')
    .filter((sub) => sub !== '')
    .reduceRight<Act | undefined>(
      (inner, sub) => ({ sub, ...(inner === undefined ? {} : { act: inner }) }),
      undefined,
    );
}

const agent = (id: string): Principal => ({ id, kind: 'agent' });

/** A token of `now`, made from one of `before`; the actor is the outermost one. */
function hop(before: string, now: string, differs: Partial<TokenView> = {}): TokenView {
  const [last = 'ann@example'] = before.split(' ');
  const [current = last] = now.split(' ');
  return lineOf(
    { act: act(before), actor: agent(last) },
    { act: act(now), actor: agent(current), ...differs },
  );
}

describe('the history in the claim', () => {
  it.each([
    ['B A', 'C B A', undefined],
    ['B A', 'B A', undefined],
    ['B A', 'A B A', undefined],
    ['A', 'B A', undefined],
    ['B A', '', undefined],
    ['', 'A', undefined],
    ['B A', 'C A', 'act-truncated'],
    ['B A', 'C B', 'act-truncated'],
    ['B A', 'C', 'act-truncated'],
    ['B A', 'A', 'act-truncated'],
    ['C B A', 'D C A', 'act-truncated'],
    ['B A', 'C A B', 'act-spliced'],
    ['B A', 'C B X', 'act-spliced'],
    ['B A', 'C X B A', 'act-spliced'],
    ['B A', 'C B A X', 'act-spliced'],
    ['B A', 'A B', 'act-spliced'],
  ])('above %j, below %j: %s', (before, now, fact) => {
    expect(see(hop(before, now)).map((finding) => finding.fact)).toEqual(fact === undefined ? [] : [fact]);
  });

  it('says what is missing and what came in', () => {
    expect(see(hop('B A', 'C X'))).toEqual([
      {
        subject: { kind: 'token', key: 'tok:["https://as.example","hop-1"]', label: 'hop-1' },
        fact: 'act-spliced',
        kind: 'alert',
        severity: 'high',
        title: 'The actors of hop-1, made for C, are not those of its parent: it tells another history',
        atMs: startMs,
        evidence: {
          actors: ['C', 'X'],
          parentActors: ['B', 'A'],
          missing: ['B', 'A'],
          added: ['X'],
          actorsKept: 16,
          issuer: 'https://as.example',
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 1,
        },
        eventIds: ['issued-hop-1', 'issued-root'],
        settlesAtMs: startMs + 10 * minuteMs,
        revoke: { iss: 'https://as.example', jti: 'hop-1' },
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['B A', 'C', undefined, 'leaves out B and 1 more'],
    ['B A', 'C B', startMs + 10 * minuteMs, 'leaves out A'],
  ])(
    'waits for links between names only where one could mend it: %s, %s',
    (before, now, settlesAtMs, ending) => {
      const [finding] = see(hop(before, now));
      expect(finding?.settlesAtMs).toBe(settlesAtMs);
      expect(finding?.title).toMatch(new RegExp(`${ending}$`));
    },
  );

  it('takes linked names for one actor', () => {
    expect(see(hop('B A', 'C b2 A'), {}, linked('B', 'b2'))).toEqual([]);
  });

  it.each([
    ['keeps two', 2, 0],
    ['keeps three', 3, 1],
  ])('forgives an issuer that %s what it drops at the far end', (_, actorsKept, count) => {
    expect(see(hop('B A', 'C B'), {}, strangers, { actorsKept })).toHaveLength(count);
  });

  it('forgives no issuer what it drops in between', () => {
    expect(see(hop('B A', 'C A'), {}, strangers, { actorsKept: 2 })).toHaveLength(1);
  });

  it('compares with what was refreshed: the report of a refresh names nobody', () => {
    const refreshed = { act: undefined, actor: agent('B'), grant: 'refresh_token' };
    const line = (now: string) =>
      lineOf({ act: act('B A'), actor: agent('B') }, refreshed, { act: act(now), actor: agent('C') });
    expect(see(line('C B A'))).toEqual([]);
    expect(see(line('C A'))).toMatchObject([{ fact: 'act-truncated' }]);
  });

  it('reads names of two issuers where one of them says whose they are', () => {
    const inner = { sub: 'A', iss: 'https://other' };
    expect(see(hop('A', 'B A', { act: { sub: 'B', act: inner } }))).toEqual([]);
    const line = lineOf(
      { act: { sub: 'A', iss: 'https://one' } },
      { act: { sub: 'B', act: inner }, actor: agent('B') },
    );
    expect(see(line)).toMatchObject([{ fact: 'act-spliced' }]);
  });
});

describe('a border between issuers', () => {
  const abroad = { issuer: 'https://partner.example', subject: { id: 'u-17', kind: 'human' } } as const;

  it.each([
    ['where names are rewritten', abroad, {}, 0],
    ['where the subject keeps its name', { issuer: abroad.issuer }, {}, 1],
    [
      'inside one domain',
      { ...abroad, subject: undefined },
      { trust: { domains: [{ name: 'us', issuers: ['https://*.example'] }] } },
      1,
    ],
    ['of an unknown issuer', { issuer: undefined, subject: undefined }, {}, 0],
  ] as const)('%s', (_, differs, rules, count) => {
    expect(see(hop('B A', 'C A', differs), rules)).toHaveLength(count);
  });
});

describe('an actor that the lineage never had', () => {
  const known = { actor: agent('A'), act: undefined } as const;
  const of = (story: string, differs: Partial<TokenView> = {}, above: Partial<TokenView> = known) =>
    lineOf(above, { act: act(story), actor: agent(story.charAt(0)), ...differs });

  it.each([
    ['the holder of the parent', of('B A'), 0],
    ['the client of the parent', of('B portal', {}, { actor: undefined, client: 'portal' }), 0],
    ['its own subject', of('B ann@example'), 0],
    ['nobody before', of('B'), 0],
    ['somebody who never held it', of('B X A'), 1],
    ['somebody, below a parent that nobody reported', of('B X', {}, { ...known, issued: false }), 0],
    [
      'somebody, below a parent of whose holder nothing is known',
      of('B X', {}, { actor: undefined, client: undefined }),
      0,
    ],
    [
      'somebody, below a cut cycle',
      of('B X', {}, { ...known, cutParent: { key: 'k', ref: { hash: 'h' }, level: 1 } }),
      0,
    ],
    ['somebody, over a border', of('B X', { issuer: 'https://partner', subject: undefined }), 0],
  ])('names %s', (_, token, count) => {
    expect(see(token)).toHaveLength(count);
  });

  it('says who, and who did hold it', () => {
    expect(see(of('B X A'))).toMatchObject([
      {
        fact: 'act-against-lineage',
        kind: 'alert',
        title: 'hop-1 names X as an earlier actor, to whom no token above it was given',
        evidence: {
          claimed: ['X'],
          actors: ['B', 'X', 'A'],
          observed: ['B', 'crm-client', 'ann@example', 'A'],
        },
        settlesAtMs: startMs + 10 * minuteMs,
      },
    ]);
  });

  it.each([
    ['another current actor', { actor: agent('C') }, 1],
    ['the actor under its name as a client', { actor: agent('C'), client: 'B' }, 0],
    ['no other, when nobody is told', { actor: undefined }, 0],
  ])('compares the current one with whom the issuer gave it to: %s', (_, differs, count) => {
    expect(see(of('B A', differs))).toHaveLength(count);
  });

  it('says to whom it was given instead', () => {
    expect(see(of('B A', { actor: agent('C') }))).toMatchObject([
      { title: 'hop-1 names B as its actor, but was given to C', evidence: { claimed: ['B'] } },
    ]);
  });

  it('leaves it to the parent where the parent said it first', () => {
    expect(see(hop('B X', 'C B X'))).toEqual([]);
  });
});

describe('subject swapped', () => {
  const bob: Principal = { id: 'bob@example', kind: 'human' };
  const swap = (differs: Partial<TokenView> = {}, above: Partial<TokenView> = {}) =>
    lineOf(above, { subject: bob, ...differs });

  it('says for whom each of them speaks', () => {
    expect(see(swap())).toMatchObject([
      {
        fact: 'subject-swapped',
        kind: 'alert',
        severity: 'high',
        title: 'hop-1 speaks for bob@example, its parent for ann@example',
        evidence: { subject: 'bob@example', parentSubject: 'ann@example', parent: 'root' },
        settlesAtMs: startMs + 10 * minuteMs,
      },
    ]);
  });

  it.each([
    ['a subject of nobody', swap({ subject: undefined }), 0],
    ['a parent of nobody', swap({}, { subject: undefined }), 0],
    [
      'a subject of another issuer',
      swap(
        { subject: { ...bob, iss: 'https://b' } },
        { subject: { id: 'a', iss: 'https://a', kind: 'human' } },
      ),
      0,
    ],
    [
      'a subject of the same issuer, told by another',
      swap(
        { issuer: 'https://b', subject: { ...bob, iss: 'https://a' } },
        { subject: { id: 'a', iss: 'https://a', kind: 'human' } },
      ),
      1,
    ],
    ['a token of another issuer', swap({ issuer: 'https://partner' }), 0],
    ['a role that was assumed', swap({ grant: 'sts:AssumeRole' }), 0],
    ['a parent that nobody reported', swap({}, { issued: false }), 0],
    ['a token that nobody reported', swap({ issued: false }), 0],
    ['an unknown grant', swap({ grant: undefined }), 0],
  ])('%s', (_, token, count) => {
    expect(see(token)).toHaveLength(count);
  });

  it('takes linked names for one subject', () => {
    expect(see(swap(), {}, linked('ann@example', 'bob@example'))).toEqual([]);
  });

  const svid = { iss: 'https://as.example', jti: 'svid' };
  it.each([
    ['the credential of the actor', 'tok:["https://as.example","svid"]', 'alert'],
    ['another subject token', 'tok:["https://as.example","bobs"]', 'signal'],
  ])('a second parent may be %s', (_, key, kind) => {
    const otherParents = [{ key, ref: svid, level: 1 as const }];
    expect(see(swap({ actorToken: svid, otherParents }))).toMatchObject([{ kind }]);
    expect(see(swap({ otherParents }))).toMatchObject([{ kind: 'signal', severity: 'medium' }]);
  });

  it('is critical for a sensitive subject', () => {
    expect(see(swap(), { sensitive: { principals: ['bob*'] } })).toMatchObject([{ severity: 'critical' }]);
  });
});

it('counts a link of unknown level as asserted', () => {
  const token = { ...hop('B A', 'C A'), parentLevel: undefined };
  expect(see(token)).toMatchObject([{ linkLevel: 4, evidence: { linkLevel: 4 } }]);
});

it('says null of what nobody told, and dates it by its report', () => {
  const line = hop('B A', 'C A', { iatMs: undefined, issuer: undefined });
  expect(see(line)).toMatchObject([{ atMs: startMs, evidence: { issuer: null } }]);
  const nameless = lineOf(
    { act: act('A'), actor: agent('A') },
    { act: act('B X'), subject: undefined, issuer: undefined },
  );
  expect(see(nameless).map(({ fact }) => fact)).toEqual(['act-against-lineage']);
});

it('looks at derived tokens only', () => {
  expect(see(lineOf({ act: act('A') }))).toEqual([]);
  expect(look(attributionBreak, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
