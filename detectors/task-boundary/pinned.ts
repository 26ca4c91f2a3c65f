import type { ActionView, ChainView, DecisionView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { AgentRule } from '../../src/domain/policy/agents.ts';
import { matchesPattern, type Policy } from '../../src/domain/policy.ts';
import { ruleOf, taskOf } from '../agents.ts';
import { tookEffect } from '../deed.ts';
import { chainSubject, clocksOf, eventIds, instant } from '../evidence.ts';

/** The first decision that let an agent act by another policy than the one that was signed for it (R53). */
export function unpinnedPolicy(chain: ChainView, policy: Policy): Finding | undefined {
  if (policy.agents.every((rule) => rule.pinnedPolicy === undefined)) return undefined;
  const task = taskOf(chain);
  const strays = chain.decisions.flatMap((decision) => {
    const pinned = pinnedFor(decision, task, policy);
    if (pinned === undefined || isPinned(decision, pinned)) return [];
    return [{ decision, pinned, acted: actedOn(decision, chain, policy) }];
  });
  const first = strays.find(({ acted }) => acted !== undefined) ?? strays[0];
  if (first === undefined) return undefined;
  const { decision, pinned, acted } = first;
  const used = decision.policy;
  return {
    subject: chainSubject(chain),
    fact: 'unpinned-policy',
    kind: acted === undefined ? 'signal' : 'alert',
    severity: acted === undefined ? 'low' : 'high',
    title:
      used === undefined
        ? `${decision.subject.id} was let act by a decision that names no policy, and ${pinned.id} is pinned for it`
        : `${decision.subject.id} was let act by ${versionOf(used)}, and ${versionOf(pinned)} is pinned for it`,
    atMs: decision.atMs,
    evidence: {
      agent: decision.subject.id,
      action: decision.action.name,
      decidedAt: instant(decision.atMs),
      decidedBy: used === undefined ? null : versionOf(used),
      pinned: versionOf(pinned),
      decisions: strays.length,
    },
    eventIds: eventIds(
      strays.map((stray) => stray.decision.eventId),
      acted?.eventIds ?? [],
    ),
    ...(acted === undefined ? {} : { shownBy: acted.id }),
  };
}

/** The first thing that whom it let act did afterwards. */
function actedOn({ subject, atMs }: DecisionView, chain: ChainView, policy: Policy): ActionView | undefined {
  const fromMs = atMs - clocksOf(policy).skewMs;
  return chain.actions.find(
    (action) =>
      action.atMs >= fromMs &&
      tookEffect(action) &&
      (action.actor?.id === subject.id || action.token?.actor?.id === subject.id),
  );
}

type Pinned = NonNullable<AgentRule['pinnedPolicy']>;

function pinnedFor(decision: DecisionView, task: string | undefined, policy: Policy): Pinned | undefined {
  // What was refused did no harm, whichever policy refused it.
  if (!decision.allowed) return undefined;
  return ruleOf({ id: decision.subject.id, kind: 'unknown' }, task, policy)?.rule.pinnedPolicy;
}

/** Every member that is pinned has to be named, and to fit. */
function isPinned({ policy }: DecisionView, pinned: Pinned): boolean {
  if (policy === undefined || !matchesPattern(pinned.id, policy.id)) return false;
  return (['version', 'digest'] as const).every((member) => {
    const glob = pinned[member];
    const named = policy[member];
    return glob === undefined || (named !== undefined && matchesPattern(glob, named));
  });
}

/** For people: everything it says of itself, so that a difference shows. */
function versionOf({ id, version, digest }: Pinned | NonNullable<DecisionView['policy']>): string {
  return [id, version, digest].filter((part) => part !== undefined).join(' ');
}
