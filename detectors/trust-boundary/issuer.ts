import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { issuerOf, refLabel } from '../../src/domain/token.ts';
import { effectIn, severityOfDeed, tookEffect } from '../deed.ts';
import { actorOf, deedOf, eventIds, holderOf, tokenSubject, wentThrough } from '../evidence.ts';

/** A target let itself be called with a token of an issuer whom nobody trusts. */
export function untrustedUse(action: ActionView, policy: Policy): Finding | undefined {
  const { token } = action;
  if (token === undefined || isTrusted(token.issuer, policy)) return undefined;
  // A token known by its digest alone has the issuer that its report came from: that is a guess.
  const isAlert = tookEffect(action) && issuerOf(token.ref) !== undefined;
  const did = wentThrough(action) ? 'did' : 'tried';
  return {
    subject: tokenSubject(token),
    fact: 'untrusted-issuer',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? severityOfDeed(action, policy) : 'low',
    title: `${actorOf(action, token)} ${did} ${deedOf(action)} with a token of ${token.issuer}, whom policy does not trust`,
    atMs: action.atMs,
    evidence: {
      issuer: token.issuer ?? null,
      action: deedOf(action),
      effect: effectIn(action, policy),
      outcome: action.outcome,
      system: action.target?.system ?? null,
    },
    eventIds: eventIds(action.eventIds, token.eventIds),
    revoke: token.ref,
  };
}

/** A trusted issuer minted a token from one of an issuer whom nobody trusts: from now on it is trusted. */
export function untrustedParent(token: TokenView, policy: Policy): Finding | undefined {
  const { parent } = token;
  if (parent === undefined || isTrusted(parent.issuer, policy)) return undefined;
  if (token.issuer === undefined || !isTrusted(token.issuer, policy)) return undefined;
  const isAlert = issuerOf(parent.ref) !== undefined;
  const linkLevel = token.parentLevel ?? 4;
  return {
    subject: tokenSubject(parent),
    fact: 'untrusted-issuer',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? 'high' : 'low',
    title: `${holderOf(token)} exchanged a token of ${parent.issuer}, whom policy does not trust, at ${token.issuer}`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      issuer: parent.issuer ?? null,
      acceptedBy: token.issuer,
      child: refLabel(token.ref),
      grant: token.grant ?? null,
      linkLevel,
    },
    eventIds: eventIds(token.eventIds, parent.eventIds),
    revoke: token.ref,
    linkLevel,
  };
}

/** No list: anybody is. Of nobody nothing is known. */
function isTrusted(issuer: string | undefined, policy: Policy): boolean {
  const { issuers } = policy.trust;
  return issuers.length === 0 || issuer === undefined || matchesAny(issuers, issuer);
}
