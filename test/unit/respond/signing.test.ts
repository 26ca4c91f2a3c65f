import { type createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { type Sign, signingKey, signWithAll } from '../../../src/respond/signing.ts';

const id = 'msg_1';
const body = '{"type":"token.revoke"}';
const at = new Date();
const seconds = Math.floor(at.getTime() / 1000);

function key(text: string): Sign {
  const sign = signingKey.parse(text);
  if (sign === undefined) throw new Error(`no key: ${text}`);
  return sign;
}

function hmacSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A pair as another tool makes it, in the raw form of RFC 8032. */
function ed25519Pair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  return { seed: Buffer.from(d, 'base64url'), told: Buffer.from(x, 'base64url'), publicKey };
}

/** As a receiver does that has read the specification, and nothing of ours. */
function isSignedBy(signature: string, publicKey: ReturnType<typeof createPublicKey>, text = body): boolean {
  return signature
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) =>
      verify(null, Buffer.from(`${id}.${seconds}.${text}`), publicKey, Buffer.from(one.slice(4), 'base64')),
    );
}

function isTaken(secret: string, signature: string): boolean {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature };
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

describe('signatures of webhooks', () => {
  it('by a shared secret are what the reference implementation verifies', () => {
    const secret = hmacSecret();
    expect(isTaken(secret, key(secret)(id, at, body))).toBe(true);
    expect(isTaken(hmacSecret(), key(secret)(id, at, body))).toBe(false);
  });

  it.each([
    ['the seed', ({ seed }: ReturnType<typeof ed25519Pair>) => seed],
    [
      'the seed and the public key',
      ({ seed, told }: ReturnType<typeof ed25519Pair>) => Buffer.concat([seed, told]),
    ],
  ])('by Ed25519 are verified with the public key alone, whether the secret is %s', (_, bytes) => {
    const pair = ed25519Pair();
    const signature = key(`whsk_${bytes(pair).toString('base64')}`)(id, at, body);
    expect(signature).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
    expect(isSignedBy(signature, pair.publicKey)).toBe(true);
    expect(isSignedBy(signature, pair.publicKey, `${body} `)).toBe(false);
    expect(isSignedBy(signature, ed25519Pair().publicKey)).toBe(false);
  });

  it('are taken under the old and the new key while a key is changed, of one kind or the other', () => {
    const [old, next] = [hmacSecret(), hmacSecret()];
    const pair = ed25519Pair();
    const keys = [old, next, `whsk_${pair.seed.toString('base64')}`].map(key);
    const signature = signWithAll(keys)(id, at, body);
    expect(signature.split(' ').map((one) => one.split(',')[0])).toEqual(['v1', 'v1', 'v1a']);
    expect([
      isTaken(old, signature),
      isTaken(next, signature),
      isSignedBy(signature, pair.publicKey),
    ]).toEqual([true, true, true]);
  });

  it.each([
    ['a secret that is too short', `whsec_${randomBytes(23).toString('base64')}`],
    ['one that is too long', `whsec_${randomBytes(65).toString('base64')}`],
    ['a public key', `whpk_${randomBytes(32).toString('base64')}`],
    ['half a key', `whsk_${randomBytes(31).toString('base64')}`],
    [
      'a pair that does not belong together',
      `whsk_${Buffer.concat([ed25519Pair().seed, ed25519Pair().told]).toString('base64')}`,
    ],
    ['anything else', 'hunter2'],
    ['nothing', ''],
  ])('are never made with %s', (_, text) => {
    expect(signingKey.parse(text)).toBeUndefined();
  });

  it('show no key when the signer is logged', () => {
    const secret = hmacSecret();
    expect(JSON.stringify([key(secret), { sign: key(secret) }])).not.toContain(secret.slice(10, 20));
  });
});
