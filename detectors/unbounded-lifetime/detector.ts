import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { LifetimeConfig } from './config.ts';
import { judgeMint } from './mint.ts';
import { judgeUse } from './standing.ts';

/** Fires when authority has no end, one too far away, or one that nobody ever made: a static key grown old. */
export const unboundedLifetime: Detector<LifetimeConfig> = {
  id: 'unbounded-lifetime',
  version: 1,
  title: 'A credential never expires, or lives longer than it may',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R16', 'R37', 'R65'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.refreshed', 'tool.invoked', 'api.called'],
    fields: ['token', 'tokenKind', 'iat', 'exp', 'actor', 'act', 'parents'],
    optional: ['call'],
  },
  frameworks: frameworks({
    nhi: [7],
    asi: [3],
    attack: ['T1550.001', 'T1078.004', 'T1552.001'],
    atlas: ['AML.T0091.000', 'AML.T0055'],
    csf: ['PR.AA-01', 'PR.AA-05'],
    tenets: ['session'],
    pages: ['P1', 'P2'],
  }),
  config: LifetimeConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting, config) {
    if (sighting.on === 'token') return judgeMint(sighting.token, sighting.policy, config);
    if (sighting.on === 'action') return judgeUse(sighting.action, sighting.policy, config);
    return [];
  },
};
