import { canonicalJson, sha256 } from '../../domain/canonical.ts';
import { deterministicId } from '../../domain/ids.ts';
import type { Plan, PlanStep, PlanTrigger } from '../../domain/response.ts';
import { epochOf } from './ids.ts';

/**
 * What an approval is bound to: for whom, because of what, whether it is a rehearsal, and each revocation in its
 * order with the connector that does it. Names, times and reasons may be told better without asking again.
 */
export function planDigest({ tenant, trigger, dryRun, steps }: PlanContent): string {
  return sha256(
    canonicalJson({
      tenant,
      trigger,
      dryRun,
      steps: steps.map(({ action, target, connector }) => ({
        action,
        target: target.key,
        epoch: epochOf(target),
        connector: connector === undefined ? null : [connector.kind, connector.name],
      })),
    }),
  );
}

export type PlanContent = Pick<Plan, 'tenant' | 'dryRun'> & {
  readonly trigger: PlanTrigger;
  readonly steps: readonly PlanStep[];
};

/** The same wish over the same lineage is the same plan, whenever it is made. */
export function planId(tenant: string, trigger: PlanTrigger, digest: string): string {
  return deterministicId('pln', [tenant, canonicalJson(trigger), digest]);
}
