import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { effectOf } from '../../src/domain/effect.ts';
import { type Finding, maxSeverity } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { coversScope, dialectOf, driftOf } from '../../src/domain/scope.ts';
import { refLabel } from '../../src/domain/token.ts';
import {
  actorOf,
  clocksOf,
  deedOf,
  eventIds,
  holderOf,
  sample,
  tokenSubject,
  wentThrough,
} from '../evidence.ts';
import { frameworks } from './frameworks.ts';
import { grantWeight, severityOf, WeightConfig } from './weight.ts';

const none: readonly Finding[] = [];

/** Fires when a delegated token can do something that its ancestors could not, or is used for what it does not hold. */
export const scopeCreep: Detector<WeightConfig> = {
  id: 'scope-creep',
  version: 1,
  title: 'A delegated token gained or used authority that nobody above it held',
  maturity: 'live',
  // Facts that a later link or issuance could exonerate carry their grace; the others act at once.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R23', 'R30', 'V05'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.refreshed', 'tool.invoked', 'api.called'],
    fields: ['token', 'parents', 'scope', 'tool.name', 'target.system', 'action', 'effect'],
  },
  frameworks,
  config: WeightConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting, config) {
    if (sighting.on === 'token') return drift(sighting.token, sighting.policy, config);
    if (sighting.on === 'action') return useBeyondScope(sighting.action, sighting.policy, config);
    return none;
  },
};

/** Hop drift against the parent; root drift against an ancestor behind parents of unknown or foreign scope. */
function drift(token: TokenView, policy: Policy, config: WeightConfig): readonly Finding[] {
  const found = driftOf(token, policy);
  if (found === undefined) return none;
  const { added, held, holder, between, issuer } = found;
  // A token of unknown scope may yet be reported by its issuer, and then the drift may be its own.
  const isFinal = between.every((ancestor) => ancestor.token.scope !== undefined);
  const sum = added.reduce((total, grant) => total + grantWeight(grant, config.weights), 0);
  const above =
    between.length === 0 ? 'its parent token' : `${refLabel(holder.token.ref)}, further up its chain,`;
  return [
    {
      subject: tokenSubject(token),
      fact: between.length === 0 ? 'hop-drift' : 'root-drift',
      kind: 'alert',
      // Authority grew where it may only shrink; even a harmless grant is worth a look.
      severity: maxSeverity('medium', severityOf(sum, config)),
      title: `${holderOf(token)} gained ${brief(added)} beyond what ${above} held`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: {
        added: sample(added),
        addedCount: added.length,
        weight: sum,
        held: sample(held),
        heldCount: held.length,
        holder: refLabel(holder.token.ref),
        through: between.map((ancestor) => refLabel(ancestor.token.ref)),
        issuer,
        grant: token.grant ?? null,
        linkLevel: holder.level,
      },
      eventIds: eventIds(token.eventIds, holder.token.eventIds),
      ...(isFinal ? {} : { settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs }),
      revoke: token.ref,
      linkLevel: holder.level,
    },
  ];
}

/** An action that needs a grant which its token lacks, although the token does hold grants of that namespace. */
function useBeyondScope(action: ActionView, policy: Policy, config: WeightConfig): readonly Finding[] {
  const { token, needs } = action;
  if (token === undefined || needs === undefined) return none;
  const scope = token.scope ?? action.presented?.scope;
  if (scope === undefined || scope.includes(needs)) return none;
  const namespace = action.kind === 'tool' ? 'tool:' : `${action.target?.system ?? ''}:`;
  const held = scope.filter((grant) => grant.startsWith(namespace));
  if (held.length === 0) return none;
  if (coversScope(dialectOf(policy, token.issuer ?? ''), scope, needs) !== 'no') return none;

  const effect = effectOf(action.effect, needs, action.action, policy);
  const changes = effect !== 'read' && effect !== 'unknown';
  const done = wentThrough(action);
  const weight = grantWeight(needs, config.weights, effect);
  const verb = done ? 'used' : 'tried to use';
  return [
    {
      subject: tokenSubject(token),
      fact: 'use-beyond-scope',
      kind: changes && done && !action.platform ? 'alert' : 'signal',
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
    },
  ];
}

function brief(grants: readonly string[]): string {
  const shown = grants.slice(0, 3).join(', ');
  return grants.length > 3 ? `${shown} and ${grants.length - 3} more` : shown;
}
