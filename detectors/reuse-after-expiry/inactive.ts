import type { Introspection } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { addressing, audienceOf } from '../audience.ts';
import { clocksOf, instant } from '../evidence.ts';
import { spanOf, type Use, useFinding } from '../uses.ts';

/** A use after an issuer had answered that the token is not active (RFC 7662 section 2.2, V24). */
export function afterInactive(use: Use): Finding | undefined {
  const { action, token, policy } = use;
  if (token.introspections.length === 0) return undefined;
  const { skewMs, propagationMs, latenessMs } = clocksOf(policy);
  const answer = token.introspections.find(
    (one) => isVerdict(one, use) && action.atMs >= one.atMs + propagationMs + skewMs,
  );
  if (answer === undefined) return undefined;
  const lateMs = action.atMs - answer.atMs;
  return {
    ...useFinding(use, 'used-after-inactive', {
      pages: true,
      says: `with a token that was called inactive ${spanOf(lateMs)} before`,
      evidence: { inactiveAt: instant(answer.atMs), askedBy: answer.by, lateBySeconds: lateMs / 1000 },
      because: [answer.eventId],
    }),
    // An active answer on its way takes it back.
    settlesAtMs: action.atMs + latenessMs,
  };
}

/**
 * Whether an answer says that the token was taken away. The same answer is given before its time, after its end and to
 * those it is not for (RFC 7662 section 4), and a token that is active again was never taken away.
 */
function isVerdict(answer: Introspection, { token, policy }: Use): boolean {
  if (answer.active) return false;
  const { skewMs } = clocksOf(policy);
  const { iatMs = 0, nbfMs = 0 } = token;
  // Nobody can ask before the issuance, whatever clocks say; only a beginning that was put off can lie ahead.
  if (nbfMs > iatMs && answer.atMs <= nbfMs + skewMs) return false;
  if (typeof token.expMs === 'number' && answer.atMs >= token.expMs - skewMs) return false;
  if (token.introspections.some((other) => other.active && other.atMs >= answer.atMs)) return false;
  const aud = audienceOf(token);
  return aud === undefined || addressing(aud, answer.by, policy).addressed !== 'no';
}
