import * as z from 'zod';
import { DISTINCT_MAX, POLICY_ROWS_MAX } from '../limits.ts';
import { pattern, patterns } from './primitives.ts';

export const actionLabels = [
  'untrusted-input',
  'sensitive-read',
  'secret-read',
  'external-send',
  'payment',
] as const;
export type ActionLabel = (typeof actionLabels)[number];

export const catalogue = {
  /** Actions behind which a person must stand: patterns over `tool:<name>` and `<system>:<action>`. */
  humanRequired: patterns.default([]),
  /** Effects of tools and API actions where the event does not say: pattern to effect, first match wins. */
  effects: z
    .array(z.strictObject({ action: pattern, effect: z.enum(['read', 'write', 'delete', 'admin']) }))
    .max(1_024)
    .default([]),
  /** What actions mean for information flow: every row that fits counts. */
  labels: z
    .array(z.strictObject({ actions: patterns.min(1), labels: z.array(z.enum(actionLabels)).min(1) }))
    .max(POLICY_ROWS_MAX)
    .default([]),
  /** Targets and principals that weigh more: over `<system>` and `<system>/<resource>`, and over ids. */
  sensitive: z.strictObject({ targets: patterns.default([]), principals: patterns.default([]) }).prefault({}),
  fanOut: z
    .strictObject({
      childrenPerToken: z.int().min(1).default(50),
      targetsPerChain: z
        .int()
        .min(1)
        .max(DISTINCT_MAX - 1)
        .default(100),
      toolsPerChain: z
        .int()
        .min(1)
        .max(DISTINCT_MAX - 1)
        .default(60),
      targetsPerPrincipalHour: z
        .int()
        .min(1)
        .max(DISTINCT_MAX - 1)
        .default(400),
      toolsPerPrincipalHour: z
        .int()
        .min(1)
        .max(DISTINCT_MAX - 1)
        .default(120),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Distinct grants that the tokens of one chain may hold together (R31). */
      grantsPerChain: z.int().min(1).default(200),
    })
    .prefault({}),
};
