import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAEP, newKey, RISC, type SetKey, serveKeys, signSet } from '../../support/ssf/transmitter.ts';
import { ann, aud, good, iat, iss, nowMs, receiving, taken } from './support.ts';

let key: SetKey;
let keys: Awaited<ReturnType<typeof serveKeys>>;
beforeAll(async () => {
  key = await newKey('k1');
  keys = await serveKeys([key]);
});
afterAll(() => keys.close());

describe('a security event token', () => {
  it('of a known transmitter becomes an event of its tenant, and an entry of the audit', async () => {
    const { receive, log, audited, outcomes } = receiving(keys.url);
    expect(await receive(await signSet(key, { ...good, jti: 'set-1' }))).toEqual(taken);
    expect(log).toMatchObject([
      {
        tenant: 'acme',
        source: iss,
        timeMs: nowMs,
        origin: { publisher: 'idp', adapter: 'ssf', issuerBound: true },
        data: {
          type: 'identity.changed',
          principal: { id: 'ann', iss, kind: 'unknown' },
          change: 'disabled',
          source: { adapter: 'ssf', rawRef: 'set-1' },
          observer: { id: iss, role: 'issuer' },
        },
      },
    ]);
    expect(audited).toMatchObject([
      {
        tenant: 'acme',
        kind: 'ssf.received',
        actor: 'idp',
        subjectId: 'set-1',
        about: [log[0]?.id],
        body: { issuer: iss, types: [`${RISC}account-disabled`], unknown: [] },
      },
    ]);
    expect(outcomes).toEqual(['idp recorded']);
  });

  it('that comes again, also at the same time, is taken again and recorded once', async () => {
    const { receive, log, outcomes } = receiving(keys.url);
    const token = await signSet(key, good);
    expect(await Promise.all([receive(token), receive(token)])).toEqual([taken, taken]);
    expect(await receive(token)).toEqual(taken);
    expect(log).toHaveLength(1);
    expect(outcomes).toEqual(['idp recorded', 'idp repeated', 'idp repeated']);
    // A process that has forgotten it makes the same event of it, which the log knows.
    const restarted = receiving(keys.url);
    await restarted.receive(token);
    expect(restarted.log).toEqual(log);
  });

  it('that the log does not take is not forgotten as taken', async () => {
    const full = { now: true };
    const { receive, log, outcomes } = receiving(keys.url, { full });
    const token = await signSet(key, good);
    await expect(receive(token)).rejects.toThrow('full');
    full.now = false;
    expect(await receive(token)).toEqual(taken);
    expect(log).toHaveLength(1);
    expect(outcomes).toEqual(['idp unavailable', 'idp recorded']);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['of another issuer', { iss: 'https://other.example' }, {}, 'unknown invalid_issuer'],
    ['without an issuer', { iss: undefined }, {}, 'unknown invalid_issuer'],
    ['for somebody else', { aud: 'https://other.example' }, {}, 'unknown invalid_audience'],
    ['for nobody', { aud: undefined }, {}, 'unknown invalid_audience'],
    ['of another type', {}, { typ: 'at+jwt' }, 'idp invalid_request'],
    ['without a type', {}, { typ: undefined }, 'idp invalid_request'],
    ['from the future', { iat: iat + 61 }, {}, 'idp invalid_request'],
    ['of last year', { iat: iat - 31 * 86_400 }, {}, 'idp invalid_request'],
    ['without a time', { iat: undefined }, {}, 'idp invalid_request'],
    ['whose time is a word', { iat: 'now' }, {}, 'idp invalid_request'],
    ['without an id', { jti: undefined }, {}, 'idp invalid_request'],
    ['with too long an id', { jti: 'x'.repeat(513) }, {}, 'idp invalid_request'],
    ['that expires', { exp: iat + 600 }, {}, 'idp invalid_request'],
    ['that has expired', { exp: iat - 600 }, {}, 'idp invalid_request'],
    ['without events', { events: undefined }, {}, 'idp invalid_request'],
    ['that tells nothing', { events: {} }, {}, 'idp invalid_request'],
    ['whose event is a word', { events: { [`${RISC}account-disabled`]: 'yes' } }, {}, 'idp invalid_request'],
    ['about nobody', { sub_id: undefined }, {}, 'idp invalid_request'],
    ['about half a subject', { sub_id: { format: 'iss_sub', iss } }, {}, 'idp invalid_request'],
    ['that asks for what is not known', {}, { crit: ['odd'], odd: 1 }, 'idp invalid_key'],
    [
      'that tells of another issuer’s people',
      { sub_id: { ...ann, iss: 'https://other.example' } },
      {},
      'idp access_denied',
    ],
    [
      'that tells of another issuer’s tokens',
      {
        sub_id: { format: 'jwt_id', iss: 'https://other.example', jti: 'at-1' },
        events: { [`${CAEP}session-revoked`]: {} },
      },
      {},
      'idp access_denied',
    ],
  ])('%s is refused', async (_, claims, header, outcome) => {
    const { receive, log, letters, outcomes } = receiving(keys.url);
    const answer = await receive(await signSet(key, { ...good, ...claims }, header));
    expect([answer, outcomes, log, letters.length]).toEqual([
      { taken: false, err: outcome.split(' ')[1], description: expect.stringMatching(/^[^{}]+$/) },
      [outcome],
      [],
      // What is not theirs to say is kept; anybody could fill the dead letters with the rest.
      outcome.endsWith('access_denied') ? 1 : 0,
    ]);
  });

  it('that speaks for another issuer is a dead letter that names it', async () => {
    const { receive, letters } = receiving(keys.url);
    await receive(await signSet(key, { ...good, sub_id: { ...ann, iss: 'https://other.example' } }));
    expect(letters).toMatchObject([
      { tenant: 'acme', publisher: 'idp', code: 'EVENT_ISSUER_FORBIDDEN', issuer: 'https://other.example' },
    ]);
  });

  it('is taken up to the skew of the clocks, and as one audience of several', async () => {
    const { receive } = receiving(keys.url, { transmitters: [{ audience: [aud, 'urn:second'] }] });
    expect(await receive(await signSet(key, { ...good, iat: iat + 60 }))).toEqual(taken);
    expect(await receive(await signSet(key, { ...good, aud: ['urn:other', 'urn:second'] }))).toEqual(taken);
    expect(await receive(await signSet(key, good, { typ: 'application/secevent+jwt' }))).toEqual(taken);
  });

  it('chooses by issuer and audience whose tenant it is about', async () => {
    const { receive, log } = receiving(keys.url, {
      transmitters: [
        { name: 'one', audience: 'urn:one' },
        { name: 'two', audience: 'urn:two', tenant: 'globex' },
      ],
    });
    await receive(await signSet(key, { ...good, aud: 'urn:two' }));
    await receive(await signSet(key, { ...good, aud: 'urn:one' }));
    expect(log.map(({ tenant, origin }) => [tenant, origin.publisher])).toEqual([
      ['globex', 'two'],
      ['acme', 'one'],
    ]);
  });
});

it('tells when a transmitter pauses its stream, and when it goes on', async () => {
  const { receive, outcomes } = receiving(keys.url);
  for (const status of ['paused', 'enabled', 'disabled']) {
    const events = { 'https://schemas.openid.net/secevent/ssf/event-type/stream-updated': { status } };
    expect(await receive(await signSet(key, { ...good, sub_id: undefined, events }))).toEqual(taken);
  }
  expect(outcomes).toEqual([
    'idp is silent',
    'idp ignored',
    'idp sends',
    'idp ignored',
    'idp is silent',
    'idp ignored',
  ]);
});
