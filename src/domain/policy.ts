import * as z from 'zod';
import { ALLOWED_LATENESS_MS, CLOCK_SKEW_MS, FEED_SILENCE_MS } from './limits.ts';
import { catalogue } from './policy/actions.ts';
import { boundaries } from './policy/agents.ts';
import { checks } from './policy/approvals.ts';
import { detection } from './policy/detectors.ts';
import { patterns, seconds } from './policy/primitives.ts';
import { trust } from './policy/trust.ts';
import { scopeSections } from './scope/rules.ts';

export { matchesAny, matchesPattern } from './policy/primitives.ts';

/** What the organisation expects and forbids (R69). Every member has a default: no file is a valid policy. */
export const Policy = z.strictObject({
  version: z.literal(1).default(1),
  /** What people call this version of it: a date, a tag, a commit. */
  name: z.string().max(128).default(''),
  /** Feeds that log everything they do. Absence is judged only against these, and only while they are alive. */
  expects: z
    .strictObject({
      issuers: patterns.default([]),
      /** A feed that says nothing for longer is silent: reported once, and nothing is judged by it meanwhile. */
      silenceSeconds: z
        .int()
        .min(60)
        .max(31 * 86_400)
        .default(FEED_SILENCE_MS / 1000),
      /** Systems every change of which leaves a trail: a call, a token or an approval (R17). */
      trails: patterns.default([]),
      /** Systems that are called only with tokens somebody issued (R21). */
      chains: patterns.default([]),
    })
    .prefault({}),
  clocks: z
    .strictObject({
      skewSeconds: seconds.default(CLOCK_SKEW_MS / 1000),
      latenessSeconds: seconds.default(ALLOWED_LATENESS_MS / 1000),
      /** Until a resource server has heard of a revocation. */
      revocationPropagationSeconds: seconds.default(60),
    })
    .prefault({}),
  ...scopeSections,
  ...catalogue,
  ...boundaries,
  ...checks,
  ...trust,
  ...detection,
});
export type Policy = z.infer<typeof Policy>;

export const defaultPolicy: Policy = Policy.parse({});
