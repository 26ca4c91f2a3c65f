import { matchesAny } from '../../src/domain/policy.ts';
import { clocksOf, instant } from '../evidence.ts';
import type { Breach, Seen, ValidationRow } from './types.ts';

/**
 * Shortly before the action its token has to be minted or found active. Absence is judged only against an issuer that
 * policy expects to report everything, and that was alive; else it is a signal.
 */
export function judgeFreshness(seen: Seen, rows: readonly ValidationRow[]): Breach | undefined {
  const asked = rows.filter(({ by }) => by === 'fresh');
  if (asked.length === 0) return undefined;
  const { action, policy, feeds } = seen;
  const { token } = action;
  const { skewMs, latenessMs, silenceMs } = clocksOf(policy);
  const withinMs = Math.min(...asked.map(({ withinSeconds }) => withinSeconds)) * 1000;
  const sinceMs = action.atMs - withinMs - skewMs;
  const untilMs = action.atMs + skewMs;
  const answers = (token?.introspections ?? []).filter(({ atMs }) => atMs <= untilMs);
  const last = answers[answers.length - 1];
  // Then it was checked, and used in spite of it.
  if (last !== undefined && !last.active) return undefined;
  const iat = action.presented?.iat;
  const mintedMs = token?.iatMs ?? (iat === undefined ? undefined : iat * 1000);
  if ((last !== undefined && last.atMs >= sinceMs) || (mintedMs !== undefined && mintedMs >= sinceMs)) {
    return undefined;
  }
  const issuer = token?.issuer;
  const isExpected = issuer !== undefined && matchesAny(policy.expects.issuers, issuer);
  const isAlive = isExpected && feeds.aliveAround(issuer, action.atMs, latenessMs, silenceMs);
  return {
    fact: 'no-fresh-validation',
    says: `with authority that nobody had checked for ${withinMs / 1000} s`,
    evidence: {
      withinSeconds: withinMs / 1000,
      mintedAt: mintedMs === undefined ? null : instant(mintedMs),
      checkedAt: last === undefined ? null : instant(last.atMs),
      issuer: issuer ?? null,
      issuerExpected: isExpected,
      issuerAlive: isAlive,
    },
    isSignal: !isAlive,
    isDeferred: isExpected,
    because: last === undefined ? [] : [last.eventId],
  };
}
