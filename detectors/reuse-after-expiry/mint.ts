import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { type Ancestor, ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, holderOf, instant, tokenSubject } from '../evidence.ts';
import type { ReuseConfig } from './config.ts';
import { heardMs, revocationEvidence, tookAway } from './revocation.ts';

const none: readonly Finding[] = [];

/** What is wrong with the moment at which a token was minted, given the tokens it was minted from. */
export function judgeMint(token: TokenView, policy: Policy, config: ReuseConfig): readonly Finding[] {
  const { iatMs } = token;
  if (iatMs === undefined || token.parent === undefined) return none;
  const findings = [
    fromExpired(token, iatMs, policy),
    fromOrdered(token, iatMs) ?? fromRevoked(token, iatMs, policy, config),
  ];
  return findings.filter((finding) => finding !== undefined);
}

function fromExpired(token: TokenView, iatMs: number, policy: Policy): Finding | undefined {
  const [parent] = ancestorsOf(token);
  const expMs = parent?.token.expMs ?? undefined;
  if (parent === undefined || expMs === undefined || iatMs <= expMs + clocksOf(policy).skewMs)
    return undefined;
  // A refresh spends the refresh token; where a publisher names the access token it replaces, that one may be old.
  if (token.grant === 'refresh_token' && parent.token.tokenKind?.includes('access') === true)
    return undefined;
  return {
    ...finding(token, iatMs, 'minted-from-expired', parent),
    title: `${holderOf(token)} got a token from ${refLabel(parent.token.ref)}, which had expired by then`,
    evidence: {
      parent: refLabel(parent.token.ref),
      mintedAt: instant(iatMs),
      expiredAt: instant(expMs),
      lateBySeconds: (iatMs - expMs) / 1000,
      grant: token.grant ?? null,
      linkLevel: parent.level,
    },
    eventIds: eventIds(token.eventIds, parent.token.eventIds),
  };
}

/**
 * The nearest ancestor that was revoked before the mint. Only the topmost token minted after a revocation is
 * reported: those below it are its consequences.
 */
function fromRevoked(
  token: TokenView,
  iatMs: number,
  policy: Policy,
  config: ReuseConfig,
): Finding | undefined {
  const path = ancestorsOf(token);
  const { skewMs } = clocksOf(policy);
  for (const [depth, ancestor] of path.entries()) {
    const { revocation } = ancestor.token;
    if (revocation === undefined || iatMs <= revocation.atMs + skewMs) continue;
    const mintedSince = (between: Ancestor) => (between.token.iatMs ?? 0) > revocation.atMs + skewMs;
    if (path.slice(0, depth).some(mintedSince)) continue;
    // An issuer knows its own revocations at once; anyone else may act on a token it validates by itself.
    const knew = depth === 0 && token.issuer !== undefined && token.issuer === ancestor.token.issuer;
    const tooLate = iatMs >= heardMs(revocation, policy) && tookAway(revocation, ancestor.token, config);
    const label = refLabel(ancestor.token.ref);
    return {
      ...finding(token, iatMs, 'minted-from-revoked', ancestor),
      ...(knew || tooLate ? {} : { kind: 'signal', severity: 'low' }),
      title: `${holderOf(token)} got a token from ${label} although that one had been revoked`,
      evidence: {
        [depth === 0 ? 'parent' : 'ancestor']: label,
        mintedAt: instant(iatMs),
        ...revocationEvidence(revocation),
        lateBySeconds: (iatMs - revocation.atMs) / 1000,
        grant: token.grant ?? null,
        linkLevel: ancestor.level,
      },
      eventIds: eventIds(token.eventIds, [revocation.eventId], ancestor.token.eventIds),
    };
  }
  return undefined;
}

/**
 * The nearest ancestor whose revocation Chainwarden had ordered before the mint, done or not. Clocks are not allowed
 * for: whatever is made of it in that very second ends with it anyway, and is ended by being told here.
 */
function fromOrdered(token: TokenView, iatMs: number): Finding | undefined {
  const path = ancestorsOf(token);
  for (const [depth, ancestor] of path.entries()) {
    const { tombstone } = ancestor.token;
    // Issuers date to the second.
    const isLater = (mintMs: number) => tombstone !== undefined && mintMs + 1_000 > tombstone.atMs;
    if (tombstone === undefined || !isLater(iatMs)) continue;
    if (path.slice(0, depth).some((between) => isLater(between.token.iatMs ?? Number.NEGATIVE_INFINITY)))
      continue;
    const label = refLabel(ancestor.token.ref);
    return {
      ...finding(token, iatMs, 'minted-under-tombstone', ancestor),
      title: `${holderOf(token)} got a token from ${label} after its revocation had been ordered`,
      evidence: {
        [depth === 0 ? 'parent' : 'ancestor']: label,
        mintedAt: instant(iatMs),
        orderedAt: instant(tombstone.atMs),
        response: tombstone.responseId,
        lateBySeconds: (iatMs - tombstone.atMs) / 1000,
        grant: token.grant ?? null,
        linkLevel: ancestor.level,
      },
      eventIds: eventIds(token.eventIds, [tombstone.eventId], ancestor.token.eventIds),
    };
  }
  return undefined;
}

function finding(
  token: TokenView,
  iatMs: number,
  fact: string,
  ancestor: Ancestor,
): Omit<Finding, 'title' | 'evidence' | 'eventIds'> {
  return {
    subject: tokenSubject(token),
    fact,
    kind: 'alert',
    severity: 'high',
    atMs: iatMs,
    revoke: token.ref,
    linkLevel: ancestor.level,
  };
}
