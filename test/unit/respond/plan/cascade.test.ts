import { describe, expect, it } from 'vitest';
import type { LineageToken } from '../../../../src/domain/reach.ts';
import type { Cascade, CascadeInput } from '../../../../src/respond/plan/index.ts';
import { planCascade, responseId, tokenTarget } from '../../../../src/respond/plan/index.ts';
import {
  alertTrigger,
  alice,
  bad,
  cascadeFrom,
  connector,
  first,
  iss,
  keyOf,
  lineageOf,
  nowMs,
  personTrigger,
  planner,
  policyOf,
  ref,
  signIn,
  token,
  worker,
} from './support.ts';

const child = token('child', ['bad'], { issuedMs: nowMs - 30_000 });
const grandchild = token('grandchild', ['child'], { issuedMs: nowMs - 20_000 });
const second = token('second', ['bad'], { issuedMs: nowMs - 10_000 });

function labels({ foreseen }: Cascade): string[] {
  return foreseen.map(({ step }) => step.label);
}

function holds(cascade: Cascade): Record<string, readonly string[]> {
  return Object.fromEntries(cascade.foreseen.map(({ step, holds: why }) => [step.label, why]));
}

function stays(cascade: Cascade): Record<string, string> {
  return Object.fromEntries(cascade.survivors.map(({ label, reason }) => [label, reason]));
}

function plan(tokens: readonly LineageToken[], over: Partial<CascadeInput> = {}): Cascade {
  return cascadeFrom('bad', [signIn, first, ...tokens], over);
}

describe('down the chain', () => {
  it('ends the violating token first, then what was made from it, newest first', () => {
    const cascade = plan([child, bad, second, grandchild]);
    expect(labels(cascade)).toEqual(['bad', 'second', 'grandchild', 'child']);
    expect(cascade.foreseen.map(({ step }) => [step.role, step.depth, step.level])).toEqual([
      ['source', 0, 1],
      ['descendant', 1, 1],
      ['descendant', 2, 1],
      ['descendant', 1, 1],
    ]);
    expect(cascade.foreseen.every(({ holds: why }) => why.length === 0)).toBe(true);
  });

  it('names a response as it always did', () => {
    const [{ step } = { step: undefined }] = plan([bad]).foreseen;
    expect(step).toMatchObject({
      responseId: responseId('acme', tokenTarget(ref('bad'))),
      action: 'token.revoke',
      target: { kind: 'token', key: keyOf('bad'), ref: ref('bad') },
      holder: 'prn:agent:worker',
      connector: { name: 'ops' },
      residualUntilMs: bad.expiresMs,
    });
    // Rows of earlier versions are known by it.
    expect(step?.responseId).toBe('rsp_6c6c1eae182b49ece3860e89b8c29ecd');
  });

  it('never ends what the token was made from, nor what is beside it', () => {
    const cascade = plan([bad, token('beside', ['first'])]);
    expect(labels(cascade)).toEqual(['bad']);
    expect(stays(cascade)).toEqual({
      first: 'it is above the violation: only what was made from it ends',
      'sign-in': 'user:alice signed in with it: only what was made from it ends',
    });
    expect(cascade.survivors.map(({ untilMs }) => untilMs)).toEqual([first.expiresMs, signIn.expiresMs]);
  });

  it('does not go up by a link that claims it is down', () => {
    const claimed = { ...signIn, parents: [{ key: keyOf('bad'), level: 1 as const }] };
    expect(labels(cascadeFrom('bad', [claimed, first, bad]))).toEqual(['bad']);
  });

  it('leaves out what has expired or was revoked, and goes on below it', () => {
    const expired = { ...child, expiresMs: nowMs };
    const revoked = { ...second, revokedMs: nowMs - 1 };
    const below = token('below', ['second']);
    expect(labels(plan([bad, expired, revoked, grandchild, below]))).toEqual(['bad', 'grandchild', 'below']);
    expect(labels(plan([{ ...bad, expiresMs: nowMs }, child]))).toEqual(['child']);
  });

  it('takes a revoked source only if a person names it or a finding says that it works', () => {
    const dead = { ...bad, revokedMs: nowMs - 1 };
    const used = alertTrigger('reuse-after-expiry', 'used-after-revocation');
    expect(labels(plan([dead]))).toEqual([]);
    expect(labels(plan([dead], { trigger: used }))).toEqual(['bad']);
    expect(labels(plan([dead], { trigger: personTrigger() }))).toEqual(['bad']);
    expect(labels(plan([{ ...dead, expiresMs: nowMs }], { trigger: used }))).toEqual([]);
  });

  it('leaves out what is in hand', () => {
    const inHand = new Set([responseId('acme', tokenTarget(ref('bad')))]);
    expect(labels(plan([bad, child], { options: { inHand } }))).toEqual(['child']);
  });

  it('plans for a token of which no hop is known', () => {
    const source = { kind: 'token', ref: ref('new'), liveUntilMs: nowMs + 1, linkLevel: 2 } as const;
    const cascade = plan([], { source });
    expect(cascade.foreseen.map(({ step }) => [step.label, step.residualUntilMs, step.level])).toEqual([
      ['new', nowMs + 1, 2],
    ]);
  });
});

describe('levels', () => {
  const at = (level: 1 | 2 | 3 | 4 | 5 | 6) => token('child', [{ jti: 'bad', level }]);

  it.each([1, 2, 3] as const)('crosses level %i by itself', (level) => {
    const cascade = plan([bad, at(level)]);
    expect(holds(cascade)).toEqual({ bad: [], child: [] });
    expect(cascade.foreseen[1]?.step.level).toBe(level);
  });

  it('holds what hangs at level 4, and all below it', () => {
    const cascade = plan([bad, at(4), grandchild]);
    const why = ['a link of level 4 leads to it, which somebody only asserts'];
    expect(holds(cascade)).toEqual({ bad: [], child: why, grandchild: why });
  });

  it.each([5, 6] as const)('never follows level %i, and says so', (level) => {
    const cascade = plan([bad, at(level), grandchild]);
    expect(labels(cascade)).toEqual(['bad']);
    expect(stays(cascade)['child']).toBe(`a link of level ${level} leads to it, which only informs`);
  });

  it('counts the best way to a token', () => {
    const twice = token('child', [
      { jti: 'bad', level: 4 },
      { jti: 'second', level: 2 },
    ]);
    expect(
      plan([bad, second, twice]).foreseen.find(({ step }) => step.label === 'child')?.step,
    ).toMatchObject({
      level: 2,
      depth: 2,
    });
  });

  it('holds everything when the violating token itself hangs at level 4', () => {
    const loose = token('bad', [{ jti: 'first', level: 4 }]);
    expect(Object.values(holds(plan([loose, child]))).every((why) => why.length > 0)).toBe(true);
    const source = { kind: 'token', ref: ref('bad'), linkLevel: 4 } as const;
    expect(Object.values(holds(plan([bad, child], { source }))).every((why) => why.length > 0)).toBe(true);
  });
});

describe('several parents', () => {
  const other = token('other', ['first']);
  const shared = token('shared', ['bad', 'other']);
  const below = token('below', ['shared']);

  it('spares what another parent vouches for, and what hangs on that', () => {
    const cascade = plan([bad, other, shared, below]);
    expect(labels(cascade)).toEqual(['bad']);
    expect(stays(cascade)).toMatchObject({
      shared: 'it was also made from something that stands',
      below: 'it was also made from something that stands',
    });
  });

  it('does not spare it when the others end, too, or were revoked', () => {
    expect(labels(plan([bad, { ...other, revokedMs: nowMs - 1 }, shared]))).toEqual(['bad', 'shared']);
    const uprooted = token('other', ['gone']);
    const gone = token('gone', [], { revokedMs: nowMs - 1 });
    expect(labels(plan([bad, uprooted, gone, shared]))).toEqual(['bad', 'shared']);
    expect(labels(plan([bad, child, token('shared', ['bad', 'child'])])).sort()).toEqual([
      'bad',
      'child',
      'shared',
    ]);
  });

  it('spares nothing for two that vouch for each other', () => {
    const one = token('one', ['bad', 'two']);
    const two = token('two', ['bad', 'one']);
    expect(labels(plan([bad, one, two])).sort()).toEqual(['bad', 'one', 'two']);
  });

  it('neither spares nor doubts it for a link that only informs', () => {
    const hinted = token('shared', ['bad', { jti: 'other', level: 5 }]);
    expect(holds(plan([bad, other, hinted]))).toEqual({ bad: [], shared: [] });
  });

  it('takes it when strict, or where policy says that a token needs all that is above it', () => {
    const tokens = [bad, other, shared];
    expect(labels(plan(tokens, { options: { strict: true } }))).toEqual(['bad', 'shared']);
    expect(labels(plan(tokens, { policy: policyOf({ lifetimes: { conjunctive: true } }) }))).toEqual([
      'bad',
      'shared',
    ]);
  });

  it('asks a person where the other parent is only asserted or unknown', () => {
    const says = ['something that it was made from may stand'];
    const asserted = token('shared', ['bad', { jti: 'other', level: 4 }]);
    expect(holds(plan([bad, other, asserted, below]))).toEqual({
      bad: [],
      shared: says,
      below: says,
    });
    expect(holds(plan([bad, token('shared', ['bad', 'unheard-of'])]))).toEqual({ bad: [], shared: says });
  });
});

describe('what a machine does not take', () => {
  it('holds a standing credential, and all of it when that is the source', () => {
    const standing = ['it is a standing credential, on which other work rests'];
    expect(holds(plan([bad, { ...child, standing: true }]))).toEqual({ bad: [], child: standing });
    expect(holds(plan([{ ...bad, standing: true }, child]))).toEqual({
      bad: standing,
      child: ['what it was made from is for a person to decide'],
    });
  });

  it('holds a credential on which several chains rest', () => {
    const tokens = [
      bad,
      token('a', ['bad'], { chainId: 'chn_2' }),
      token('b', ['bad'], { chainId: 'chn_3' }),
    ];
    expect(holds(plan(tokens))['bad']).toEqual(['2 chains rest on it']);
  });

  it('holds what a person signed in with, even where that is the violation', () => {
    expect(holds(cascadeFrom('sign-in', [signIn]))).toEqual({ 'sign-in': ['a person signed in with it'] });
    const session = token('bad', ['first'], { holder: alice, tokenKind: 'sso_session' });
    expect(holds(plan([session]))).toEqual({ bad: ['a person signed in with it'] });
    expect(holds(plan([{ ...bad, holder: alice }]))).toEqual({ bad: [] });
  });

  it('holds what no connector can end', () => {
    expect(holds(plan([bad], { connectors: [] }))).toEqual({
      bad: ['no connector is configured that could end it'],
    });
  });

  it('gives a step to the first connector that handles it', () => {
    const connectors = [
      connector(['family'], { name: 'a' }),
      connector(['token'], { name: 'b' }),
      connector(),
    ];
    expect(plan([bad], { connectors }).foreseen[0]?.step.connector?.name).toBe('b');
  });

  it.each([
    [{ protected: { principals: ['agent:w*'] } }],
    [{ protected: { principals: ['svc-worker'] }, aliases: [['agent:worker', 'svc-worker']] }],
    [
      {
        protected: { principals: ['svc'] },
        aliases: [
          ['svc', 'x'],
          ['x', 'agent:worker'],
        ],
      },
    ],
    [{ protected: { principals: ['user:alice'] } }],
  ])('refuses where policy protects whom it is about: %j', (policy) => {
    expect(plan([bad], { policy: policyOf(policy) }).refusals).toHaveLength(1);
  });

  it('passes over what policy protects further down, with what hangs on it', () => {
    const policy = policyOf({ protected: { principals: ['agent:ci'] } });
    const ci = { ...child, holder: { id: 'agent:ci', kind: 'agent' as const } };
    const cascade = plan([bad, ci, grandchild, second], { policy });
    expect(cascade.refusals).toEqual([]);
    expect(labels(cascade)).toEqual(['bad', 'second']);
    expect(stays(cascade)).toMatchObject({
      child: 'policy protects its holder, or whom it speaks for',
      grandchild: 'all that it hangs on stays',
    });
  });
});

describe('refresh families', () => {
  const inFamily = { ...bad, family: 'f' };

  it('ends the family before the token', () => {
    const cascade = plan([inFamily, child]);
    expect(cascade.foreseen.map(({ step }) => [step.action, step.role, step.label])).toEqual([
      ['family.revoke', 'family', 'refresh family f'],
      ['token.revoke', 'source', 'bad'],
      ['token.revoke', 'descendant', 'child'],
    ]);
    expect(cascade.foreseen[0]?.step.target).toMatchObject({ kind: 'family', iss, family: 'f' });
  });

  it('asks a person when somebody signed in with a token of the same family', () => {
    const cascade = cascadeFrom('bad', [{ ...signIn, family: 'f' }, first, inFamily]);
    expect(holds(cascade)).toEqual({
      'refresh family f': ['user:alice signed in with a token of the same family'],
      bad: [],
    });
  });

  it('leaves it where policy protects a part of it, and where no connector ends families', () => {
    const policy = policyOf({ protected: { principals: ['agent:ci'] } });
    const ci = token('ci', ['first'], { family: 'f', holder: { id: 'agent:ci', kind: 'agent' } });
    const cascade = plan([inFamily, ci], { policy });
    expect(labels(cascade)).toEqual(['bad']);
    expect(stays(cascade)['refresh family f']).toBe('policy protects agent:ci, who holds a part of it');
    const none = plan([inFamily], { connectors: [connector(['token'])] });
    expect(labels(none)).toEqual(['bad']);
    expect(stays(none)['refresh family f']).toContain('no connector ends a whole family');
  });

  it('ends a family further down only when nothing else lives in it', () => {
    const refresh = { ...child, family: 'g' };
    expect(labels(plan([bad, refresh]))).toEqual(['bad', 'refresh family g', 'child']);
    expect(labels(plan([bad, refresh, token('elsewhere', ['first'], { family: 'g' })]))).toEqual([
      'bad',
      'child',
    ]);
  });

  it('keeps families of two issuers apart', () => {
    const foreign = { iss: 'https://other.example', jti: 'x' };
    const elsewhere = { ...token('x', ['first'], { family: 'f' }), ref: foreign, key: 'tok:x' };
    const cascade = plan([{ ...child, family: 'f' }, bad, elsewhere]);
    expect(labels(cascade)).toEqual(['bad', 'refresh family f', 'child']);
  });

  it('lasts as long as its last member', () => {
    const late = token('late', ['bad'], { family: 'f', expiresMs: nowMs + 9_000_000 });
    const until = (over: Partial<LineageToken>) =>
      plan([inFamily, { ...late, ...over }]).foreseen[0]?.step.residualUntilMs;
    expect(until({})).toBe(nowMs + 9_000_000);
    expect(until({ expiresMs: null })).toBeNull();
    expect(until({ expiresMs: undefined })).toBeUndefined();
  });
});

describe('a compromised holder', () => {
  const canary = alertTrigger('canary-used', 'canary-used');
  const sibling = token('sibling', ['first'], { issuedMs: nowMs - 5_000 });
  const below = token('below', ['sibling'], { holder: planner });

  it('takes what else the holder got, with what was made from it', () => {
    const cascade = plan([bad, child, sibling, below], { trigger: canary });
    expect(cascade.foreseen.map(({ step, holds: why }) => [step.label, step.role, why])).toEqual([
      ['bad', 'source', []],
      ['sibling', 'sibling', []],
      ['child', 'descendant', []],
      ['below', 'descendant', []],
    ]);
  });

  it('takes none where the finding says nothing of the holder', () => {
    expect(labels(plan([bad, sibling]))).toEqual(['bad']);
  });

  it('asks a person where the finding only suggests it', () => {
    const trigger = alertTrigger('identity-reuse', 'two-hands');
    const cascade = plan([bad, sibling, below], { trigger });
    expect(holds(cascade)).toEqual({
      bad: [],
      sibling: ['it is another token of the same holder: somebody else works with what its holder was given'],
      below: ['something that it was made from may stand'],
    });
  });

  it('lets a token that such a one may have led to wait with it', () => {
    const trigger = alertTrigger('identity-reuse', 'two-hands');
    const both = token('both', ['bad', 'sibling'], { holder: planner });
    expect(holds(plan([bad, sibling, both], { trigger }))['both']).toEqual([
      'something that it was made from may stand',
    ]);
    expect(holds(plan([bad, sibling, both], { trigger: canary }))['both']).toEqual([]);
  });

  it('asks a person where the sure way is not the trusted one', () => {
    const standing = { ...bad, standing: true };
    const both = token('both', ['bad', { jti: 'sibling', level: 4 }], { holder: planner });
    expect(holds(plan([standing, sibling, both], { trigger: canary }))).toMatchObject({
      sibling: [],
      both: ['what it was made from is for a person to decide'],
    });
  });

  it('asks a person where only somebody asserts who holds it', () => {
    const loose = token('sibling', [{ jti: 'first', level: 4 }]);
    expect(holds(plan([bad, loose], { trigger: canary }))['sibling']).not.toEqual([]);
    const root = token('sibling');
    expect(holds(plan([bad, root], { trigger: canary }))['sibling']).toEqual([
      'no trusted link says who got it',
    ]);
  });

  it('never takes what a person holds beside it, nor what is above', () => {
    const held = { ...bad, holder: alice };
    expect(labels(plan([held, { ...sibling, holder: alice }], { trigger: canary }))).toEqual(['bad']);
    const own = { ...first, holder: worker };
    const cascade = cascadeFrom('bad', [signIn, own, bad], { trigger: canary });
    expect(labels(cascade)).toEqual(['bad']);
    expect(stays(cascade)['first']).toContain('of the same holder');
  });
});

describe('all that a subject has', () => {
  const bot = { id: 'agent:bot', kind: 'agent' } as const;
  const before = token('before', ['first'], { subject: bot });
  const after = token('after', ['first'], { subject: bot, issuedMs: nowMs + 1 });
  const below = token('below', ['before'], { subject: alice });
  const subjectPlan = (over: Partial<CascadeInput> = {}) =>
    planCascade({
      tenant: 'acme',
      trigger: personTrigger(),
      source: { kind: 'subject', subject: bot, cutOffMs: nowMs },
      lineage: lineageOf([signIn, first, before, after, below]),
      connectors: [connector()],
      policy: policyOf({}),
      nowMs,
      ...over,
    });

  it('ends it as a whole, then each token from before the cut-off', () => {
    const cascade = subjectPlan();
    expect(cascade.foreseen.map(({ step }) => [step.action, step.label])).toEqual([
      ['subject.revoke', 'all of agent:bot'],
      ['token.revoke', 'before'],
      ['token.revoke', 'below'],
    ]);
    expect(cascade.foreseen.every(({ holds: why }) => why.length > 0)).toBe(true);
  });

  it('is another response with another cut-off', () => {
    const ids = [nowMs, nowMs + 1].map(
      (cutOffMs) =>
        subjectPlan({ source: { kind: 'subject', subject: bot, cutOffMs } }).foreseen[0]?.step.responseId,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('is refused of a person, and of whom policy protects', () => {
    const source = { kind: 'subject', subject: alice, cutOffMs: nowMs } as const;
    expect(subjectPlan({ source }).refusals).toHaveLength(1);
    expect(
      subjectPlan({ policy: policyOf({ protected: { principals: ['agent:bot'] } }) }).refusals,
    ).toHaveLength(1);
  });
});

it('cuts what nobody could read, and lists so many survivors', () => {
  const many = Array.from({ length: 1_200 }, (_, index) => token(`t${index}`, ['bad']));
  const cascade = plan([bad, ...many]);
  expect(cascade.foreseen).toHaveLength(1_000);
  expect(cascade.isCut).toBe(true);
  const hints = Array.from({ length: 300 }, (_, index) => token(`t${index}`, [{ jti: 'bad', level: 5 }]));
  const { survivors } = plan([bad, ...hints]);
  expect(survivors).toHaveLength(201);
  expect(survivors.at(-1)?.label).toBe('102 more');
});
