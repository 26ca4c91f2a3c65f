import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { ReuseConfig } from './config.ts';
import { judgeMint } from './mint.ts';
import { judgeUse } from './use.ts';

/** Fires when a token works, or gives birth to another one, outside the time for which its authority was given. */
export const reuseAfterExpiry: Detector<ReuseConfig> = {
  id: 'reuse-after-expiry',
  version: 1,
  title: 'A token was used or exchanged outside its lifetime',
  maturity: 'live',
  // What a later answer of the issuer could take back carries its grace; the others act at once.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R27', 'R67', 'V01', 'V07', 'V23', 'V24', 'V44'],
  requires: {
    events: [
      'token.issued',
      'token.exchanged',
      'token.refreshed',
      'token.revoked',
      'token.introspected',
      'tool.invoked',
      'api.called',
    ],
    fields: ['token', 'parents', 'iat', 'exp', 'nbf', 'reason', 'by', 'active', 'presented'],
    optional: ['call', 'token'],
  },
  frameworks: frameworks({
    nhi: [9, 7, 4],
    asi: [3],
    attack: ['T1550.001', 'T1528'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-05', 'PR.AA-04'],
    tenets: ['session', 'evaluated'],
    pages: ['P2', 'P4'],
  }),
  config: ReuseConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting, config) {
    if (sighting.on === 'token') return judgeMint(sighting.token, sighting.policy, config);
    if (sighting.on === 'action') return judgeUse(sighting.action, sighting.policy, config);
    return [];
  },
};
