import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import { effectOf } from '../../src/domain/effect.ts';
import type { Effect } from '../../src/domain/event/index.ts';
import type { Finding, Json, Severity } from '../../src/domain/finding.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { actorOf, clocksOf, deedOf, eventIds, instant, tokenSubject, wentThrough } from '../evidence.ts';
import type { ReuseConfig } from './config.ts';
import { heardMs, replaced, revocationEvidence, tookAway } from './revocation.ts';

/** One call judged by its start, with the token it carried. */
interface Use {
  readonly action: ActionView;
  readonly token: TokenView;
  readonly policy: Policy;
}

const none: readonly Finding[] = [];

/** What is wrong with the moment at which an action used its token. */
export function judgeUse(action: ActionView, policy: Policy, config: ReuseConfig): readonly Finding[] {
  const { token } = action;
  if (token === undefined) return none;
  const use = { action, token, policy };
  const own = afterRevocation(use, config);
  const inherited = own?.kind === 'alert' ? undefined : afterAncestorsRevocation(use, config);
  const findings = [afterExpiry(use), own, inherited, beforeNotBefore(use)];
  return findings.filter((finding) => finding !== undefined);
}

function afterExpiry(use: Use): Finding | undefined {
  const { action, token, policy } = use;
  const expMs = token.expMs ?? toMs(action.presented?.exp);
  if (expMs === undefined || action.atMs < expMs + clocksOf(policy).skewMs) return undefined;
  return finding(use, 'used-after-expiry', {
    pages: true,
    says: `with a token that had expired ${ago(action.atMs - expMs)} before`,
    evidence: { expiredAt: instant(expMs), lateBySeconds: (action.atMs - expMs) / 1000 },
  });
}

function afterRevocation(use: Use, config: ReuseConfig): Finding | undefined {
  const { action, token, policy } = use;
  const { revocation } = token;
  if (revocation === undefined || action.atMs < heardMs(revocation, policy)) return undefined;
  return finding(use, 'used-after-revocation', {
    pages: tookAway(revocation, token, config),
    says: `with a token that had been revoked ${ago(action.atMs - revocation.atMs)} before`,
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
    ...finding(use, 'ancestor-revoked', {
      pages: culprit.pages,
      says: `with a token derived from ${label}, which had been revoked ${ago(action.atMs - revocation.atMs)} before`,
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

function beforeNotBefore(use: Use): Finding | undefined {
  const { action, token, policy } = use;
  const nbfMs = token.nbfMs ?? toMs(action.presented?.nbf);
  if (nbfMs === undefined || action.atMs >= nbfMs - clocksOf(policy).skewMs) return undefined;
  return finding(use, 'used-before-nbf', {
    pages: true,
    severity: 'medium',
    says: `with a token that is not valid before ${instant(nbfMs)}`,
    evidence: { notBefore: instant(nbfMs), earlyBySeconds: (nbfMs - action.atMs) / 1000 },
  });
}

interface Verdict {
  /** Whether a use that went through pages. */
  readonly pages: boolean;
  /** Of an alert; by default what the use did decides. */
  readonly severity?: Severity;
  readonly says: string;
  readonly evidence: { readonly [key: string]: Json };
  /** Events beside the use and the issuance that show it. */
  readonly because?: readonly string[];
}

function finding({ action, token, policy }: Use, fact: string, verdict: Verdict): Finding {
  const done = wentThrough(action);
  const effect = effectOf(action.effect, action.needs, action.action, policy);
  const pages = verdict.pages && done && !action.platform;
  const did = done ? 'did' : 'tried';
  return {
    subject: tokenSubject(token),
    fact,
    kind: pages ? 'alert' : 'signal',
    severity: pages ? (verdict.severity ?? severityOf(effect)) : 'low',
    title: `${actorOf(action, token)} ${did} ${deedOf(action)} ${verdict.says}`,
    atMs: action.atMs,
    evidence: {
      action: deedOf(action),
      effect,
      outcome: action.outcome,
      usedAt: instant(action.atMs),
      ...verdict.evidence,
    },
    eventIds: eventIds(action.eventIds, verdict.because ?? [], token.eventIds),
    revoke: token.ref,
  };
}

/** What cannot be undone, or changes who may do what, weighs most. */
function severityOf(effect: Effect): Severity {
  return effect === 'admin' || effect === 'delete' ? 'critical' : 'high';
}

function toMs(seconds: number | null | undefined): number | undefined {
  return seconds === undefined || seconds === null ? undefined : seconds * 1000;
}

function ago(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
