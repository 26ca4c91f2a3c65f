import { describe, expect, it } from 'vitest';
import type { TokenView, Unconfirmed } from '../../src/domain/chain.ts';
import { bot, look, minuteMs, policy, revocation, startMs, token } from '../../test/support/views.ts';
import { unconfirmedRevocation } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

const open: Unconfirmed = {
  atMs: at(10),
  responseId: 'rsp_1',
  eventId: 'unconfirmed-1',
  via: 'token',
  connector: 'idp',
  requestedMs: at(9),
};

function told(differs: Partial<TokenView> = {}, one: Partial<Unconfirmed> = {}) {
  const held = token('root', { unconfirmed: [{ ...open, ...one }], ...differs });
  return look(unconfirmedRevocation, { on: 'token', token: held, policy: policy() });
}

const answer = (minutes: number, active: boolean) => ({
  atMs: at(minutes),
  active,
  by: 'gateway',
  eventId: 'introspected-1',
});

describe('a revocation that nobody confirmed', () => {
  it('is told with the order that failed, and revokes nothing', () => {
    expect(told()).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'did-not-end',
        kind: 'alert',
        severity: 'high',
        title: 'The revocation of root was accepted, but nothing shows that it ended',
        atMs: at(10),
        evidence: {
          response: 'rsp_1',
          connector: 'idp',
          orderedFor: 'token',
          orderedAt: '2026-01-05T08:09:00.000Z',
          unconfirmedAt: '2026-01-05T08:10:00.000Z',
          liveUntil: '2026-01-05T09:00:00.000Z',
        },
        eventIds: ['unconfirmed-1', 'issued-root'],
      },
    ]);
  });

  it('is one of the subject where all of it was to end', () => {
    expect(told({ subject: bot }, { via: 'subject', connector: undefined, requestedMs: undefined })).toEqual([
      expect.objectContaining({
        subject: { kind: 'principal', key: 'prn:agent/crm', label: 'CRM agent' },
        evidence: {
          response: 'rsp_1',
          connector: null,
          orderedFor: 'subject',
          orderedAt: null,
          unconfirmedAt: '2026-01-05T08:10:00.000Z',
        },
        eventIds: ['unconfirmed-1'],
      }),
    ]);
  });

  it.each<[string, number, Partial<TokenView>, Partial<Unconfirmed>]>([
    ['nothing was left open', 0, { unconfirmed: [] }, {}],
    ['somebody else revoked it', 0, { revocation: revocation() }, {}],
    ['it had expired by then', 0, { expMs: at(10) }, {}],
    ['it expires later', 1, { expMs: at(10) + 1 }, {}],
    ['it never expires', 1, { expMs: null }, {}],
    ['nobody knows when it expires', 1, { expMs: undefined }, {}],
    ['its issuer says since that it is inactive', 0, { introspections: [answer(9, false)] }, {}],
    ['its issuer said so before', 1, { introspections: [answer(8, false)] }, {}],
    ['its issuer says that it is active', 1, { introspections: [answer(11, true)] }, {}],
    ['its issuer changed its mind', 1, { introspections: [answer(11, false), answer(12, true)] }, {}],
    ['nobody recorded the order', 1, { introspections: [answer(9, false)] }, { requestedMs: undefined }],
    ['a subject is unknown', 1, { subject: undefined }, { via: 'subject' }],
  ])('%s', (_, count, differs, one) => {
    expect(told(differs, one)).toHaveLength(count);
  });

  it('says of a token without end, or of an unknown one, that it is so', () => {
    expect(told({ expMs: null })[0]?.evidence).toMatchObject({ liveUntil: null });
    expect(told({ expMs: undefined })[0]?.evidence).toMatchObject({ liveUntil: 'unknown' });
  });
});
