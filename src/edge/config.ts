import * as z from 'zod';
import { severities } from '../domain/finding.ts';
import { pattern } from '../domain/policy/primitives.ts';

const verdict = z.enum(['allow', 'deny']);

const TargetConfig = z.strictObject({
  /** `tool:<name>`, `<system>:<action>`, `<system>` or `<system>/<resource>`; `*` stands for any run of characters. */
  match: z.array(pattern).min(1).max(256),
  minSeverity: z.enum(severities).optional(),
  onUnknown: verdict.optional(),
  onDoubt: verdict.optional(),
});

/** How gateways are answered that ask whether a step may be taken. */
export const EvaluationConfig = z.strictObject({
  /** Alerts below it stop no step. */
  minSeverity: z.enum(severities).default('high'),
  /**
   * When there is no answer: the credential is not in memory, time is up, or a detector failed. `allow` keeps what is
   * protected running when Chainwarden cannot tell; `deny` is for targets that may rather stand still.
   */
  onUnknown: verdict.default('allow'),
  /** When what speaks against the step may still be taken back, or rests on links that are only asserted. */
  onDoubt: verdict.default('allow'),
  /** For single targets; the first that fits counts. */
  targets: z.array(TargetConfig).max(256).default([]),
  /** Milliseconds that one question may take once it is read. */
  budgetMs: z.int().min(1).max(1_000).default(20),
});
export type EvaluationConfig = z.infer<typeof EvaluationConfig>;
