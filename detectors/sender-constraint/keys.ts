import type { ActionView, TokenView } from '../../src/domain/chain.ts';

type Keys = { readonly jkt?: string | undefined; readonly x5t?: string | undefined } | undefined;

/** RFC 7800: the token is bound to a key that whoever presents it has to hold. */
export function isBound(cnf: TokenView['cnf']): boolean {
  return cnf?.jkt !== undefined || cnf?.x5t !== undefined;
}

/** A key of the token and the one that was proved instead. */
export interface WrongKey {
  readonly method: 'jkt' | 'x5t';
  readonly bound: string;
  readonly proved: string;
}

/**
 * The key that was proved in place of the bound one: a JWK thumbprint (RFC 9449) or a certificate's (RFC 8705).
 * Undefined where one of them fits, or nothing can be compared.
 */
export function wrongKeyOf(cnf: Keys, sender: ActionView['sender']): WrongKey | undefined {
  let wrong: WrongKey | undefined;
  for (const method of ['jkt', 'x5t'] as const) {
    const bound = cnf?.[method];
    const proved = sender?.[method];
    if (bound === undefined || proved === undefined) continue;
    const [mine, theirs] = [digestOf(bound), digestOf(proved)];
    if (mine === theirs) return undefined;
    // A SHA-1 thumbprint says nothing of a SHA-256 one.
    if (mine.length === theirs.length) wrong ??= { method, bound, proved };
  }
  return wrong;
}

/** Bytes of SHA-1 and SHA-256. */
const digestSizes: readonly number[] = [20, 32];

/** Digests are written as base64url, base64 or hexadecimal with or without colons; one spelling for all. */
function digestOf(thumbprint: string): string {
  const hex = thumbprint.replaceAll(':', '');
  const bytes = Buffer.from(hex, 'hex');
  // Decoding ends at the first character that is no digit: only what is hexadecimal throughout keeps its length.
  if (bytes.length * 2 === hex.length && digestSizes.includes(bytes.length))
    return bytes.toString('base64url');
  return thumbprint.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
