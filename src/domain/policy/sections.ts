import type { Policy } from '../policy.ts';

/** Lists of the policy without which a detector, or some fact of it, has nothing to judge by. */
const sections = {
  agents: (policy) => policy.agents,
  'approvals.required': (policy) => policy.approvals.required,
  audiences: (policy) => policy.audiences,
  canaries: ({ canaries }) => [...canaries.tokens, ...canaries.principals],
  changeFreezes: (policy) => policy.changeFreezes,
  environments: (policy) => policy.environments,
  'expects.chains': (policy) => policy.expects.chains,
  'expects.issuers': (policy) => policy.expects.issuers,
  'expects.trails': (policy) => policy.expects.trails,
  humanRequired: (policy) => policy.humanRequired,
  labels: (policy) => policy.labels,
  stopOnError: (policy) => policy.stopOnError,
  'tickets.required': (policy) => policy.tickets.required,
  'trust.delegates': (policy) => policy.trust.delegates,
  'trust.domains': (policy) => policy.trust.domains,
  'trust.issuers': (policy) => policy.trust.issuers,
  'trust.roots': (policy) => policy.trust.roots,
  validation: (policy) => policy.validation,
} satisfies Readonly<Record<string, (policy: Policy) => readonly unknown[]>>;

export type PolicySection = keyof typeof sections;

/** Whether policy says anything there. */
export function isSaid(policy: Policy, section: PolicySection): boolean {
  return sections[section](policy).length > 0;
}
