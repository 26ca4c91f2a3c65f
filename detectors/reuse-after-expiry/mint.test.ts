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

describe('minted under a tombstone', () => {
  const tombstone = (atMs: number) => ({ tombstone: { atMs, responseId: 'rsp_1', eventId: 'ordered-1' } });

  it('says what from and by which response that was to end, and names itself as what has to', () => {
    const held = lineOf(tombstone(at(5)), { iatMs: at(6) });
    expect(mint(held)).toEqual([
      {
        subject: expect.objectContaining({ label: 'hop-1' }),
        fact: 'minted-under-tombstone',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent got a token from root after its revocation had been ordered',
        atMs: at(6),
        evidence: {
          parent: 'root',
          mintedAt: '2026-01-05T08:06:00.000Z',
          orderedAt: '2026-01-05T08:05:00.000Z',
          response: 'rsp_1',
          lateBySeconds: 60,
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 1,
        },
        eventIds: ['issued-hop-1', 'ordered-1', 'issued-root'],
        revoke: held.ref,
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['in the second before', lineOf(tombstone(at(5) + 1_000), { iatMs: at(5) }), []],
    ['in the same second', lineOf(tombstone(at(5) + 999), { iatMs: at(5) }), ['hop-1']],
    ['at an unknown time', lineOf(tombstone(at(5)), { iatMs: undefined }), []],
    [
      'below a token that was minted before',
      lineOf(tombstone(at(5)), { iatMs: at(4) }, { iatMs: at(6) }),
      ['hop-2'],
    ],
    ['below one that was minted later too', lineOf(tombstone(at(5)), { iatMs: at(6) }, { iatMs: at(7) }), []],
    ['below one of unknown age', lineOf(tombstone(at(5)), { iatMs: undefined }, { iatMs: at(7) }), ['hop-2']],
    [
      'below one that is to end later',
      lineOf(tombstone(at(5)), { iatMs: at(4), ...tombstone(at(9)) }, { iatMs: at(6) }),
      ['hop-2'],
    ],
  ])('%s', (_, held, subjects) => {
    expect(mint(held).map(({ subject }) => subject.label)).toEqual(subjects);
  });

  it('is not told a second time as minted from a revoked token', () => {
    const ended = { ...tombstone(at(5)), revocation: revocation({ atMs: at(5) }) };
    expect(mint(lineOf(ended, { iatMs: at(30) })).map(({ fact }) => fact)).toEqual([
      'minted-under-tombstone',
    ]);
  });

  it('calls one further up an ancestor', () => {
    const held = lineOf(tombstone(at(5)), { iatMs: at(4) }, { iatMs: at(6) });
    expect(mint(held)[0]?.evidence).toMatchObject({ ancestor: 'root' });
  });
});
