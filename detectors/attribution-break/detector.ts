import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny } from '../../src/domain/policy.ts';
import { frameworks } from '../frameworks.ts';
import { brokenHistory, unobservedActor } from './actors.ts';
import { AttributionConfig } from './config.ts';
import { swappedSubject } from './subject.ts';

const none: readonly Finding[] = [];

/** Fires when a token tells another story of who delegated and who acted than the tokens from which it was made. */
export const attributionBreak: Detector<AttributionConfig> = {
  id: 'attribution-break',
  version: 1,
  title: 'A token tells another story of who delegated and acted than its lineage',
  maturity: 'live',
  // Two names may yet be linked to one party.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R06', 'R41', 'V09', 'V10', 'V32'],
  requires: {
    events: ['token.issued', 'token.exchanged'],
    fields: ['token', 'parents', 'act', 'actor', 'subject'],
  },
  frameworks: frameworks({
    nhi: [4, 9],
    asi: [3, 7],
    attack: ['T1134', 'T1656'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-04', 'PR.AA-05'],
    tenets: ['evaluated', 'telemetry'],
    pages: ['P4'],
  }),
  config: AttributionConfig,
  looksAt: ['token'],

  evaluate(sighting, config) {
    if (sighting.on !== 'token') return none;
    const { token } = sighting;
    const { parent, grant } = token;
    if (parent === undefined || !token.issued || !parent.issued) return none;
    if (grant === undefined || !matchesAny(config.grants, grant)) return none;
    const hop = { ...sighting, parent, config };
    return [brokenHistory(hop), unobservedActor(hop), swappedSubject(hop)].filter(
      (finding) => finding !== undefined,
    );
  },
};
