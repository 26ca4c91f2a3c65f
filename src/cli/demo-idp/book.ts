import { createHash } from 'node:crypto';

/** A token that was minted, by the name under which the outside hears of it. */
export interface Minted {
  /** Opaque: whoever has it, holds the token. */
  readonly text: string;
  readonly ref: { readonly iss: string; readonly jti: string; readonly hash: string };
  readonly parent: Minted | undefined;
  /** Of refresh tokens and what they renew. */
  readonly family: string | undefined;
}

/** What somebody may ask for by name. */
export interface Wanted {
  readonly jti?: string | undefined;
  readonly hash?: string | undefined;
  readonly family?: string | undefined;
}

/** Who was minted from whom, and the text of every token: what a custodian needs, and a cascade. */
export interface TokenBook {
  enter(text: string, from?: { readonly parent?: Minted | undefined; readonly family?: string }): Minted;
  /** Which refresh token of a family is current; its predecessor is worthless. */
  keep(family: string, refreshToken: string): void;
  find(text: string): Minted | undefined;
  childrenOf(parent: Minted): readonly Minted[];
  ofFamily(family: string): readonly Minted[];
  /** The text of a token, or the current refresh token of a family. */
  textOf(wanted: Wanted): string | undefined;
}

export function createTokenBook(iss: string): TokenBook {
  const minted = new Map<string, Minted>();
  const refreshTokens = new Map<string, string>();
  return {
    enter(text, from = {}) {
      const digest = createHash('sha256').update(text).digest('base64url');
      // An opaque token is its own id inside the server, and that id must never leave.
      const ref = { iss, jti: `tok-${digest.slice(0, 16)}`, hash: `sha256:${digest}` };
      const entry = { text, ref, parent: from.parent, family: from.family };
      minted.set(text, entry);
      return entry;
    },
    keep: (family, refreshToken) => refreshTokens.set(family, refreshToken),
    find: (text) => minted.get(text),
    childrenOf: (parent) => [...minted.values()].filter((entry) => entry.parent === parent),
    ofFamily: (family) => [...minted.values()].filter((entry) => entry.family === family),
    textOf({ jti, hash, family }) {
      if (family !== undefined) return refreshTokens.get(family);
      const found = [...minted.values()].find(
        ({ ref }) => ref.jti === jti || (hash !== undefined && ref.hash === hash),
      );
      return found?.text;
    },
  };
}
