import * as z from 'zod';
import type { Principal, TokenRef } from '../../domain/event/index.ts';
import { principalKinds } from '../../domain/event/index.ts';
import { hashKey, jtiKey, refKey } from '../../domain/token.ts';

/** Written by `instant` alone, so no pattern has to check it again. */
export const Instant = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC' });

export function instant(ms: number): string;
export function instant(ms: number | undefined): string | undefined;
export function instant(ms: number | null | undefined): string | null | undefined;
export function instant(ms: number | null | undefined): string | null | undefined {
  return typeof ms === 'number' ? new Date(ms).toISOString() : ms;
}

export const TokenSummary = z
  .object({
    ref: z.string().describe('Names the token in /v1/tokens/{ref}'),
    iss: z.string().optional(),
    jti: z.string().optional(),
    hash: z.string().optional(),
  })
  .meta({ id: 'TokenSummary', description: 'A credential by reference; the product never holds its value' });
export type TokenSummary = z.infer<typeof TokenSummary>;

export function presentToken(token: TokenRef): TokenSummary;
export function presentToken(token: TokenRef | undefined): TokenSummary | undefined;
export function presentToken(token: TokenRef | undefined): TokenSummary | undefined {
  return token === undefined ? undefined : { ref: tokenRefOf(refKey(token)), ...token };
}

export function presentTokenKey(key: string): TokenSummary {
  const name = key.slice('tok:'.length);
  const ref = tokenRefOf(key);
  const named = readJti(key);
  return named === undefined ? { ref, hash: name } : { ref, ...named };
}

/** The canonical key in an alphabet that needs no escaping in a path. */
function tokenRefOf(key: string): string {
  return key.startsWith('tok:sha256:') ? key.slice('tok:'.length) : Buffer.from(key).toString('base64url');
}

const Jti = z.tuple([z.string().min(1), z.string().min(1)]);
const hashText = /^sha256:(?:[A-Za-z0-9_-]{43}|[0-9a-fA-F]{64})$/;

/**
 * What `{ref}` in a path names: a hash as it is (`sha256:…`), or the base64url of the canonical key, which is what
 * every `ref` in our answers holds. Undefined when it is neither.
 */
export function tokenKeyOfRef(ref: string): string | undefined {
  if (hashText.test(ref)) return keyOfHash(ref);
  const named = readJti(Buffer.from(ref, 'base64url').toString());
  return named === undefined ? undefined : jtiKey(named.iss, named.jti);
}

function readJti(key: string): { readonly iss: string; readonly jti: string } | undefined {
  if (!key.startsWith('tok:[')) return undefined;
  try {
    const [iss, jti] = Jti.parse(JSON.parse(key.slice('tok:'.length)));
    return { iss, jti };
  } catch {
    return undefined;
  }
}

/** Hashes are kept in base64url; hexadecimal is the same digest in another dress. */
export function keyOfHash(hash: string): string {
  return hashKey(plainHash(hash));
}

export function withPlainHash(ref: TokenRef): TokenRef {
  return ref.hash === undefined ? ref : { ...ref, hash: plainHash(ref.hash) };
}

function plainHash(hash: string): string {
  const digest = hash.slice('sha256:'.length);
  return digest.length === 64 ? `sha256:${Buffer.from(digest, 'hex').toString('base64url')}` : hash;
}

export const PrincipalSummary = z
  .object({
    id: z.string(),
    iss: z.string().optional(),
    kind: z.enum(principalKinds),
    name: z.string().optional(),
    owner: z.string().optional(),
  })
  .meta({ id: 'PrincipalSummary' });

export function presentPrincipal(
  principal: Principal | undefined,
): z.infer<typeof PrincipalSummary> | undefined {
  if (principal === undefined) return undefined;
  const { id, iss, kind, name, owner } = principal;
  return { id, iss, kind, name, owner };
}

/** One page: `next` is the cursor of the following one, absent on the last. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

export function presentPage<A, B>(
  page: { readonly items: readonly A[]; readonly next: string | undefined },
  present: (item: A) => B,
): { items: B[]; next: string | undefined } {
  return { items: page.items.map(present), next: page.next };
}
