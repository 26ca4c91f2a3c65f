import type { Revocation, TokenView } from '../../src/domain/chain.ts';
import { wordsOf } from '../../src/domain/effect.ts';
import type { Json } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { clocksOf, instant } from '../evidence.ts';
import type { ReuseConfig } from './config.ts';

/**
 * Whether a revocation took authority away: its reason says so, or, where no reason is given, somebody else than
 * the token's own holder asked for it. A logout with locally validated tokens is no incident.
 */
export function tookAway(revocation: Revocation, token: TokenView, config: ReuseConfig): boolean {
  const words = wordsOf(revocation.reason ?? '');
  if (words.length > 0) return startsWithAny(words, config.pagingReasons);
  const own = [token.subject?.id, token.actor?.id, token.client];
  return revocation.by !== undefined && !own.includes(revocation.by);
}

/** Whether a revocation only replaced the token by its successor. */
export function replaced(revocation: Revocation, config: ReuseConfig): boolean {
  return startsWithAny(wordsOf(revocation.reason ?? ''), config.replacingReasons);
}

/** From when on every resource server must have heard of it, clocks considered. */
export function heardMs(revocation: Revocation, policy: Policy): number {
  const { propagationMs, skewMs } = clocksOf(policy);
  return revocation.atMs + propagationMs + skewMs;
}

export function revocationEvidence(revocation: Revocation): { readonly [key: string]: Json } {
  return {
    revokedAt: instant(revocation.atMs),
    revokedVia: revocation.via,
    reason: revocation.reason ?? null,
    revokedBy: revocation.by ?? null,
  };
}

function startsWithAny(words: readonly string[], beginnings: readonly string[]): boolean {
  return words.some((word) => beginnings.some((beginning) => word.startsWith(beginning.toLowerCase())));
}
