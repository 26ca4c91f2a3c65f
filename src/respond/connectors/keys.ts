import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { SecretKind } from '../secrets.ts';

/** A private key that signs JWTs. Shows nothing of itself when it is logged. */
export interface JwtKey {
  sign(payload: JWTPayload, typ: string): Promise<string>;
  /** What a receiver needs to verify. */
  publicJwk(): Promise<JWK>;
}

/** JWS algorithms (RFC 7518, RFC 8037) by the curve of the key. */
const algorithms: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

export interface ParsedKey {
  readonly key: KeyObject;
  readonly alg: string;
  readonly kid: string | undefined;
}

export const jwtKey: SecretKind<ParsedKey> = {
  expected: 'a private key, JWK or PKCS #8 PEM: Ed25519, P-256, P-384, P-521 or RSA',
  parse(text) {
    try {
      const jwk = text.startsWith('{') ? (JSON.parse(text) as JWK) : undefined;
      const key = createPrivateKey(jwk === undefined ? text : { key: { ...jwk }, format: 'jwk' });
      const alg = jwk?.alg ?? algorithmOf(key);
      return alg === undefined ? undefined : { key, alg, kid: jwk?.kid };
    } catch {
      return undefined;
    }
  },
};

export function createJwtKey({ key, alg, kid }: ParsedKey, configuredKid: string | undefined): JwtKey {
  async function publicJwk(): Promise<JWK> {
    const jwk: JWK = { ...createPublicKey(key).export({ format: 'jwk' }) };
    return { ...jwk, kid: configuredKid ?? kid ?? (await calculateJwkThumbprint(jwk)), alg, use: 'sig' };
  }
  return {
    publicJwk,
    async sign(payload, typ) {
      const { kid: name = '' } = await publicJwk();
      return new SignJWT(payload).setProtectedHeader({ alg, kid: name, typ }).sign(key);
    },
  };
}

function algorithmOf(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  return algorithms[key.asymmetricKeyDetails?.namedCurve ?? ''];
}
