import * as z from 'zod';
import type { Severity } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { grantWeight, tierWeights } from '../../src/domain/scope/index.ts';

const weight = z.number().min(0).max(1_000);

/** How much harm one grant can do, and from which sum on a finding is how severe. */
export const WeightConfig = z.strictObject({
  weights: z
    .strictObject({
      read: weight.default(tierWeights.read),
      unknown: weight.default(tierWeights.unknown),
      write: weight.default(tierWeights.write),
      delete: weight.default(tierWeights.delete),
      admin: weight.default(tierWeights.admin),
      secret: weight.default(tierWeights.secret),
      payment: weight.default(tierWeights.payment),
    })
    .prefault({}),
  severities: z
    .strictObject({
      medium: weight.default(2),
      high: weight.default(3),
      critical: weight.default(8),
    })
    .prefault({}),
});
export type WeightConfig = z.infer<typeof WeightConfig>;

/** The harm of all of them together: many small grants are worth a look that no single one is. */
export function sumOf(grants: readonly string[], policy: Policy, { weights }: WeightConfig): number {
  return grants.reduce((sum, grant) => sum + grantWeight(grant, weights, policy.scopeWeights), 0);
}

export function severityOf(sum: number, { severities }: WeightConfig): Severity {
  if (sum >= severities.critical) return 'critical';
  if (sum >= severities.high) return 'high';
  return sum >= severities.medium ? 'medium' : 'low';
}
