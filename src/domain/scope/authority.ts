import { LINEAGE_DEPTH_MAX } from '../limits.ts';
import type { AuthorizationDetail } from './dialects/detail.ts';
import type { Space } from './space.ts';

/** What a token says of its own authority. A `TokenView` is one. */
export interface Scoped {
  readonly issuer: string | undefined;
  readonly aud: readonly string[] | undefined;
  readonly grant: string | undefined;
  readonly scope: readonly string[] | undefined;
  readonly authorizationDetails?: readonly AuthorizationDetail[] | undefined;
  readonly parent?: Scoped | undefined;
}

/** Whom a token is for. A refresh that does not say is for whom it was before (RFC 6749 section 6). */
export function audiencesOf(token: Scoped): readonly string[] | undefined {
  let at = token;
  for (let depth = 0; depth < LINEAGE_DEPTH_MAX; depth += 1) {
    if (at.aud !== undefined || at.grant !== 'refresh_token' || at.parent === undefined) break;
    at = at.parent;
  }
  return at.aud;
}

/** What somebody holds, as far as it is known. */
export interface Authority {
  /** Undefined: of an unknown issuer, comparable with nothing. */
  readonly space: Space | undefined;
  /** Distinct, as they were written. */
  readonly grants: readonly string[];
  /** Undefined: nobody has said whether there are any. */
  readonly details: readonly AuthorizationDetail[] | undefined;
  /** Grants that stand for others which nobody has listed, such as `.default`. */
  readonly open: readonly string[];
  /** False: it holds more than is listed here, and nobody knows what. Never taken for unlimited. */
  readonly complete: boolean;
}

/**
 * What authority is held against: one holder, several of which one is enough (two proofs, a step-up), or several that
 * all have to agree (every link up to the root).
 */
export type Bound = Authority | { readonly any: readonly Bound[] } | { readonly all: readonly Bound[] };

export function authority(
  space: Space | undefined,
  token: Pick<Scoped, 'scope' | 'authorizationDetails'>,
): Authority {
  const { scope = [], authorizationDetails: details } = token;
  if (!scope.some(isOpen))
    return { space, grants: scope, details, open: [], complete: token.scope !== undefined };
  const grants = scope.filter((grant) => !isOpen(grant));
  return { space, grants, details, open: scope.filter(isOpen), complete: false };
}

/** Microsoft's `.default` is everything that was ever consented to: it tells nothing until the token is read. */
function isOpen(grant: string): boolean {
  return grant === '.default' || grant.endsWith('/.default');
}
