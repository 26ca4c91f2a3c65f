import { describe, expect, it } from 'vitest';
import type { LineageToken } from '../../../../src/domain/reach.ts';
import type { Cascade, CascadeInput } from '../../../../src/respond/plan/index.ts';
import { planCascade } from '../../../../src/respond/plan/index.ts';
import {
  alertTrigger,
  alice,
  bad,
  cascadeFrom,
  connector,
  first,
  holds,
  iss,
  labels,
  lineageOf,
  nowMs,
  personTrigger,
  planner,
  policyOf,
  signIn,
  stays,
  token,
  worker,
} from './support.ts';

const child = token('child', ['bad'], { issuedMs: nowMs - 30_000 });

function plan(tokens: readonly LineageToken[], over: Partial<CascadeInput> = {}): Cascade {
  return cascadeFrom('bad', [signIn, first, ...tokens], over);
}

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
