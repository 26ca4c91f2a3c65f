import type { ActionView } from '../../src/domain/chain.ts';
import type { Finding, Json } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { type FittingRule, ruleOfAction, rulesFor } from '../agents.ts';
import { doerOf, namedEvidence, severityOfDeed, tookEffect } from '../deed.ts';
import { clocksOf, deedOf, eventIds } from '../evidence.ts';
import { breachesOf } from './breaches.ts';

/** Everything about one action that the row of its agent does not allow, and that it names no task where it has to. */
export function overstepped(action: ActionView, policy: Policy): readonly Finding[] {
  const fitting = ruleOfAction(action, policy);
  const undeclared = taskNotDeclared(action, fitting, policy);
  if (fitting === undefined) return undeclared;
  const breaches = breachesOf(action, fitting.rule);
  if (breaches.length === 0) return undeclared;
  const { rule, agent } = fitting;
  const done = tookEffect(action);
  return [
    ...undeclared,
    ...breaches.map(
      ({ fact, says, evidence }): Finding => ({
        ...common(action),
        fact,
        kind: done ? 'alert' : 'signal',
        severity: done ? severityOfDeed(action, policy) : 'low',
        title: `${principalLabel(agent)} ${done ? 'did' : 'tried'} ${deedOf(action)}, ${says}`,
        evidence: {
          ...met(action, policy),
          agent: agent.id,
          rule: rule.agent,
          ruleTask: rule.task ?? null,
          ...evidence,
        },
        // A report of the same call may yet name the task that allows it.
        ...(fitting.isFinal ? {} : { settlesAtMs: action.atMs + clocksOf(policy).latenessMs }),
      }),
    ),
  ];
}

function taskNotDeclared(
  action: ActionView,
  fitting: FittingRule | undefined,
  policy: Policy,
): readonly Finding[] {
  if (action.task !== undefined || action.platform) return [];
  const agent =
    fitting?.agent ?? [action.actor, action.token?.actor].find((one) => rulesFor(one, policy).length > 0);
  // Without a task none of its rows fits, or the one that does wants a task.
  if (agent === undefined || fitting?.rule.taskRequired === false) return [];
  return [
    {
      ...common(action),
      fact: 'task-not-declared',
      kind: 'signal',
      severity: 'low',
      title: `${principalLabel(agent)} did ${deedOf(action)} in the name of no task`,
      evidence: { ...met(action, policy), agent: agent.id },
      settlesAtMs: action.atMs + clocksOf(policy).latenessMs,
    },
  ];
}

function common(action: ActionView): Pick<Finding, 'subject' | 'atMs' | 'eventIds' | 'revoke'> {
  const { token } = action;
  return {
    subject: doerOf(action),
    atMs: action.atMs,
    eventIds: eventIds(action.eventIds, token?.eventIds ?? []),
    ...(token === undefined ? {} : { revoke: token.ref }),
  };
}

function met(action: ActionView, policy: Policy): { readonly [key: string]: Json } {
  return {
    ...namedEvidence(action, policy),
    task: action.task ?? null,
  };
}
