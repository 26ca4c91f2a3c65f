import type { TokenView } from '../src/domain/chain.ts';

/** Token kinds come as RFC 8693 URNs or by their last part. */
export function isKind({ tokenKind }: TokenView, kind: 'refresh' | 'id' | 'txn'): boolean {
  return tokenKind === `${kind}_token` || tokenKind?.endsWith(`:${kind}_token`) === true;
}

/** Minted by a refresh (RFC 6749 section 6). */
export function isRefreshOf({ grant, issued }: TokenView): boolean {
  return issued && (grant === 'refresh_token' || grant?.endsWith(':refresh_token') === true);
}
