import type { ActionView, TokenView } from '../src/domain/chain.ts';
import { matchesAny, matchesPattern, type Policy } from '../src/domain/policy.ts';

/** What a token says of whom it is for; the server's reading where no issuer spoke. An empty list says nothing. */
export function audienceOf(token: TokenView, action?: ActionView): readonly string[] | undefined {
  const aud = token.aud ?? action?.presented?.aud;
  return aud === undefined || aud.length === 0 ? undefined : aud;
}

/** Whether an audience addresses a system, and what would: by policy, else only by the system's own name. */
export interface Addressing {
  readonly addressed: 'yes' | 'no' | 'unknown';
  /** The audiences that policy maps to the system. */
  readonly accepted: readonly string[];
}

const unmapped: readonly string[] = [];

export function addressing(aud: readonly string[], system: string, policy: Policy): Addressing {
  const row = policy.audiences.find((candidate) => matchesPattern(candidate.system, system));
  if (row === undefined) return { addressed: aud.includes(system) ? 'yes' : 'unknown', accepted: unmapped };
  const isMeant = aud.some((audience) => matchesAny(row.audiences, audience));
  return { addressed: isMeant ? 'yes' : 'no', accepted: row.audiences };
}
