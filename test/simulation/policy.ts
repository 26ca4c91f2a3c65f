import { Policy } from '../../src/domain/policy.ts';
import { issuers, payout } from '../../src/evaluate/world/cast.ts';
import { digestOf } from '../../src/evaluate/world/script.ts';
import { rotate } from './consents.ts';
import { ANNOUNCED } from './people.ts';

/** What policy allows in the simulated world, so low that a short story can pass it. */
export const CHILDREN_MAX = 6;
export const TARGETS_PER_HOUR_MAX = 12;

/** Agents that policy makes an exception for. */
export const BATCH_PREFIX = 'agent:batch-';

/** What the stories need, and nothing else: an alert that none of them planted is one too many. */
export function policyOf(): Policy {
  return Policy.parse({
    name: 'the simulated world',
    // Issuers speak where a story needs them to; for the rest of the day they may be quiet.
    expects: { issuers: [issuers.login.iss, issuers.sts.iss], silenceSeconds: 31 * 86_400 },
    humanRequired: [payout.grant],
    approvals: { required: [{ actions: [rotate.grant] }] },
    fanOut: { childrenPerToken: CHILDREN_MAX, targetsPerPrincipalHour: TARGETS_PER_HOUR_MAX },
    exceptions: [
      {
        id: 'night-batch',
        detector: 'scope-creep',
        scope: { actor: `${BATCH_PREFIX}*` },
        owner: 'operations',
        reason: 'its scopes are spelt in another way',
        ticket: 'OPS-1',
        expires: '2030-01-01T00:00:00Z',
      },
    ],
    detectors: { 'tool-drift': { config: { announced: [digestOf(ANNOUNCED)] } } },
    trust: {
      issuers: Object.values(issuers).map(({ iss }) => iss),
      roots: ['human:*', 'agent:*', 'service:*'],
    },
  });
}
