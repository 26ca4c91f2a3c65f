import type { LinkLevel } from './chain.ts';
import type { Principal, TokenRef } from './event/index.ts';

/** As much of a token as decides what a revocation reaches. */
export interface LineageToken {
  /** Canonical key inside the tenant. */
  readonly key: string;
  readonly ref: TokenRef;
  readonly label: string;
  readonly tokenKind: string | undefined;
  readonly chainId: string;
  /** The parent in force first, then the others that were named. */
  readonly parents: readonly { readonly key: string; readonly level: LinkLevel }[];
  readonly family: string | undefined;
  /** The sign-in session that it ends with. */
  readonly session: string | undefined;
  /** Who holds it: its actor, else its subject. */
  readonly holder: Principal | undefined;
  readonly subject: Principal | undefined;
  readonly environment: string | undefined;
  /** A static key, a token without expiry or one that lives longer than a day. */
  readonly standing: boolean;
  readonly issuedMs: number | undefined;
  /** null: never; undefined: unknown. */
  readonly expiresMs: number | null | undefined;
  readonly revokedMs: number | undefined;
  readonly lastUsedMs: number | undefined;
}

/** The tokens of the chains that a revocation may reach, as the store has them. */
export interface Lineage {
  readonly tenant: string;
  readonly tokens: readonly LineageToken[];
  /** A bound was hit: there are more, and nothing may be done without a person. */
  readonly isCut: boolean;
}
