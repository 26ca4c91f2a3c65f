import type { TokenView } from '../chain.ts';
import type { Principal } from '../event/index.ts';
import type { Ancestor } from '../lineage.ts';
import type { ScopeAlgebra } from './algebra.ts';
import type { Authority } from './authority.ts';

/** What was decided under one approval id. An `ApprovalView` is one. */
export interface Approved {
  readonly grants: readonly {
    readonly atMs: number;
    readonly by: Principal | undefined;
    readonly expMs: number | undefined;
    readonly binds: readonly { readonly action: string; readonly actor?: string | undefined }[];
  }[];
  readonly withdrawals: readonly { readonly atMs: number }[];
}

/** Grant types that a person completes in a browser or on a device. */
const interactive: ReadonlySet<string> = new Set([
  'authorization_code',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
]);

/**
 * True for a token that the person at the root granted anew in mid-task: it bounds what is below it, and nothing
 * above it bounds it. An agent cannot make one: it has no sign-in of that person.
 */
export function isFreshGrant({ grant, subject }: TokenView, path: readonly Ancestor[]): boolean {
  const root = path.at(-1)?.token.subject;
  return (
    grant !== undefined &&
    interactive.has(grant) &&
    subject?.kind === 'human' &&
    subject.id === root?.id &&
    subject.iss === root.iss
  );
}

/**
 * What people had approved for the holder of a token by the time it was minted: this joins the authority that bounds
 * it. Nothing is pardoned in retrospect: an approval counts from when it was granted, within the skew of clocks, and
 * until it expires or is withdrawn.
 */
export function stepUpOf(
  token: TokenView,
  approvals: readonly Approved[],
  algebra: ScopeAlgebra,
  skewMs: number,
): Authority | undefined {
  const mintedMs = token.iatMs ?? token.firstSeenMs;
  const scope = approvals.flatMap(({ grants, withdrawals }) => {
    if (withdrawals.some(({ atMs }) => atMs <= mintedMs)) return [];
    return grants
      .filter(({ by, atMs, expMs = Number.POSITIVE_INFINITY }) => {
        return by?.kind === 'human' && atMs <= mintedMs + skewMs && mintedMs <= expMs + skewMs;
      })
      .flatMap(({ binds }) => binds)
      .filter(({ actor }) => actor === undefined || actor === token.actor?.id)
      .map(({ action }) => action);
  });
  if (scope.length === 0) return undefined;
  const { issuer, aud, grant, parent } = token;
  const approved = [...new Set(scope)].sort();
  return algebra.authorityOf({ issuer, aud, grant, parent, scope: approved, authorizationDetails: [] });
}
