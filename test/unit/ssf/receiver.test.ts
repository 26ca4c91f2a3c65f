import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportSPKI } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditDraft } from '../../../src/domain/audit.ts';
import type { DeadLetter } from '../../../src/domain/dead-letter.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import { createGuardedFetch } from '../../../src/guarded-fetch.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';
import { SsfConfig, type Transmitter } from '../../../src/ingest/ssf/config.ts';
import { createSecurityEvents } from '../../../src/ingest/ssf/receiver.ts';
import { createGuard } from '../../../src/respond/index.ts';
import { CAEP, newKey, RISC, type SetKey, serveKeys, signSet } from '../../support/ssf/transmitter.ts';

const nowMs = Date.UTC(2026, 2, 1, 10);
const iat = nowMs / 1000;
const iss = 'https://idp.example';
const aud = 'https://chainwarden.example/ssf';
const ann = { format: 'iss_sub', iss, sub: 'ann' };
const disabled = { [`${RISC}account-disabled`]: {} };
const good = { iss, aud, iat, sub_id: ann, events: disabled };
const taken = { taken: true };

let key: SetKey;
let keys: Awaited<ReturnType<typeof serveKeys>>;
beforeAll(async () => {
  key = await newKey('k1');
  keys = await serveKeys([key]);
});
afterAll(() => keys.close());

interface Receiving {
  readonly transmitters?: readonly object[];
  readonly keysCooldownMs?: number;
  /** Rejects what it is given while true. */
  readonly full?: { now: boolean };
}

/** The receiver over a log that remembers, with keys from a real server. */
function receiving({ transmitters = [{}], keysCooldownMs = 0, full }: Receiving = {}) {
  const log: AdmittedEvent[] = [];
  const letters: DeadLetter[] = [];
  const audited: AuditDraft[] = [];
  const outcomes: string[] = [];
  const guard = createGuard({ allow: [] });
  const config = SsfConfig.parse({
    transmitters: transmitters.map((differs) => ({
      name: 'idp',
      issuer: iss,
      audience: aud,
      ...('jwks' in differs ? {} : { jwksUrl: keys.url }),
      allowPrivate: true,
      ...differs,
    })),
  });
  const events = createSecurityEvents({
    transmitters: config.transmitters,
    tenant: 'acme',
    fetchKeys: ({ allowPrivate }: Transmitter) => {
      const fetched = createGuardedFetch({ url: new URL(keys.url), allowPrivate }, guard);
      return (_, { headers, signal }) => fetched.get(headers, signal);
    },
    keysCooldownMs,
    clock: () => nowMs,
    admit: createAdmit(),
    sink: {
      append: async (events, refused) => {
        if (full?.now === true) throw new Error('full');
        log.push(...events);
        letters.push(...refused);
      },
    },
    audit: {
      append: async (drafts) => {
        audited.push(...drafts);
      },
    },
    onStream: (transmitter, sendsOn) => outcomes.push(`${transmitter} ${sendsOn ? 'sends' : 'is silent'}`),
    onSet: (transmitter, outcome) => outcomes.push(`${transmitter} ${outcome}`),
  });
  return { ...events, log, letters, audited, outcomes };
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a security event token', () => {
  it('of a known transmitter becomes an event of its tenant, and an entry of the audit', async () => {
    const { receive, log, audited, outcomes } = receiving();
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
    const { receive, log, outcomes } = receiving();
    const token = await signSet(key, good);
    expect(await Promise.all([receive(token), receive(token)])).toEqual([taken, taken]);
    expect(await receive(token)).toEqual(taken);
    expect(log).toHaveLength(1);
    expect(outcomes).toEqual(['idp recorded', 'idp repeated', 'idp repeated']);
    // A process that has forgotten it makes the same event of it, which the log knows.
    const restarted = receiving();
    await restarted.receive(token);
    expect(restarted.log).toEqual(log);
  });

  it('that the log does not take is not forgotten as taken', async () => {
    const full = { now: true };
    const { receive, log, outcomes } = receiving({ full });
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
    const { receive, log, letters, outcomes } = receiving();
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
    const { receive, letters } = receiving();
    await receive(await signSet(key, { ...good, sub_id: { ...ann, iss: 'https://other.example' } }));
    expect(letters).toMatchObject([
      { tenant: 'acme', publisher: 'idp', code: 'EVENT_ISSUER_FORBIDDEN', issuer: 'https://other.example' },
    ]);
  });

  it('is taken up to the skew of the clocks, and as one audience of several', async () => {
    const { receive } = receiving({ transmitters: [{ audience: [aud, 'urn:second'] }] });
    expect(await receive(await signSet(key, { ...good, iat: iat + 60 }))).toEqual(taken);
    expect(await receive(await signSet(key, { ...good, aud: ['urn:other', 'urn:second'] }))).toEqual(taken);
    expect(await receive(await signSet(key, good, { typ: 'application/secevent+jwt' }))).toEqual(taken);
  });

  it('chooses by issuer and audience whose tenant it is about', async () => {
    const { receive, log } = receiving({
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
  const { receive, outcomes } = receiving();
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

describe('a signature', () => {
  const refused = (err: string) => ({ taken: false, err, description: expect.any(String) });

  it.each(['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'])('by %s is accepted', async (alg) => {
    const other = await newKey('other', alg);
    const { receive } = receiving({ transmitters: [{ jwks: { keys: [other.publicJwk] } }] });
    expect(await receive(await signSet(other, good))).toEqual(taken);
  });

  it('by another key of the same name is refused', async () => {
    const { receive, log } = receiving();
    expect(await receive(await signSet(await newKey('k1'), good))).toEqual(refused('authentication_failed'));
    expect(log).toEqual([]);
  });

  it('over other claims is refused', async () => {
    const { receive } = receiving();
    const [header, , signature] = (await signSet(key, good)).split('.');
    const forged = `${header}.${base64({ ...good, jti: 'x', sub_id: { ...ann, sub: 'bob' } })}.${signature}`;
    expect(await receive(forged)).toEqual(refused('authentication_failed'));
  });

  it('is never a shared secret, nor nothing at all', async () => {
    const rsa = await newKey('rsa', 'RS256');
    const { receive } = receiving({ transmitters: [{ jwks: { keys: [rsa.publicJwk, key.publicJwk] } }] });
    const claims = base64({ ...good, jti: 'forged' });
    const publicKey = await crypto.subtle.importKey(
      'jwk',
      rsa.publicJwk,
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      true,
      ['verify'],
    );
    // The public key as the secret of an HMAC: an old confusion of libraries.
    const signed = `${base64({ alg: 'HS256', kid: 'rsa', typ: 'secevent+jwt' })}.${claims}`;
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(rsa.publicJwk)]) {
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await receive(`${signed}.${mac}`)).toEqual(refused('invalid_key'));
    }
    for (const alg of ['none', 'None', 'NONE']) {
      const bare = `${base64({ alg, typ: 'secevent+jwt' })}.${claims}.`;
      expect((await receive(bare)).taken).toBe(false);
    }
    // A key of its own in the header counts for nothing.
    const own = await newKey('own');
    const carried = await signSet(own, good, { jwk: own.publicJwk, jku: keys.url });
    expect(await receive(carried)).toEqual(refused('invalid_key'));
  });

  it('may come without the name of a key, whichever of them it is', async () => {
    const all = await Promise.all([newKey(undefined), newKey(undefined), newKey(undefined)]);
    const { receive } = receiving({
      transmitters: [{ jwks: { keys: all.map(({ publicJwk }) => publicJwk) } }],
    });
    for (const one of all) expect(await receive(await signSet(one, good))).toEqual(taken);
    expect(await receive(await signSet(await newKey(undefined), good))).toEqual(
      refused('authentication_failed'),
    );
    expect(await receive(await signSet(all[2] as SetKey, { ...good, exp: 1 }))).toEqual(
      refused('invalid_request'),
    );
  });

  it('fits what was signed and nothing else', async () => {
    const { receive, log } = receiving();
    const token = await signSet(key, good);
    const signed = token.lastIndexOf('.');
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    const changed = fc
      .tuple(fc.nat(signed - 1), fc.constantFrom(...letters))
      .map(([at, letter]) => token.slice(0, at) + letter + token.slice(at + 1))
      .filter((other) => other !== token);
    await fc.assert(
      fc.asyncProperty(changed, async (other) => {
        expect((await receive(other)).taken, other).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(log).toEqual([]);
  });

  it.each(['', 'nonsense', 'a.b.c', '{}', `${'x'.repeat(60_000)}.y.z`])(
    'is not read in %.12s',
    async (text) => {
      const { receive, outcomes } = receiving();
      expect(await receive(text)).toEqual(refused('invalid_request'));
      expect(outcomes).toEqual(['unknown invalid_request']);
    },
  );
});

describe('the keys of a transmitter', () => {
  it('are fetched once, and again for a key that is not known', async () => {
    const { receive } = receiving();
    keys.state.asked = 0;
    for (let n = 0; n < 3; n += 1) await receive(await signSet(key, good));
    expect(keys.state.asked).toBe(1);
    const next = await newKey('k2');
    keys.rotate([key, next]);
    expect(await receive(await signSet(next, good))).toEqual(taken);
    expect(keys.state.asked).toBe(2);
    expect(await receive(await signSet(await newKey('k3'), good))).toMatchObject({ err: 'invalid_key' });
    keys.rotate([key]);
  });

  it('are not asked for by everybody who names one, and a new one is not missed for good', async () => {
    const { receive, outcomes } = receiving({ keysCooldownMs: 60_000 });
    keys.state.asked = 0;
    expect(await receive(await signSet(await newKey('stranger'), good))).toMatchObject({
      err: 'invalid_key',
    });
    const next = await newKey('k2');
    keys.rotate([key, next]);
    for (let n = 0; n < 5; n += 1)
      await expect(receive(await signSet(next, good))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(keys.state.asked).toBe(1);
    expect(outcomes.at(-1)).toBe('idp unavailable');
    keys.rotate([key]);
  });

  it.each<[string, Partial<typeof keys.state>]>([
    ['answers with an error', { status: 500 }],
    ['redirects', { status: 302 }],
    ['answers more than is read', { padding: 300_000 }],
  ])('that cannot be had put it off, when their server %s', async (_, breaks) => {
    const { receive } = receiving();
    Object.assign(keys.state, breaks);
    try {
      await expect(receive(await signSet(key, good))).rejects.toMatchObject({ code: 'OVERLOADED' });
    } finally {
      Object.assign(keys.state, { status: 200, padding: 0 });
    }
    expect(await receive(await signSet(key, good))).toEqual(taken);
  });

  it('are not fetched from where only this machine can reach', async () => {
    keys.state.asked = 0;
    const { receive } = receiving({ transmitters: [{ allowPrivate: false }] });
    await expect(receive(await signSet(key, good))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(keys.state.asked).toBe(0);
  });
});

describe('the configuration', () => {
  const base = { name: 'idp', issuer: iss, audience: aud };
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };

  it.each<[string, object]>([
    ['no keys', base],
    ['keys twice', { ...base, jwks, jwksUrl: 'https://idp.example/jwks' }],
    ['an empty set of keys', { ...base, jwks: { keys: [] } }],
    ['a shared secret', { ...base, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }],
    ['a private key', { ...base, jwks: { keys: [{ ...jwks.keys[0], d: 'd' }] } }],
    ['what is no key', { ...base, jwks: { keys: ['key'] } }],
    ['keys over nothing that is known', { ...base, jwksUrl: 'ftp://idp.example/jwks' }],
    ['an unknown member', { ...base, jwks, secret: 'x' }],
  ])('refuses %s', (_, transmitter) => {
    expect(SsfConfig.safeParse({ transmitters: [transmitter] }).success).toBe(false);
    expect(SsfConfig.safeParse({ transmitters: [{ ...base, jwks }] }).success).toBe(true);
  });

  it('refuses two of one name', () => {
    const one = { ...base, jwks };
    expect(SsfConfig.safeParse({ transmitters: [one, { ...one, audience: 'urn:b' }] }).success).toBe(false);
  });
});
