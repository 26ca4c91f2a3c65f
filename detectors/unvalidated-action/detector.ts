import * as z from 'zod';
import type { ActionView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding, Json } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { doerOf, isNamedBy, namedEvidence, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { clocksOf, deedOf, eventIds } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { decisionsBy, judgeDecision } from './decided.ts';
import { judgeFreshness } from './fresh.ts';
import type { Breach, Seen } from './types.ts';

const ValidationConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when something was done without, against or beyond the check that policy asks for. */
export const unvalidatedAction: Detector<z.infer<typeof ValidationConfig>> = {
  id: 'unvalidated-action',
  version: 1,
  title: 'An action was not checked as policy asks, or was done against the check',
  maturity: 'live',
  // A decision or an introspection may be reported later than the action.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R19', 'R36', 'R43', 'R45', 'R47', 'R48', 'R68'],
  requires: {
    events: ['policy.decision', 'token.introspected', 'token.issued', 'tool.invoked', 'api.called'],
    fields: ['subject', 'action', 'resource', 'decision', 'active', 'iat', 'facts'],
    optional: ['decision', 'token'],
    policyOptional: ['validation'],
  },
  frameworks: frameworks({
    nhi: [4, 5],
    asi: [2, 3],
    attack: ['T1548', 'T1078.004'],
    atlas: ['AML.T0053'],
    csf: ['PR.AA-05', 'PR.AA-03'],
    tenets: ['evaluated', 'policy'],
    pages: ['P1', 'P2', 'P3'],
  }),
  config: ValidationConfig,
  looksAt: ['chain'],

  evaluate(sighting) {
    if (sighting.on !== 'chain' || sighting.chain.platform) return none;
    const { chain, policy } = sighting;
    if (policy.validation.length === 0 && chain.decisions.length === 0) return none;
    const decisions = decisionsBy(chain);
    const found = new Map<string, Finding>();
    for (const action of chain.actions) {
      if (!tookEffect(action)) continue;
      const seen: Seen = { ...sighting, action };
      const rows = rowsFor(action, policy);
      const breaches = [judgeDecision(seen, decisions, rows), judgeFreshness(seen, rows)];
      for (const breach of breaches) {
        if (breach === undefined) continue;
        const one = finding(action, breach, policy);
        // The first of many with one credential stands for them; one that pages goes before one that does not.
        const key = JSON.stringify([one.subject.key, one.fact]);
        const before = found.get(key);
        if (before === undefined || (before.kind === 'signal' && one.kind === 'alert')) found.set(key, one);
      }
    }
    return [...found.values()];
  },
};

/** Rows of policy that ask for a check of the action; one for certain environments wants to know which it is. */
function rowsFor(action: ActionView, policy: Policy): Policy['validation'] {
  const { environment } = action.details;
  return policy.validation.filter(
    ({ actions, environments }) =>
      isNamedBy(actions, action) &&
      (environments === undefined || (environment !== undefined && matchesAny(environments, environment))),
  );
}

function finding(action: ActionView, breach: Breach, policy: Policy): Finding {
  const { token } = action;
  const evidence: { readonly [key: string]: Json } = {
    ...namedEvidence(action, policy),
    ...breach.evidence,
  };
  return {
    subject: doerOf(action),
    fact: breach.fact,
    kind: breach.isSignal ? 'signal' : 'alert',
    severity: breach.isSignal ? 'low' : severityOfDeed(action, policy),
    title: `${whoDid(action)} did ${deedOf(action)}, ${breach.says}`,
    atMs: action.atMs,
    evidence,
    eventIds: eventIds(action.eventIds, breach.because ?? [], token?.eventIds ?? []),
    settlesAtMs: action.atMs + clocksOf(policy).latenessMs,
    ...(breach.isDeferred ? { deferred: true as const } : {}),
    shownBy: action.id,
    ...(token === undefined || token.standing ? {} : { revoke: token.ref }),
  };
}
