import type { ActionView, ChainView } from '../src/domain/chain.ts';
import type { Principal } from '../src/domain/event/index.ts';
import type { AgentRule } from '../src/domain/policy/agents.ts';
import { matchesPattern, type Policy } from '../src/domain/policy.ts';

/** A row of policy's `agents`, for whom, and whether a task that nobody has told yet could choose another one. */
export interface FittingRule {
  readonly rule: AgentRule;
  readonly agent: Principal;
  readonly isFinal: boolean;
}

/** The first row that fits the id, and the task where the row names one. */
export function ruleOf(
  agent: Principal | undefined,
  task: string | undefined,
  policy: Policy,
): FittingRule | undefined {
  if (agent === undefined) return undefined;
  let isFinal = true;
  for (const rule of policy.agents) {
    if (!matchesPattern(rule.agent, agent.id)) continue;
    if (rule.task === undefined) return { rule, agent, isFinal };
    if (task !== undefined && matchesPattern(rule.task, task)) return { rule, agent, isFinal };
    isFinal = task !== undefined;
  }
  return undefined;
}

/** That of who acted, else that of who holds the credential: a helper that is in no row acts under its caller's. */
export function ruleOfAction(
  action: ActionView,
  policy: Policy,
  task: string | undefined = action.task,
): FittingRule | undefined {
  return ruleOf(action.actor, task, policy) ?? ruleOf(action.token?.actor, task, policy);
}

/** Every row for it, whatever its task. */
export function rulesFor(agent: Principal | undefined, policy: Policy): readonly AgentRule[] {
  return agent === undefined ? [] : policy.agents.filter((rule) => matchesPattern(rule.agent, agent.id));
}

/** The task for which the chain was set in motion, where its requests agree on one. */
export function taskOf(chain: ChainView): string | undefined {
  const tasks = new Set(chain.requests.map(({ task }) => task).filter((task) => task !== undefined));
  return tasks.size === 1 ? [...tasks][0] : undefined;
}
