import { describe, expect, it } from 'vitest';
import type { TokenView } from '../../src/domain/chain.ts';
import { lineOf, look, minuteMs, policy, revocation, startMs, token } from '../../test/support/views.ts';
import { reuseAfterExpiry } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

function mint(held: TokenView) {
  return look(reuseAfterExpiry, { on: 'token', token: held, policy: policy() });
}

describe('minted from an expired token', () => {
  const mintAt = (minutes: number, differs: Partial<TokenView> = {}, parent: Partial<TokenView> = {}) =>
    mint(lineOf({ expMs: at(5), ...parent }, { iatMs: at(minutes), ...differs }));

  it('says what from and how late', () => {
    expect(mintAt(65)).toMatchObject([
      {
        subject: { label: 'hop-1' },
        fact: 'minted-from-expired',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent got a token from root, which had expired by then',
        atMs: at(65),
        evidence: { parent: 'root', lateBySeconds: 3600, mintedAt: '2026-01-05T09:05:00.000Z' },
        eventIds: ['issued-hop-1', 'issued-root'],
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['within the skew', mintAt(6), 0],
    ['past the skew', mintAt(6 + 1 / minuteMs), 1],
    ['from a parent that never expires', mintAt(600, {}, { expMs: null }), 0],
    ['from a parent of unknown lifetime', mintAt(600, {}, { expMs: undefined }), 0],
    ['at an unknown time', mintAt(65, { iatMs: undefined }), 0],
    ['by a refresh that names the old access token', mintAt(65, { grant: 'refresh_token' }), 0],
    ['by a refresh token', mintAt(65, { grant: 'refresh_token' }, { tokenKind: 'refresh_token' }), 1],
    ['by a token of unknown kind', mintAt(65, { grant: 'refresh_token' }, { tokenKind: undefined }), 1],
    ['without a grant', mintAt(65, { grant: undefined }), 1],
  ])('%s', (_, findings, count) => {
    expect(findings).toHaveLength(count);
  });

  it('has nothing to say of a root', () => {
    expect(mint(token('root'))).toEqual([]);
  });
});

describe('minted from a revoked token', () => {
  const revoked = (differs: Parameters<typeof revocation>[0] = {}) => ({
    revocation: revocation({ atMs: at(5), ...differs }),
  });

  it('says what from and why it was revoked', () => {
    expect(mint(lineOf(revoked(), { iatMs: at(15) }))).toMatchObject([
      {
        fact: 'minted-from-revoked',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent got a token from root although that one had been revoked',
        evidence: { parent: 'root', reason: 'compromised', lateBySeconds: 600, linkLevel: 1 },
        eventIds: ['issued-hop-1', 'revoked-1', 'issued-root'],
      },
    ]);
  });

  it.each([
    ['within the skew', { iatMs: at(6) }, 0],
    ['past the skew', { iatMs: at(6) + 1 }, 1],
  ])('%s', (_, differs, count) => {
    expect(mint(lineOf(revoked(), differs))).toHaveLength(count);
  });

  it('holds an issuer to its own revocations whatever their reason', () => {
    expect(mint(lineOf(revoked({ reason: 'logout' }), { iatMs: at(15) }))).toMatchObject([{ kind: 'alert' }]);
  });

  it.each([
    ['a logout at another issuer', { reason: 'logout' }, at(15), 'signal'],
    ['a compromise that another issuer had heard of', {}, at(15), 'alert'],
    ['a compromise that another issuer had not heard of yet', {}, at(6.5), 'signal'],
  ])('%s', (_, differs, iatMs, kind) => {
    const child = lineOf(revoked(differs), { iatMs, issuer: 'https://other.example', grant: undefined });
    expect(mint(child)).toMatchObject([{ kind }]);
    expect(mint({ ...child, issuer: undefined })).toMatchObject([{ kind }]);
  });

  it('reaches past a parent that was minted in time', () => {
    const child = lineOf(revoked(), { iatMs: at(1) }, { iatMs: at(15) });
    expect(mint(child)).toMatchObject([{ kind: 'alert', evidence: { ancestor: 'root' } }]);
    expect(mint(lineOf(revoked(), { iatMs: undefined }, { iatMs: at(15) }))).toHaveLength(1);
  });

  it('does not hold an issuer to a logout further up: the parent itself was good', () => {
    expect(mint(lineOf(revoked({ reason: 'logout' }), { iatMs: at(1) }, { iatMs: at(15) }))).toMatchObject([
      { kind: 'signal', severity: 'low' },
    ]);
  });

  it('reports only the topmost of the tokens minted since', () => {
    expect(mint(lineOf(revoked(), { iatMs: at(15) }, { iatMs: at(16) }))).toEqual([]);
  });

  it('judges farther revocations when the nearer one came later', () => {
    const child = lineOf(revoked(), { iatMs: at(1), ...revoked({ atMs: at(30) }) }, { iatMs: at(15) });
    expect(mint(child)).toMatchObject([{ evidence: { ancestor: 'root' } }]);
  });
});
