import { createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { SecretKind } from './secrets.ts';

/** The value of `webhook-signature` for a message. */
export type Sign = (id: string, timestamp: Date, body: string) => string;

/** Standard Webhooks: 24 to 64 random bytes. */
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
/** RFC 8032: the seed; some tools write the public key behind it. */
const ED25519_SEED_BYTES = 32;
const ED25519_PAIR_BYTES = 64;
/** RFC 8410 section 7: what stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key of Standard Webhooks by its prefix: `whsec_` signs with HMAC-SHA256 (v1), `whsk_` with Ed25519 (v1a). */
export const signingKey: SecretKind<Sign> = {
  expected:
    `whsec_ and the base64 of ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} bytes, ` +
    `or whsk_ and the base64 of an Ed25519 key of ${ED25519_SEED_BYTES} or ${ED25519_PAIR_BYTES} bytes`,
  parse(text) {
    const [, prefix, base64 = ''] = /^(whsec|whsk)_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    const key = Buffer.from(base64, 'base64');
    if (prefix === 'whsk') return ed25519(key);
    return prefix === 'whsec' && key.length >= SECRET_BYTES_MIN && key.length <= SECRET_BYTES_MAX
      ? hmac(text)
      : undefined;
  },
};

/** One signature for each key: while a key is changed, the receiver accepts any. Shows no key when it is logged. */
export function signWithAll(keys: readonly Sign[]): Sign {
  return (id, timestamp, body) => keys.map((sign) => sign(id, timestamp, body)).join(' ');
}

function hmac(text: string): Sign {
  const webhook = new Webhook(text);
  return (id, timestamp, body) => webhook.sign(id, timestamp, body);
}

function ed25519(key: Buffer): Sign | undefined {
  if (key.length !== ED25519_SEED_BYTES && key.length !== ED25519_PAIR_BYTES) return undefined;
  const der = Buffer.concat([PKCS8_ED25519, key.subarray(0, ED25519_SEED_BYTES)]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const told = key.subarray(ED25519_SEED_BYTES);
  // A pair that does not belong together would sign what no receiver can verify.
  if (told.length > 0 && !publicBytes(secret).equals(told)) return undefined;
  return (id, timestamp, body) => {
    const signed = Buffer.from(`${id}.${Math.floor(timestamp.getTime() / 1000)}.${body}`);
    return `v1a,${signBytes(null, signed, secret).toString('base64')}`;
  };
}

function publicBytes(secret: ReturnType<typeof createPrivateKey>): Buffer {
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}
