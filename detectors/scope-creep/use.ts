import type { ActionView } from '../../src/domain/chain.ts';
import { changes, effectOf } from '../../src/domain/effect.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { grantWeight, type ScopeAlgebra } from '../../src/domain/scope/index.ts';
import { actorOf, deedOf, eventIds, sample, tokenSubject, wentThrough } from '../evidence.ts';
import { severityOf, type WeightConfig } from './weight.ts';

/** An action that needs a grant which its token lacks, although the token does hold grants of that namespace. */
export function useBeyondScope(
  action: ActionView,
  policy: Policy,
  algebra: ScopeAlgebra,
  config: WeightConfig,
): Finding | undefined {
  const { token, needs } = action;
  if (token === undefined || needs === undefined) return undefined;
  const scope = token.scope ?? action.presented?.scope;
  if (scope === undefined || scope.includes(needs)) return undefined;
  const namespace = action.kind === 'tool' ? 'tool:' : `${action.target?.system ?? ''}:`;
  const held = scope.filter((grant) => grant.startsWith(namespace));
  if (held.length === 0) return undefined;
  // Of one unknown issuer it is still one issuer: what it wrote on the token is compared with what it would write.
  const { issuer = '', aud, grant, parent } = token;
  const authority = algebra.authorityOf({ issuer, aud, grant, parent, scope });
  if (algebra.covers(authority, authority, needs) !== 'no') return undefined;

  const effect = effectOf(action.effect, needs, action.action, policy);
  const isChange = changes(effect);
  const done = wentThrough(action);
  const weight = grantWeight(needs, config.weights, policy.scopeWeights, effect);
  const verb = done ? 'used' : 'tried to use';
  return {
    subject: tokenSubject(token),
    fact: 'use-beyond-scope',
    kind: isChange && done && !action.platform ? 'alert' : 'signal',
    severity: done ? severityOf(weight, config) : 'low',
    title: `${actorOf(action, token)} ${verb} ${deedOf(action)}, which its token does not grant`,
    atMs: action.atMs,
    evidence: {
      needs,
      effect,
      outcome: action.outcome,
      weight,
      held: sample(held),
      heldCount: held.length,
      system: action.target?.system ?? action.tool?.server ?? null,
      resource: action.target?.resource ?? null,
    },
    eventIds: eventIds(action.eventIds, token.eventIds),
    revoke: token.ref,
  };
}
