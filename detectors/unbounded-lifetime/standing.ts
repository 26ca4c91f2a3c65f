import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { isSensitive } from '../deed.ts';
import { instant, wentThrough } from '../evidence.ts';
import { isMachine } from '../parties.ts';
import { useFinding } from '../uses.ts';
import { isOf, type LifetimeConfig } from './config.ts';

const DAY_MS = 86_400_000;
const none: readonly Finding[] = [];

/** A machine that works with a static credential which is older than any may become (R37, R65). */
export function judgeUse(action: ActionView, policy: Policy, config: LifetimeConfig): readonly Finding[] {
  const { token } = action;
  if (token === undefined || !isStatic(token, config)) return none;
  const actor = action.actor ?? token.actor ?? token.subject;
  const sinceMs = token.iatMs ?? token.firstSeenMs;
  const { standingDays } = policy.lifetimes;
  if (!isMachine(actor) || !wentThrough(action) || action.atMs - sinceMs <= standingDays * DAY_MS)
    return none;
  const ids = [actor?.id, token.subject?.id].filter((id) => id !== undefined);
  const sensitive =
    isSensitive(action, policy) || ids.some((id) => matchesAny(policy.sensitive.principals, id));
  const days = Math.floor((action.atMs - sinceMs) / DAY_MS);
  return [
    useFinding({ action, token, policy }, 'standing-secret', {
      pages: sensitive,
      says: `with a static credential that is ${days} days old`,
      evidence: {
        tokenKind: token.tokenKind ?? null,
        since: instant(sinceMs),
        days,
        allowedDays: standingDays,
        sensitive,
      },
    }),
  ];
}

/** By its kind; of what nobody says the kind, by having no end. */
function isStatic({ tokenKind, expMs }: TokenView, config: LifetimeConfig): boolean {
  return tokenKind === undefined ? expMs === null : isOf(tokenKind, config.standingKinds);
}
