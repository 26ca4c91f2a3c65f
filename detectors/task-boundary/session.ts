import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { type FittingRule, ruleOfAction, taskOf } from '../agents.ts';
import { tookEffect } from '../deed.ts';
import { chainSubject, clocksOf, eventIds, instant } from '../evidence.ts';

interface Session {
  readonly fitting: FittingRule;
  readonly maxMs: number;
  first: ActionView;
  last: ActionView;
}

/** From an agent's first to its last action in the chain; the worst of several. */
export function tooLong(chain: ChainView, policy: Policy): Finding | undefined {
  if (policy.agents.every((rule) => rule.maxSessionSeconds === undefined)) return undefined;
  const task = taskOf(chain);
  const sessions = new Map<string, Session>();
  for (const action of chain.actions) {
    if (!tookEffect(action)) continue;
    const fitting = ruleOfAction(action, policy, action.task ?? task);
    const seconds = fitting?.rule.maxSessionSeconds;
    if (fitting === undefined || seconds === undefined) continue;
    const session = sessions.get(fitting.agent.id);
    if (session === undefined) {
      sessions.set(fitting.agent.id, { fitting, maxMs: seconds * 1000, first: action, last: action });
    } else session.last = action;
  }
  const worst = [...sessions.values()].toSorted((a, b) => excess(b) - excess(a))[0];
  // First and last may be told by two clocks.
  if (worst === undefined || excess(worst) <= clocksOf(policy).skewMs) return undefined;
  const { fitting, maxMs, first, last } = worst;
  const lasted = (last.atMs - first.atMs) / 1000;
  return {
    subject: chainSubject(chain),
    fact: 'session-too-long',
    kind: 'alert',
    severity: 'high',
    title: `${principalLabel(fitting.agent)} has been at it for ${lasted} s, and its task may take ${maxMs / 1000} s`,
    atMs: last.atMs,
    evidence: {
      agent: fitting.agent.id,
      rule: fitting.rule.agent,
      ruleTask: fitting.rule.task ?? null,
      startedAt: instant(first.atMs),
      usedAt: instant(last.atMs),
      observed: lasted,
      ceiling: maxMs / 1000,
    },
    eventIds: eventIds(last.eventIds, first.eventIds),
    shownBy: last.id,
    ...(last.token === undefined || last.token.standing ? {} : { revoke: last.token.ref }),
  };
}

function excess({ first, last, maxMs }: Session): number {
  return last.atMs - first.atMs - maxMs;
}
