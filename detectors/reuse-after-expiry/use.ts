import type { ActionView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, instant } from '../evidence.ts';
import { spanOf, toMs, type Use, useFinding } from '../uses.ts';
import type { ReuseConfig } from './config.ts';
import { afterInactive } from './inactive.ts';
import { heardMs, replaced, revocationEvidence, tookAway } from './revocation.ts';

const none: readonly Finding[] = [];

/** What is wrong with the moment at which an action used its token. */
export function judgeUse(action: ActionView, policy: Policy, config: ReuseConfig): readonly Finding[] {
  const { token } = action;
  if (token === undefined) return none;
  const use = { action, token, policy };
  const own = afterRevocation(use, config);
  const inherited = own?.kind === 'alert' ? undefined : afterAncestorsRevocation(use, config);
  // An answer that a revocation explains says nothing more.
  const inactive = own === undefined && inherited === undefined ? afterInactive(use) : undefined;
  const early = beforeIssuance(use) ?? beforeNotBefore(use);
  const findings = [afterExpiry(use), own, inherited, inactive, early];
  return findings.filter((finding) => finding !== undefined);
}

function afterExpiry(use: Use): Finding | undefined {
  const { action, token, policy } = use;
  const expMs = token.expMs ?? toMs(action.presented?.exp);
  if (expMs === undefined || action.atMs < expMs + clocksOf(policy).skewMs) return undefined;
  return useFinding(use, 'used-after-expiry', {
    pages: true,
    says: `with a token that had expired ${spanOf(action.atMs - expMs)} before`,
    evidence: { expiredAt: instant(expMs), lateBySeconds: (action.atMs - expMs) / 1000 },
  });
}

function afterRevocation(use: Use, config: ReuseConfig): Finding | undefined {
  const { action, token, policy } = use;
  const { revocation } = token;
  if (revocation === undefined || action.atMs < heardMs(revocation, policy)) return undefined;
  return useFinding(use, 'used-after-revocation', {
    pages: tookAway(revocation, token, config),
    says: `with a token that had been revoked ${spanOf(action.atMs - revocation.atMs)} before`,
    evidence: { ...revocationEvidence(revocation), lateBySeconds: (action.atMs - revocation.atMs) / 1000 },
    because: [revocation.eventId],
  });
}

/** The nearest ancestor whose authority was taken away, else the nearest that was revoked at all. */
function afterAncestorsRevocation(use: Use, config: ReuseConfig): Finding | undefined {
  const { action, token, policy } = use;
  const revoked = ancestorsOf(token).flatMap((ancestor) => {
    const { revocation } = ancestor.token;
    if (revocation === undefined || action.atMs < heardMs(revocation, policy)) return [];
    if (replaced(revocation, config) || revocation.eventId === token.revocation?.eventId) return [];
    return [{ ...ancestor, revocation, pages: tookAway(revocation, ancestor.token, config) }];
  });
  const culprit = revoked.find((ancestor) => ancestor.pages) ?? revoked[0];
  if (culprit === undefined) return undefined;
  const { revocation } = culprit;
  const label = refLabel(culprit.token.ref);
  return {
    ...useFinding(use, 'ancestor-revoked', {
      pages: culprit.pages,
      says: `with a token derived from ${label}, which had been revoked ${spanOf(action.atMs - revocation.atMs)} before`,
      evidence: {
        ancestor: label,
        ...revocationEvidence(revocation),
        lateBySeconds: (action.atMs - revocation.atMs) / 1000,
        linkLevel: culprit.level,
      },
      because: [revocation.eventId],
    }),
    linkLevel: culprit.level,
  };
}

/** Nobody can hold what has not been minted yet: a forgery, or clocks that disagree (V44). */
function beforeIssuance(use: Use): Finding | undefined {
  const { action, token, policy } = use;
  const iatMs = token.iatMs ?? toMs(action.presented?.iat);
  if (iatMs === undefined || action.atMs >= iatMs - clocksOf(policy).skewMs) return undefined;
  return useFinding(use, 'used-before-issuance', {
    pages: true,
    says: `with a token that was issued ${spanOf(iatMs - action.atMs)} later`,
    evidence: { issuedAt: instant(iatMs), earlyBySeconds: (iatMs - action.atMs) / 1000 },
  });
}

function beforeNotBefore(use: Use): Finding | undefined {
  const { action, token, policy } = use;
  const nbfMs = token.nbfMs ?? toMs(action.presented?.nbf);
  if (nbfMs === undefined || action.atMs >= nbfMs - clocksOf(policy).skewMs) return undefined;
  return useFinding(use, 'used-before-nbf', {
    pages: true,
    severity: 'medium',
    says: `with a token that is not valid before ${instant(nbfMs)}`,
    evidence: { notBefore: instant(nbfMs), earlyBySeconds: (nbfMs - action.atMs) / 1000 },
  });
}
