import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportSPKI } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey, type SetKey, serveKeys, signSet } from '../../support/ssf/transmitter.ts';
import { ann, good, receiving, taken } from './support.ts';

let key: SetKey;
let keys: Awaited<ReturnType<typeof serveKeys>>;
beforeAll(async () => {
  key = await newKey('k1');
  keys = await serveKeys([key]);
});
afterAll(() => keys.close());

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a signature', () => {
  const refused = (err: string) => ({ taken: false, err, description: expect.any(String) });

  it.each(['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'])('by %s is accepted', async (alg) => {
    const other = await newKey('other', alg);
    const { receive } = receiving(keys.url, { transmitters: [{ jwks: { keys: [other.publicJwk] } }] });
    expect(await receive(await signSet(other, good))).toEqual(taken);
  });

  it('by another key of the same name is refused', async () => {
    const { receive, log } = receiving(keys.url);
    expect(await receive(await signSet(await newKey('k1'), good))).toEqual(refused('authentication_failed'));
    expect(log).toEqual([]);
  });

  it('over other claims is refused', async () => {
    const { receive } = receiving(keys.url);
    const [header, , signature] = (await signSet(key, good)).split('.');
    const forged = `${header}.${base64({ ...good, jti: 'x', sub_id: { ...ann, sub: 'bob' } })}.${signature}`;
    expect(await receive(forged)).toEqual(refused('authentication_failed'));
  });

  it('is never a shared secret, nor nothing at all', async () => {
    const rsa = await newKey('rsa', 'RS256');
    const { receive } = receiving(keys.url, {
      transmitters: [{ jwks: { keys: [rsa.publicJwk, key.publicJwk] } }],
    });
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
    const { receive } = receiving(keys.url, {
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
    const { receive, log } = receiving(keys.url);
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
      const { receive, outcomes } = receiving(keys.url);
      expect(await receive(text)).toEqual(refused('invalid_request'));
      expect(outcomes).toEqual(['unknown invalid_request']);
    },
  );
});

describe('the keys of a transmitter', () => {
  it('are fetched once, and again for a key that is not known', async () => {
    const { receive } = receiving(keys.url);
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
    const { receive, outcomes } = receiving(keys.url, { keysCooldownMs: 60_000 });
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
    const { receive } = receiving(keys.url);
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
    const { receive } = receiving(keys.url, { transmitters: [{ allowPrivate: false }] });
    await expect(receive(await signSet(key, good))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(keys.state.asked).toBe(0);
  });
});
