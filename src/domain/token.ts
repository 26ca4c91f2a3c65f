import type { TokenRef } from './event/primitives.ts';

/**
 * Keys under which a token can be named inside one tenant. A reference with a jti is keyed by issuer and jti,
 * whether or not it also carries a hash; a reference by hash alone is keyed by the hash.
 * JSON keeps ('a', 'bc') and ('ab', 'c') apart, which joining with a separator would not.
 */
export function refKey(ref: TokenRef): string {
  return 'jti' in ref ? jtiKey(ref.iss, ref.jti) : hashKey(ref.hash);
}

export function jtiKey(iss: string, jti: string): string {
  return `tok:${JSON.stringify([iss, jti])}`;
}

export function hashKey(hash: string): string {
  return `tok:${hash}`;
}

export function issuerOf(ref: TokenRef): string | undefined {
  return 'iss' in ref ? ref.iss : undefined;
}

/** A short name for people: the jti, or the first characters of the hash. */
export function refLabel(ref: TokenRef): string {
  return 'jti' in ref ? ref.jti : `${ref.hash.slice(0, 15)}…`;
}
