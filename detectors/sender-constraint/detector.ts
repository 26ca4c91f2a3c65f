import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { judgeMint, SenderConfig } from './mint.ts';
import { judgeKey, judgeProofs } from './use.ts';

/** Fires when a token that is bound to a key works for somebody who does not hold it, or loses its binding. */
export const senderConstraint: Detector<SenderConfig> = {
  id: 'sender-constraint',
  version: 1,
  title: 'A token bound to a key was used without that key',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R28', 'V25', 'V26', 'V27'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'api.called'],
    fields: ['token', 'cnf', 'sender', 'presented', 'parents', 'httpRequestId'],
    optional: ['call', 'token'],
  },
  frameworks: frameworks({
    nhi: [9, 4],
    asi: [3, 7],
    attack: ['T1550.001', 'T1528'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-03', 'PR.AA-04', 'PR.AA-05'],
    tenets: ['communication', 'evaluated'],
    pages: ['P4'],
  }),
  config: SenderConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting, config) {
    if (sighting.on === 'action') return judgeKey(sighting.action, sighting.policy);
    if (sighting.on !== 'token') return [];
    const { token, policy } = sighting;
    return [...judgeMint(token, config), ...(token.uses.length < 2 ? [] : judgeProofs(token, policy))];
  },
};
