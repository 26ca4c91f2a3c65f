import * as z from 'zod';
import type { ActionView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding, Json } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { doerOf, namedEvidence, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { deedOf, eventIds } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { crossedEnvironments } from './crossed.ts';
import { type Breach, changeFreeze, notAllowed, outsideWindow } from './rules.ts';

const EnvironmentConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when somebody acts in an environment, or at a time, that policy keeps closed to them. */
export const environmentBoundary: Detector<z.infer<typeof EnvironmentConfig>> = {
  id: 'environment-boundary',
  version: 1,
  title: 'An environment was entered by somebody, or changed at a time, that policy does not allow',
  maturity: 'live',
  // Who, where and when are members of the action itself.
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R30', 'R44', 'R63', 'R69'],
  requires: {
    events: ['tool.invoked', 'api.called', 'system.changed', 'token.issued'],
    fields: ['facts.environment', 'actor', 'token', 'effect'],
    optional: ['token'],
    policyOptional: ['changeFreezes', 'environments'],
  },
  frameworks: frameworks({
    nhi: [8, 5],
    asi: [2, 3],
    attack: ['T1078.004'],
    atlas: ['AML.T0053'],
    csf: ['PR.AA-05', 'PR.PS-01'],
    tenets: ['policy', 'session'],
    pages: ['P1', 'P3', 'P5'],
  }),
  config: EnvironmentConfig,
  looksAt: ['action'],

  evaluate(sighting) {
    if (sighting.on !== 'action') return none;
    const { action, people, policy } = sighting;
    const { environment } = action.details;
    if (environment === undefined) return none;
    const breaches = [
      notAllowed(action, environment, policy, people),
      outsideWindow(action, environment, policy),
      changeFreeze(action, environment, policy),
      crossedEnvironments(action, environment, policy),
    ].filter((breach) => breach !== undefined);
    return breaches.map((breach) => found(action, breach, environment, policy));
  },
};

function found(action: ActionView, breach: Breach, environment: string, policy: Policy): Finding {
  const { token } = action;
  const done = tookEffect(action);
  const pages = done && !breach.isSignal;
  const evidence: { readonly [key: string]: Json } = {
    ...namedEvidence(action, policy),
    environment,
    ...breach.evidence,
  };
  return {
    subject: doerOf(action),
    fact: breach.fact,
    kind: pages ? 'alert' : 'signal',
    severity: pages ? severityOfDeed(action, policy) : 'low',
    title: `${whoDid(action)} ${done ? 'did' : 'tried'} ${deedOf(action)} in ${environment}, ${breach.says}`,
    atMs: action.atMs,
    evidence,
    eventIds: eventIds(action.eventIds, breach.because ?? [], token?.eventIds ?? []),
    ...(token === undefined ? {} : { revoke: token.ref }),
    ...(breach.linkLevel === undefined ? {} : { linkLevel: breach.linkLevel }),
  };
}
