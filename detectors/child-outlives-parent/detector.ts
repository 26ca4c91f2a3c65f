import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { OutlivesConfig } from './bounds.ts';
import { judgeMint } from './mint.ts';
import { judgeUse } from './use.ts';

/** Finds tokens that live, or are used, longer than what they were derived from. */
export const childOutlivesParent: Detector<OutlivesConfig> = {
  id: 'child-outlives-parent',
  version: 1,
  title: 'A token lives longer than what it was derived from',
  // RFC 8693 does not forbid it, and the transaction token draft allows it: to be judged where it is deployed.
  maturity: 'shadow',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R24'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.refreshed', 'tool.invoked', 'api.called'],
    fields: ['token', 'parents', 'previous', 'iat', 'exp', 'nbf', 'tokenKind', 'grant'],
    optional: ['call'],
  },
  frameworks: frameworks({
    nhi: [7],
    asi: [3],
    attack: ['T1550.001'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-05', 'PR.AA-01'],
    tenets: ['session', 'evaluated'],
    pages: ['P1', 'P2'],
  }),
  config: OutlivesConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting, config) {
    if (sighting.on === 'token') return judgeMint(sighting.token, sighting.policy, config);
    if (sighting.on === 'action') return judgeUse(sighting.action, sighting.policy, config);
    return [];
  },
};
