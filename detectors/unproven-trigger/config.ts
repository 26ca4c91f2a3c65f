import * as z from 'zod';
import { patterns, seconds } from '../../src/domain/policy/primitives.ts';

export const UnprovenConfig = z.strictObject({
  /** What a webhook is worth of which nobody says whether its sender was verified. */
  unstated: z.enum(['signal', 'alert']).default('signal'),
  /** What may be done for an unproven request all the same: filing it, telling somebody. */
  triage: patterns.default([]),
  /** What a source had set off so long before it was found compromised is worth a look. */
  lookbackSeconds: seconds.default(86_400),
});
export type UnprovenConfig = z.infer<typeof UnprovenConfig>;
