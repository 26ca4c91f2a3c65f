import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { effectIn, severityOfDeed, tookEffect } from '../deed.ts';
import { deedOf, eventIds, holderOf, tokenSubject, wentThrough } from '../evidence.ts';
import { isFederated } from '../parties.ts';

/** One domain made a token of another one's, and by no grant that is meant for it (V43). */
export function crossedDomain(token: TokenView, policy: Policy): Finding | undefined {
  const { parent } = token;
  const { domains } = policy.trust;
  if (parent === undefined || domains.length === 0) return undefined;
  if (token.issuer === undefined || parent.issuer === undefined || token.issuer === parent.issuer)
    return undefined;
  const [to, from] = [domainOf(token.issuer, policy), domainOf(parent.issuer, policy)];
  if (to === from || isFederated(token, policy)) return undefined;
  // An issuer of no domain may have been forgotten in one.
  const isKnown = to !== undefined && from !== undefined;
  return hopFinding(token, parent, 'domain-crossed', isKnown, {
    title: `${holderOf(token)} took authority from ${from ?? parent.issuer} to ${to ?? token.issuer} without a federation grant`,
    evidence: {
      fromDomain: from ?? null,
      toDomain: to ?? null,
      fromIssuer: parent.issuer,
      toIssuer: token.issuer,
    },
  });
}

function domainOf(issuer: string, { trust }: Policy): string | undefined {
  return trust.domains.find(({ issuers }) => matchesAny(issuers, issuer))?.name;
}

/** A new subject or actor is of a tenant of which nobody was, who held the token before (V43). */
export function crossedTenant(token: TokenView, policy: Policy): Finding | undefined {
  const { parent } = token;
  if (parent === undefined) return undefined;
  const tenants = tenantsOf(parent.subject, parent.actor);
  const stranger = strangerAmong([token.subject, token.actor], tenants);
  if (stranger === undefined || isFederated(token, policy)) return undefined;
  return hopFinding(token, parent, 'tenant-crossed', true, {
    title: `${principalLabel(stranger)} of tenant ${stranger.tenant} got authority of tenant ${tenants.join(', ')}`,
    evidence: { tenant: stranger.tenant ?? null, tenants, principal: stranger.id },
  });
}

/** The same for whoever uses a token. */
export function usedAcrossTenants(action: ActionView, policy: Policy): Finding | undefined {
  const { token, actor } = action;
  if (token === undefined || actor?.tenant === undefined) return undefined;
  const tenants = tenantsOf(token.subject, token.actor);
  if (strangerAmong([actor], tenants) === undefined) return undefined;
  const isAlert = tookEffect(action);
  const did = wentThrough(action) ? 'did' : 'tried';
  return {
    subject: tokenSubject(token),
    fact: 'tenant-crossed',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? severityOfDeed(action, policy) : 'low',
    title: `${principalLabel(actor)} of tenant ${actor.tenant} ${did} ${deedOf(action)} with a token of tenant ${tenants.join(', ')}`,
    atMs: action.atMs,
    evidence: {
      tenant: actor.tenant,
      tenants,
      principal: actor.id,
      action: deedOf(action),
      effect: effectIn(action, policy),
      outcome: action.outcome,
    },
    eventIds: eventIds(action.eventIds, token.eventIds),
    revoke: token.ref,
  };
}

function tenantsOf(...principals: readonly (Principal | undefined)[]): readonly string[] {
  const tenants = principals.flatMap((principal) => principal?.tenant ?? []);
  return [...new Set(tenants)].sort();
}

/** Where nobody's tenant was told, nobody is a stranger. */
function strangerAmong(
  principals: readonly (Principal | undefined)[],
  tenants: readonly string[],
): Principal | undefined {
  if (tenants.length === 0) return undefined;
  return principals.find(
    (principal) => principal?.tenant !== undefined && !tenants.includes(principal.tenant),
  );
}

function hopFinding(
  token: TokenView,
  parent: TokenView,
  fact: 'domain-crossed' | 'tenant-crossed',
  pages: boolean,
  { title, evidence }: Pick<Finding, 'title' | 'evidence'>,
): Finding {
  const linkLevel = token.parentLevel ?? 4;
  return {
    subject: tokenSubject(token),
    fact,
    kind: pages ? 'alert' : 'signal',
    severity: pages ? 'high' : 'medium',
    title,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: { ...evidence, parent: refLabel(parent.ref), grant: token.grant ?? null, linkLevel },
    eventIds: eventIds(token.eventIds, parent.eventIds),
    revoke: token.ref,
    linkLevel,
  };
}
