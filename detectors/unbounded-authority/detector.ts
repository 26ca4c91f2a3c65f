import type { ChainView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { rulesFor } from '../agents.ts';
import { isSensitive, nameOf, placeOf, tookEffect } from '../deed.ts';
import { chainSubject, eventIds, holderOf, instant, sample, tokenSubject } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { UnboundedConfig, unboundedGrants } from './grants.ts';

const none: readonly Finding[] = [];

/** Fires when authority was handed on without a boundary around it. */
export const unboundedAuthority: Detector<UnboundedConfig> = {
  id: 'unbounded-authority',
  version: 1,
  title: 'Authority was delegated without a boundary',
  maturity: 'live',
  // Grants of a token and of a chain only become more.
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R18', 'R20', 'R31'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'tool.invoked', 'api.called'],
    fields: ['scope', 'authorizationDetails', 'actor', 'subject', 'parents', 'txn', 'target.system'],
    optional: ['call'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [3, 2],
    attack: ['T1078.004', 'T1098.003'],
    atlas: ['AML.T0012'],
    csf: ['PR.AA-05'],
    tenets: ['session', 'policy'],
    pages: ['P1', 'P3'],
  }),
  config: UnboundedConfig,
  looksAt: ['token', 'chain'],

  evaluate(sighting, config) {
    if (sighting.on === 'token') return ofToken(sighting.token, sighting.policy, config);
    if (sighting.on === 'chain') return accumulated(sighting.chain, sighting.policy);
    return none;
  },
};

function ofToken(token: TokenView, policy: Policy, config: UnboundedConfig): readonly Finding[] {
  const unbounded = unboundedGrants(token, config);
  const grants = token.scope?.length ?? 0;
  if (unbounded.length === 0 && grants < config.broadGrants) return none;
  return [wildcardScope(token, unbounded, policy), beforeBoundaries(token, unbounded, policy)].filter(
    (finding) => finding !== undefined,
  );
}

/** R18: a delegated token that no grant bounds. It pages once it met a sensitive target that nothing else bounds. */
function wildcardScope(token: TokenView, unbounded: readonly string[], policy: Policy): Finding | undefined {
  if (unbounded.length === 0 || !isDelegated(token)) return undefined;
  const agent = token.actor ?? token.subject;
  // Whichever task it is for, policy bounds what the agent reaches.
  const rule = rulesFor(agent, policy).find(({ targets, fields }) => (targets ?? fields) !== undefined);
  const met =
    rule === undefined ? token.uses.find((use) => tookEffect(use) && isSensitive(use, policy)) : undefined;
  const common = {
    subject: tokenSubject(token),
    fact: 'wildcard-scope',
    atMs: met?.atMs ?? token.iatMs ?? token.firstSeenMs,
    evidence: {
      unbounded: sample(unbounded),
      grants: token.scope?.length ?? 0,
      holder: holderOf(token),
      rule: rule?.agent ?? null,
      action: met === undefined ? null : (nameOf(met) ?? met.action),
      target: met === undefined ? null : (placeOf(met) ?? null),
      usedAt: met === undefined ? null : instant(met.atMs),
    },
    eventIds: eventIds(met?.eventIds ?? [], token.eventIds),
    revoke: token.ref,
  };
  const held = `${holderOf(token)} holds ${unbounded.slice(0, 3).join(', ')} in somebody's name`;
  if (met === undefined) return { ...common, kind: 'signal', severity: 'low', title: held };
  return {
    ...common,
    kind: 'alert',
    severity: 'high',
    title: `${held}, and used it on ${placeOf(met)}`,
    shownBy: met.id,
  };
}

/** R20: an agent was given much before anybody said what for: no task, no details, no row in policy. */
function beforeBoundaries(
  token: TokenView,
  unbounded: readonly string[],
  policy: Policy,
): Finding | undefined {
  const agent = token.actor ?? token.subject;
  if (agent?.kind !== 'agent' && agent?.kind !== 'orchestrator') return undefined;
  if (token.txn !== undefined || token.authorizationDetails !== undefined) return undefined;
  if (rulesFor(agent, policy).length > 0) return undefined;
  const grants = token.scope?.length ?? 0;
  return {
    subject: tokenSubject(token),
    fact: 'before-boundaries',
    kind: 'signal',
    severity: 'low',
    title: `${holderOf(token)} holds ${grants} grants, and nothing says for which task`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: { unbounded: sample(unbounded), grants, holder: holderOf(token), agent: agent.id },
    eventIds: eventIds(token.eventIds),
    revoke: token.ref,
  };
}

function isDelegated({ parent, act, actor, subject }: TokenView): boolean {
  if (parent !== undefined || act !== undefined) return true;
  return actor !== undefined && subject !== undefined && actor.id !== subject.id;
}

/** R31: what the tokens of one chain may do together. A standing credential is everybody's ancestor by nature. */
function accumulated(chain: ChainView, policy: Policy): readonly Finding[] {
  if (chain.platform) return none;
  const ceiling = policy.limits.grantsPerChain;
  const tokens = chain.tokens.filter((token) => !token.standing && (token.scope?.length ?? 0) > 0);
  // Cheaper than the set, and no smaller.
  if (tokens.reduce((sum, { scope }) => sum + (scope?.length ?? 0), 0) <= ceiling) return none;
  const grants = new Set<string>();
  // Grants of two issuers are two, whatever they are called.
  for (const { issuer, scope } of tokens) {
    for (const grant of scope ?? []) grants.add(JSON.stringify([issuer ?? null, grant]));
  }
  if (grants.size <= ceiling) return none;
  const last = tokens[tokens.length - 1];
  const root = chain.rootToken;
  return [
    {
      subject: chainSubject(chain),
      fact: 'accumulated',
      kind: 'alert',
      severity: 'high',
      title: `The tokens of one chain hold ${grants.size} grants together, more than the ${ceiling} that policy allows`,
      atMs: last?.iatMs ?? chain.lastEventMs,
      evidence: {
        observed: grants.size,
        ceiling,
        tokens: tokens.length,
        largest: Math.max(...tokens.map(({ scope }) => scope?.length ?? 0)),
        initiator: chain.initiator?.id ?? null,
      },
      eventIds: eventIds(last?.eventIds ?? [], chain.eventIds),
      ...(root === undefined || root.standing ? {} : { revoke: root.ref }),
    },
  ];
}
