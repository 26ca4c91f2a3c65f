import * as z from 'zod';
import { POLICY_ROWS_MAX } from '../limits.ts';
import { Interval, pattern, patterns, seconds, WeeklyWindow } from './primitives.ts';

/** Escalation limits on the comparable facts of one action. */
const Limits = z.strictObject({
  amount: z.number().min(0).optional(),
  rows: z.int().min(0).optional(),
  bytes: z.int().min(0).optional(),
});

/**
 * Task boundaries of an agent (R30, R69): what it may do whatever its token allows. An absent list says nothing; an
 * empty one allows nothing. The first row that fits the agent's id (and the task, where the row names one) counts.
 */
export const AgentRule = z.strictObject({
  /** Over the principal's id. */
  agent: pattern,
  /** Over `task.id`; a row without it is for every task. */
  task: pattern.optional(),
  /** The agent acts only in the name of a task. */
  taskRequired: z.boolean().default(false),
  /** Over `tool:<name>` and `<system>:<action>`. */
  actions: patterns.optional(),
  /** Over `<system>` and `<system>/<resource>`. */
  targets: patterns.optional(),
  /** Over the `fields` of an action's facts. */
  fields: patterns.optional(),
  repositories: patterns.optional(),
  limits: Limits.optional(),
  /** From the first to the last action of a chain. */
  maxSessionSeconds: seconds.optional(),
  /** Policy decisions about this agent must name this policy (R53): its id, and version or digest where given. */
  pinnedPolicy: z
    .strictObject({ id: pattern, version: pattern.optional(), digest: pattern.optional() })
    .optional(),
});
export type AgentRule = z.infer<typeof AgentRule>;

/** Who may act in an environment, and when (R44, R63, NHI8). An absent list says nothing. */
export const EnvironmentRule = z.strictObject({
  /** Over the `environment` of an action's facts. */
  environment: pattern,
  /** Over principals' ids. */
  principals: patterns.optional(),
  kinds: z.array(z.enum(['human', 'agent', 'orchestrator', 'service', 'workload', 'system'])).optional(),
  /** Writes, deletions and administration only then; reading is always open. */
  windows: z.array(WeeklyWindow).max(64).optional(),
});
export type EnvironmentRule = z.infer<typeof EnvironmentRule>;

/** Nothing is changed in these environments meanwhile, except by those named. */
export const ChangeFreeze = z.strictObject({
  environments: patterns.default(['*']),
  during: Interval,
  except: patterns.default([]),
});

export const boundaries = {
  agents: z.array(AgentRule).max(POLICY_ROWS_MAX).default([]),
  environments: z.array(EnvironmentRule).max(POLICY_ROWS_MAX).default([]),
  changeFreezes: z.array(ChangeFreeze).max(POLICY_ROWS_MAX).default([]),
  /** Actions that need a request with a ticket in their chain (R57). */
  tickets: z.strictObject({ required: patterns.default([]) }).prefault({}),
  /** A chain in which one of these was denied or failed must stop (R40). */
  stopOnError: patterns.default([]),
};
