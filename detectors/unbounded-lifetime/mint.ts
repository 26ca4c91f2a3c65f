import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { eventIds, holderOf, instant, tokenSubject } from '../evidence.ts';
import { told } from '../parties.ts';
import { spanOf } from '../uses.ts';
import { isDelegated, isOf, type LifetimeConfig } from './config.ts';

const none: readonly Finding[] = [];
const belowPage = { kind: 'signal', severity: 'low' } as const;

/** A token without an end, or with one too far away (R16). */
export function judgeMint(token: TokenView, policy: Policy, config: LifetimeConfig): readonly Finding[] {
  if (token.expMs === undefined) return none;
  // A refresh does not repeat the kind of what it replaces.
  const tokenKind = told(token, (one) => one.tokenKind);
  return token.expMs === null
    ? endless(token, tokenKind, config)
    : tooLong(token, tokenKind, token.expMs, policy, config);
}

function endless(
  token: TokenView,
  tokenKind: string | undefined,
  config: LifetimeConfig,
): readonly Finding[] {
  const isStatic = isOf(tokenKind, config.standingKinds);
  // A static key is made to last; one that comes of a session takes over where the session ends.
  if (isStatic && typeof token.parent?.expMs !== 'number') return none;
  const delegated = isDelegated(token);
  // A credential of which nobody says the kind may be a static key.
  if (tokenKind === undefined && !delegated) return none;
  return [
    {
      ...finding(token, tokenKind, 'no-expiry', delegated),
      ...(delegated && !isStatic && !isOf(tokenKind, config.renewingKinds) ? {} : belowPage),
      title: `${holderOf(token)} holds a token that never expires`,
    },
  ];
}

function tooLong(
  token: TokenView,
  tokenKind: string | undefined,
  expMs: number,
  policy: Policy,
  config: LifetimeConfig,
): readonly Finding[] {
  const { iatMs } = token;
  if (iatMs === undefined) return none;
  const row = policy.lifetimes.max.find(({ kinds }) => matchesAny(kinds, tokenKind ?? ''));
  const maxSeconds = row?.maxSeconds ?? usualMax(tokenKind, config);
  const lifetimeMs = expMs - iatMs;
  if (maxSeconds === undefined || lifetimeMs <= maxSeconds * 1000) return none;
  const delegated = isDelegated(token);
  const found = finding(token, tokenKind, 'lifetime-exceeded', delegated);
  return [
    {
      ...found,
      // Without a row nobody said that it may not; in delegated hands it is too long all the same.
      ...(row !== undefined || delegated ? {} : belowPage),
      title: `${holderOf(token)} holds a token for ${spanOf(lifetimeMs)}, where ${spanOf(maxSeconds * 1000)} are allowed`,
      evidence: {
        ...found.evidence,
        expiresAt: instant(expMs),
        lifetimeSeconds: lifetimeMs / 1000,
        maxSeconds,
        byPolicy: row !== undefined,
      },
    },
  ];
}

/** Static credentials are judged by their age; of what nobody says the kind nothing is usual. */
function usualMax(tokenKind: string | undefined, config: LifetimeConfig): number | undefined {
  if (tokenKind === undefined || isOf(tokenKind, config.standingKinds)) return undefined;
  return isOf(tokenKind, config.renewingKinds) ? config.renewingMaxSeconds : config.maxSeconds;
}

function finding(
  token: TokenView,
  tokenKind: string | undefined,
  fact: string,
  delegated: boolean,
): Omit<Finding, 'title'> {
  return {
    subject: tokenSubject(token),
    fact,
    kind: 'alert',
    severity: 'high',
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: { tokenKind: tokenKind ?? null, grant: token.grant ?? null, delegated },
    eventIds: eventIds(token.eventIds),
    revoke: token.ref,
  };
}
