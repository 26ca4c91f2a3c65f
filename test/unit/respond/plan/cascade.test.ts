import { describe, expect, it } from 'vitest';
import type { LineageToken } from '../../../../src/domain/reach.ts';
import type { Cascade, CascadeInput } from '../../../../src/respond/plan/index.ts';
import { responseId, tokenTarget } from '../../../../src/respond/plan/index.ts';
import {
  alertTrigger,
  alice,
  bad,
  cascadeFrom,
  connector,
  first,
  holds,
  keyOf,
  labels,
  nowMs,
  personTrigger,
  policyOf,
  ref,
  signIn,
  stays,
  token,
} from './support.ts';

const child = token('child', ['bad'], { issuedMs: nowMs - 30_000 });
const grandchild = token('grandchild', ['child'], { issuedMs: nowMs - 20_000 });
const second = token('second', ['bad'], { issuedMs: nowMs - 10_000 });

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
    const trusted = { kind: 'token', ref: ref('bad'), linkLevel: 1 } as const;
    expect(holds(plan([loose], { source: trusted }))['bad']).not.toEqual([]);
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
