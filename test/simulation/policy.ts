import { Policy } from '../../src/domain/policy.ts';
import { issuers, payout } from '../../src/evaluate/world/cast.ts';
import { rotate } from './consents.ts';

/** What policy allows in the simulated world, so low that a short story can pass it. */
export const CHILDREN_MAX = 6;
export const TARGETS_PER_HOUR_MAX = 12;

/** What the stories need, and nothing else: an alert that none of them planted is one too many. */
export function policyOf(): Policy {
  return Policy.parse({
    name: 'the simulated world',
    // Issuers speak where a story needs them to; for the rest of the day they may be quiet.
    expects: { issuers: [issuers.login.iss, issuers.sts.iss], silenceSeconds: 31 * 86_400 },
    humanRequired: [payout.grant],
    approvals: { required: [{ actions: [rotate.grant] }] },
    fanOut: { childrenPerToken: CHILDREN_MAX, targetsPerPrincipalHour: TARGETS_PER_HOUR_MAX },
    trust: {
      issuers: Object.values(issuers).map(({ iss }) => iss),
      roots: ['human:*', 'agent:*', 'service:*'],
    },
  });
}
