import type { ChainView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { tookEffect } from '../deed.ts';
import { chainSubject, clocksOf, eventIds } from '../evidence.ts';

/** A chain began with a credential of somebody who is none of those with whom chains may begin. */
export function untrustedRoot(chain: ChainView, policy: Policy): Finding | undefined {
  const { rootToken } = chain;
  if (policy.trust.roots.length === 0 || rootToken === undefined) return undefined;
  const above = ancestorsOf(rootToken).at(-1);
  const top = above?.token ?? rootToken;
  // A root that nobody reported is an orphan: whose it is, nobody knows.
  if (!top.issued || top.subject === undefined || matchesAny(policy.trust.roots, top.subject.id))
    return undefined;
  const action = chain.actions.find(tookEffect);
  const isAlert = action !== undefined;
  return {
    subject: chainSubject(chain),
    fact: 'untrusted-root',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? 'high' : 'low',
    title: `A chain began with ${refLabel(top.ref)} of ${principalLabel(top.subject)}, with whose credentials none may begin`,
    atMs: action?.atMs ?? chain.startedMs,
    evidence: {
      root: refLabel(top.ref),
      subject: top.subject.id,
      issuer: top.issuer ?? null,
      actions: chain.actionCount,
    },
    eventIds: eventIds(action?.eventIds ?? [], top.eventIds),
    // Its parent may yet be reported.
    settlesAtMs: top.firstSeenMs + clocksOf(policy).latenessMs,
    revoke: top.ref,
    ...(action === undefined ? {} : { shownBy: action.id }),
    ...(above === undefined ? {} : { linkLevel: above.level }),
  };
}
