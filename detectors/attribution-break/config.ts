import * as z from 'zod';
import { ACT_DEPTH_MAX } from '../../src/domain/limits.ts';
import { patterns } from '../../src/domain/policy/primitives.ts';
import { CARRYING_GRANTS } from '../parties.ts';

export const AttributionConfig = z.strictObject({
  /** Grants in which subject and actors are carried over. */
  grants: patterns.default(CARRYING_GRANTS),
  /** Actors that an issuer keeps in a token, the newest ones; older ones may be missing. */
  actorsKept: z.int().min(1).max(ACT_DEPTH_MAX).default(ACT_DEPTH_MAX),
});
export type AttributionConfig = z.infer<typeof AttributionConfig>;
