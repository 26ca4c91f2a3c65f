import type { ActionView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { addressing, audienceOf } from '../audience.ts';
import { sample } from '../evidence.ts';
import { systemOf, useFinding } from '../uses.ts';

const none: readonly Finding[] = [];

/** A call to a system that policy maps, with a token that is not for it (RFC 9068 section 4, V20). */
export function judgeUse(action: ActionView, policy: Policy): readonly Finding[] {
  const { token } = action;
  if (token === undefined || policy.audiences.length === 0) return none;
  const aud = audienceOf(token, action);
  const system = systemOf(action);
  if (aud === undefined || system === undefined) return none;
  const { addressed, accepted } = addressing(aud, system, policy);
  if (addressed !== 'no') return none;
  return [
    useFinding({ action, token, policy }, 'used-outside-audience', {
      pages: true,
      says: `at ${system} with a token that is not for it`,
      evidence: { system, audience: sample(aud), accepted: sample(accepted) },
    }),
  ];
}
