import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey, Role } from '../../domain/access.ts';

/** 48 bits name a key; they need not be secret, only unlikely to collide. */
const ID_BYTES = 6;
/** 256 random bits: a plain SHA-256 is enough to keep such a secret, no slow hash is needed. */
const SECRET_BYTES = 32;
const keyText = /^cwk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  readonly tenant: string;
  readonly issuers: readonly string[] | '*';
  readonly nowMs: number;
}

/** Makes a key. `text` is what its holder sends; it exists only here, since only its hash is kept. */
export function createApiKey(input: NewApiKey): { readonly key: ApiKey; readonly text: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const { name, role, tenant, issuers, nowMs } = input;
  const key = {
    id,
    hash: hashSecret(secret),
    name,
    role,
    tenant,
    issuers,
    createdMs: nowMs,
    disabled: false,
  };
  return { key, text: `cwk_${id}_${secret}` };
}

export function parseApiKey(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = keyText.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time. A missing key costs the same comparison, so that ids cannot be told by timing. */
export function secretMatches(key: ApiKey | undefined, secret: string): boolean {
  const presented = Buffer.from(hashSecret(secret), 'hex');
  const kept = Buffer.from(key?.hash ?? hashSecret(''), 'hex');
  return kept.length === presented.length && timingSafeEqual(kept, presented) && key !== undefined;
}
