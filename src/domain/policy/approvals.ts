import * as z from 'zod';
import { POLICY_ROWS_MAX } from '../limits.ts';
import { patterns, seconds } from './primitives.ts';

/** Actions that a person approves before they happen (R29). */
const ApprovalRule = z.strictObject({
  /** Over `tool:<name>` and `<system>:<action>`. */
  actions: patterns.min(1),
  /** Only in these environments; absent: in all. */
  environments: patterns.optional(),
  /** Only from this amount on. */
  fromAmount: z.number().min(0).optional(),
});

/** Actions that something must have checked before they happen (R19, R43, R45, R47, R48). */
const ValidationRule = z.strictObject({
  actions: patterns.min(1),
  environments: patterns.optional(),
  /** `decision`: an allowing policy decision. `fresh`: the token was minted or found active shortly before. */
  by: z.enum(['decision', 'fresh']),
  withinSeconds: seconds.default(300),
});

export const checks = {
  approvals: z
    .strictObject({
      required: z.array(ApprovalRule).max(POLICY_ROWS_MAX).default([]),
      /** An approval that takes less was not read. */
      minSeconds: seconds.default(3),
      /** More than that by one person in a minute were not read either. */
      maxPerMinute: z.int().min(1).default(10),
    })
    .prefault({}),
  validation: z.array(ValidationRule).max(POLICY_ROWS_MAX).default([]),
};
