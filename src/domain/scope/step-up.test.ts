import { describe, expect, it } from 'vitest';
import { lineOf, minuteMs, startMs } from '../../../test/support/views.ts';
import type { TokenView } from '../chain.ts';
import type { Principal } from '../event/index.ts';
import { createScopeAlgebra } from './algebra.ts';
import { driftOf } from './drift.ts';
import { stepUpOf } from './index.ts';
import { ScopeRules } from './rules.ts';
import type { Approved } from './step-up.ts';

const algebra = createScopeAlgebra(ScopeRules.parse({ scopes: [{ issuer: '*', dialect: 'hierarchical' }] }));
const ann: Principal = { id: 'ann@example', kind: 'human' };
const mintedMs = startMs + 30 * minuteMs;

function widened(differs: Partial<TokenView> = {}): TokenView {
  return lineOf({ scope: ['crm'] }, { scope: ['crm', 'erp:write'], iatMs: mintedMs, ...differs });
}

function approved(grant: Partial<Approved['grants'][number]> = {}, withdrawnMs?: number): Approved {
  return {
    grants: [{ atMs: mintedMs - minuteMs, by: ann, expMs: undefined, binds: [{ action: 'erp' }], ...grant }],
    withdrawals: withdrawnMs === undefined ? [] : [{ atMs: withdrawnMs }],
  };
}

const drift = (held: TokenView, ...approvals: readonly Approved[]) =>
  driftOf(held, algebra, stepUpOf(held, approvals, algebra, minuteMs));

describe('what a person approved before the mint', () => {
  it('bounds the token beside its ancestors', () => {
    expect(drift(widened())).toMatchObject({ added: ['erp:write'] });
    expect(drift(widened(), approved())).toBeUndefined();
    expect(drift(widened(), approved({ binds: [{ action: 'erp', actor: 'agent/crm' }] }))).toBeUndefined();
    expect(drift(widened(), approved({ expMs: mintedMs }))).toBeUndefined();
    expect(drift(widened(), approved({}, mintedMs + 1))).toBeUndefined();
  });

  it.each([
    ['given too late: nothing is pardoned in retrospect', approved({ atMs: mintedMs + 2 * minuteMs })],
    ['that had expired', approved({ expMs: mintedMs - 2 * minuteMs })],
    ['that had been withdrawn', approved({}, mintedMs - 1)],
    ['for another actor', approved({ binds: [{ action: 'erp', actor: 'agent/other' }] })],
    ['for something else', approved({ binds: [{ action: 'erp:read' }] })],
    ['by an agent', approved({ by: { id: 'agent/crm', kind: 'agent' } })],
    ['by nobody in particular', approved({ by: undefined })],
  ])('does not count %s', (_, approval) => {
    expect(drift(widened(), approval)).toMatchObject({ kind: 'hop', added: ['erp:write'] });
  });

  it('counts from when the token was heard of where nobody knows when it was minted', () => {
    const held = widened({ iatMs: undefined, firstSeenMs: mintedMs });
    expect(drift(held, approved())).toBeUndefined();
  });

  it('pardons no authorization detail', () => {
    const details = (type: string) => ({ authorizationDetails: [{ type }] });
    const held = lineOf(
      { scope: ['crm'], ...details('a') },
      { scope: ['crm'], iatMs: mintedMs, ...details('b') },
    );
    expect(drift(held, approved())).toMatchObject({ added: ['b'] });
  });
});

describe('a new sign-in in mid-task', () => {
  const human = (differs: Partial<TokenView>) => widened({ grant: 'authorization_code', ...differs });

  it('by the person at the root is a root of its own', () => {
    expect(drift(human({}))).toBeUndefined();
    expect(drift(human({ grant: 'urn:openid:params:grant-type:ciba' }))).toBeUndefined();
  });

  it.each([
    ['somebody else', { subject: { id: 'bob@example', kind: 'human' } }],
    ['the same name elsewhere', { subject: { ...ann, iss: 'https://other.example' } }],
    ['a machine of the same name', { subject: { ...ann, kind: 'service' } }],
    ['nobody in particular', { subject: undefined }],
    ['no sign-in', { grant: 'client_credentials' }],
    ['no known grant', { grant: undefined }],
  ] as const)('counts for nothing by %s', (_, differs) => {
    expect(drift(human(differs))).toMatchObject({ added: ['erp:write'] });
  });
});
