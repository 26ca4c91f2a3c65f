import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { crossedDomain, crossedTenant, usedAcrossTenants } from './crossing.ts';
import { untrustedParent, untrustedUse } from './issuer.ts';
import { untrustedRoot } from './root.ts';

const BoundaryConfig = z.strictObject({});

/** Fires when authority comes from, or goes to, where policy or tenancy ends it. */
export const trustBoundary: Detector<z.infer<typeof BoundaryConfig>> = {
  id: 'trust-boundary',
  version: 1,
  title: 'Authority crossed a boundary of trust',
  maturity: 'live',
  // A chain may yet turn out to begin further up; the others act at once.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R41', 'V43'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'tool.invoked', 'api.called'],
    fields: ['token', 'parents', 'grant', 'subject', 'actor'],
    optional: ['call', 'token'],
    policyOptional: ['trust.domains', 'trust.issuers', 'trust.roots'],
  },
  frameworks: frameworks({
    nhi: [3, 8],
    asi: [3, 4, 7],
    attack: ['T1199', 'T1484.002', 'T1606'],
    atlas: ['AML.T0012', 'AML.T0091.000'],
    csf: ['GV.SC-07', 'PR.AA-04', 'PR.AA-05'],
    tenets: ['policy', 'evaluated'],
    pages: ['P2', 'P4'],
  }),
  config: BoundaryConfig,
  looksAt: ['token', 'action', 'chain'],

  evaluate(sighting) {
    const { policy } = sighting;
    const found =
      sighting.on === 'token'
        ? [untrustedParent, crossedDomain, crossedTenant].map((judge) => judge(sighting.token, policy))
        : sighting.on === 'action'
          ? [untrustedUse, usedAcrossTenants].map((judge) => judge(sighting.action, policy))
          : sighting.on === 'chain'
            ? [untrustedRoot(sighting.chain, policy)]
            : [];
    return found.filter((finding) => finding !== undefined);
  },
};
