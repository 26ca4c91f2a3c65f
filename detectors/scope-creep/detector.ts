import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { createScopeAlgebras, isPlainlyHeld } from '../../src/domain/scope/index.ts';
import { frameworks } from '../frameworks.ts';
import { gained, probed } from './drift.ts';
import { unverifiable } from './unverifiable.ts';
import { useBeyondScope } from './use.ts';
import { WeightConfig } from './weight.ts';

const none: readonly Finding[] = [];

/**
 * Fires when a delegated token can do something that its ancestors could not, or is used for what it does not hold.
 * Made rather than stated, because it remembers comparisons of scopes.
 */
export function createScopeCreep(): Detector<WeightConfig> {
  const algebraOf = createScopeAlgebras();
  return {
    id: 'scope-creep',
    version: 2,
    title: 'A delegated token gained or used authority that nobody above it held',
    maturity: 'live',
    // Facts that a later link or issuance could exonerate carry their grace; the others act at once.
    nature: 'exonerable',
    basis: 'deterministic',
    severity: 'critical',
    covers: ['R23', 'R30', 'V05', 'V22'],
    requires: {
      events: ['token.issued', 'token.exchanged', 'token.refreshed', 'tool.invoked', 'api.called'],
      fields: [
        ...['token', 'parents', 'scope', 'requestedScope', 'authorizationDetails', 'aud', 'family'],
        ...['tool.name', 'target.system', 'action', 'effect'],
      ],
      optional: ['call'],
    },
    frameworks: frameworks({
      nhi: [5],
      asi: [3],
      attack: ['T1098.003', 'T1548.005'],
      atlas: ['AML.T0053'],
      csf: ['PR.AA-05'],
      tenets: ['session', 'policy'],
      pages: ['P1', 'P2', 'P3'],
    }),
    config: WeightConfig,
    looksAt: ['token', 'action'],

    evaluate(sighting, config) {
      const { policy } = sighting;
      const algebra = algebraOf(policy);
      if (sighting.on === 'action') return given(useBeyondScope(sighting.action, policy, algebra, config));
      if (sighting.on !== 'token') return none;
      const { token } = sighting;
      if (token.requestedScope === undefined && isPlainlyHeld(token, algebra)) return none;
      return given(
        gained(token, policy, algebra, config),
        probed(token, policy, algebra, config),
        unverifiable(token, policy, algebra),
      );
    },
  };
}

function given(...found: readonly (Finding | undefined)[]): readonly Finding[] {
  const findings = found.filter((finding) => finding !== undefined);
  return findings.length === 0 ? none : findings;
}
