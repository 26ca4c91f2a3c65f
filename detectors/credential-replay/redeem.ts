import type { LinkLevel, TokenView } from '../../src/domain/chain.ts';
import type { Finding, Json } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { eventIds, holderOf, instant, tokenSubject } from '../evidence.ts';
import { isKind, isRefreshOf } from '../kinds.ts';
import { spanOf } from '../uses.ts';

/** Tokens made from one that may be redeemed fewer times (`maxUses`), or from a grant that is good once (V38). */
export function judgeRedemptions(token: TokenView, oneTimeKinds: readonly string[]): Finding | undefined {
  if (token.childCount < 2) return undefined;
  const isOneTime = token.tokenKind !== undefined && matchesAny(oneTimeKinds, token.tokenKind);
  const allowed = token.maxUses ?? (isOneTime ? 1 : undefined);
  if (allowed === undefined) return undefined;
  // One answer may hold several tokens, but one of each kind and a single one that gives access.
  const redeemed = token.children.filter(
    (child) => child.issued && !isRefreshOf(child) && !isKind(child, 'refresh') && !isKind(child, 'id'),
  );
  const [first] = redeemed;
  const surplus = redeemed[allowed];
  if (first === undefined || surplus === undefined) return undefined;
  return {
    ...twice(token, first, surplus, 'redeemed-twice', {
      allowed,
      redeemed: redeemed.length,
      grant: surplus.grant ?? null,
    }),
    // RFC 7523 and identity chaining leave it to the server; only who says how often may be held to it.
    ...(token.maxUses === undefined ? { kind: 'signal', severity: 'medium' } : {}),
    title:
      allowed === 1
        ? `${holderOf(surplus)} got a token from ${refLabel(token.ref)}, which had been redeemed before`
        : `${holderOf(surplus)} got a token from ${refLabel(token.ref)}, which was used up`,
  };
}

/** A refresh token that was presented again after it had been replaced (RFC 9700 section 4.14, V28). */
export function judgeRefreshes(token: TokenView, policy: Policy): Finding | undefined {
  if (token.childCount < 2) return undefined;
  const successors = token.children.filter((child) => isRefreshOf(child) && replaces(child, token));
  const [first] = successors;
  if (first?.iatMs === undefined) return undefined;
  const graceSeconds = policy.replay.refreshGraceSeconds;
  const firstMs = first.iatMs;
  const again = successors.find(({ iatMs }) => iatMs !== undefined && iatMs > firstMs + graceSeconds * 1000);
  if (again?.iatMs === undefined) return undefined;
  return {
    ...twice(token, first, again, 'refresh-reused', {
      graceSeconds,
      apartSeconds: (again.iatMs - firstMs) / 1000,
      family: again.family ?? token.family ?? null,
    }),
    title: `${refLabel(token.ref)} of ${holderOf(token)} was refreshed again ${spanOf(again.iatMs - firstMs)} after it had been replaced`,
  };
}

/** Without rotation a refresh token stays what it was, and only access tokens come of it. */
function replaces(child: TokenView, token: TokenView): boolean {
  return !isKind(token, 'refresh') || child.tokenKind === undefined || isKind(child, 'refresh');
}

function twice(
  token: TokenView,
  first: TokenView,
  again: TokenView,
  fact: string,
  evidence: { readonly [key: string]: Json },
): Omit<Finding, 'title'> {
  const mintMs = (child: TokenView) => child.iatMs ?? child.firstSeenMs;
  const linkLevel = Math.max(first.parentLevel ?? 4, again.parentLevel ?? 4) as LinkLevel;
  return {
    subject: tokenSubject(token),
    fact,
    kind: 'alert',
    severity: 'high',
    atMs: mintMs(again),
    evidence: {
      tokenKind: token.tokenKind ?? null,
      firstChild: refLabel(first.ref),
      firstAt: instant(mintMs(first)),
      surplusChild: refLabel(again.ref),
      surplusAt: instant(mintMs(again)),
      ...evidence,
      linkLevel,
    },
    eventIds: eventIds(again.eventIds, first.eventIds, token.eventIds),
    revoke: token.ref,
    linkLevel,
  };
}
