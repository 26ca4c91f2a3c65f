import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { ChainwardenError } from '../domain/errors.ts';

/** A public key that may sign policies, and the name by which people tell it from others. */
export interface PinnedKey {
  readonly key: KeyObject;
  /** `sha256:` and the base64url digest of the key as SubjectPublicKeyInfo. */
  readonly fingerprint: string;
}

/** A raw signature, or its base64 with a line end or two. */
const SIGNATURE_BYTES = 64;
export const SIGNATURE_FILE_BYTES_MAX = 1_024;

/** An Ed25519 public key as PEM, or as the base64 between its lines. Throws CONFIG_INVALID. */
export function readPublicKey(text: string): PinnedKey {
  const trimmed = text.trim();
  let key: KeyObject;
  try {
    key = trimmed.startsWith('-----BEGIN PUBLIC KEY-----')
      ? createPublicKey(trimmed)
      : createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new ChainwardenError('CONFIG_INVALID', 'policyPublicKey is no public key, PEM or base64', {
      cause,
    });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new ChainwardenError(
      'CONFIG_INVALID',
      `policyPublicKey is ${key.asymmetricKeyType}, it must be ed25519`,
    );
  }
  return { key, fingerprint: digestOf(key.export({ format: 'der', type: 'spki' })) };
}

/** `sha256:` and the base64url digest of exact bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('base64url')}`;
}

/** The content of a `.sig` file for these bytes. */
export function signPolicy(bytes: Uint8Array, privateKey: KeyObject): string {
  return `${sign(null, bytes, privateKey).toString('base64')}\n`;
}

/** The pinned key that signed exactly these bytes (RFC 8032, no prehash); undefined when none did. */
export function signerOf(
  bytes: Uint8Array,
  signature: Uint8Array,
  keys: readonly PinnedKey[],
): PinnedKey | undefined {
  const raw = rawSignature(signature);
  return raw === undefined ? undefined : keys.find(({ key }) => verify(null, bytes, key, raw));
}

function rawSignature(file: Uint8Array): Uint8Array | undefined {
  if (file.byteLength === SIGNATURE_BYTES) return file;
  const text = Buffer.from(file).toString('latin1').trim();
  if (!/^[A-Za-z0-9+/]{86}==$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}
