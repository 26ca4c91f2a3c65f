import { describe, expect, it } from 'vitest';
import type { TokenView } from '../../src/domain/chain.ts';
import * as views from '../../test/support/views.ts';
import { lineOf, minuteMs, policy, startMs, token } from '../../test/support/views.ts';
import { createScopeCreep } from './detector.ts';

const scopeCreep = createScopeCreep();
const foreign = { issuer: 'https://other.example' };

function look(held: TokenView, rules: object = {}) {
  return views.look(scopeCreep, { on: 'token', token: held, policy: policy(rules) });
}

function scopes(...line: readonly (readonly string[] | undefined)[]): TokenView {
  return lineOf(...line.map((scope) => ({ scope })));
}

describe('a scope probe', () => {
  const asking = (differs: Partial<TokenView>) => lineOf({}, { scope: ['crm:read'], ...differs });

  it('is a signal of what was asked beyond the parent and refused', () => {
    expect(look(asking({ requestedScope: ['crm:read', 'crm:admin'] }))).toEqual([
      {
        subject: { kind: 'token', key: asking({}).key, label: 'hop-1' },
        fact: 'scope-probe',
        kind: 'signal',
        severity: 'low',
        title: 'CRM agent asked for crm:admin beyond what its parent token held, and was refused',
        atMs: startMs,
        evidence: { refused: ['crm:admin'], refusedCount: 1, weight: 8, issuer: views.issuer },
        eventIds: ['issued-hop-1'],
      },
    ]);
  });

  it('happened when it was heard of where nobody knows the time of the mint', () => {
    const held = asking({ requestedScope: ['crm:admin'], iatMs: undefined, firstSeenMs: startMs + 5 });
    expect(look(held)).toMatchObject([{ atMs: startMs + 5 }]);
  });

  it('is no second finding where it was given', () => {
    const scope = ['crm:read', 'crm:admin'];
    expect(look(asking({ scope, requestedScope: scope }))).toMatchObject([{ fact: 'hop-drift' }]);
  });
});

describe('an unverifiable scope', () => {
  const unverifiable = (held: TokenView, rules: object = {}) =>
    look(held, rules).filter(({ fact }) => fact === 'unverifiable-scope');

  it('is one low signal for each issuer and audience, whatever the token', () => {
    const first = scopes(['crm:*'], ['crm:write', 'crm:read']);
    const [one] = unverifiable(first);
    expect(one).toEqual({
      subject: { kind: 'source', key: JSON.stringify([views.issuer]), label: views.issuer },
      fact: 'unverifiable-scope',
      kind: 'signal',
      severity: 'low',
      title: `Nobody can say whether crm:read, crm:write of ${views.issuer} narrows what it was derived from`,
      atMs: startMs,
      evidence: {
        ...{ issuer: views.issuer, audience: [], unclear: ['crm:read', 'crm:write'], unclearCount: 2 },
        token: 'hop-1',
      },
      eventIds: ['issued-hop-1'],
    });
    const [two] = unverifiable(scopes(['erp:*'], ['erp:write']));
    expect(two?.subject).toEqual(one?.subject);
    const [abroad] = unverifiable(lineOf({ scope: ['*'] }, { aud: ['b', 'a'], scope: ['x'] }));
    expect(abroad?.subject).toMatchObject({
      key: JSON.stringify([views.issuer, 'a', 'b']),
      label: `${views.issuer} for a, b`,
    });
  });

  it('waits for the report that may still say what the token holds', () => {
    expect(unverifiable(scopes(['crm:read'], undefined))).toMatchObject([
      {
        title: `${views.issuer} does not say what the tokens hold that it derives from others`,
        evidence: { unclear: [], unclearCount: 0 },
        settlesAtMs: startMs + 10 * minuteMs,
      },
    ]);
  });

  const details = (colour: string) => ({ authorizationDetails: [{ type: 'car', colour }] });
  it.each([
    ['a grant that stands for others', scopes(['crm:read'], ['api/.default']), ['api/.default']],
    ['one below an unknown parent', scopes(undefined, ['api/.default']), ['api/.default']],
    ['one abroad', lineOf(foreign, { scope: ['api/.default'] }), ['api/.default']],
    ['details that nobody explains', lineOf(details('red'), { scope: [], ...details('blue') }), ['car']],
    ['a token of unknown mint time', lineOf({ scope: ['*'] }, { scope: ['x'], iatMs: undefined }), ['x']],
  ])('says so of %s', (_, held, unclear) => {
    expect(unverifiable(held)).toMatchObject([{ evidence: { unclear } }]);
  });

  it.each([
    ['a root', token('root', { scope: ['.default'] })],
    ['a token that no issuer reported', lineOf({}, { scope: undefined, issued: false })],
    ['a token of an unknown issuer', lineOf({}, { scope: undefined, issuer: undefined })],
    ['a token of another namespace', lineOf(foreign, { scope: ['crm:write'] })],
    ['a token below an unknown one', scopes(undefined, ['crm:write'])],
    ['a token that drifts', scopes(['crm:read'], ['crm:write'])],
    ['a token that narrows', scopes(['crm:read', 'crm:write'], ['crm:read'])],
  ])('stays quiet about %s', (_, held) => {
    expect(unverifiable(held)).toEqual([]);
  });

  it('stays quiet once policy says how to read it', () => {
    const rules = { scopes: [{ issuer: '*', dialect: 'glob' }] };
    expect(unverifiable(scopes(['crm:*'], ['crm:write']), rules)).toEqual([]);
  });
});
