import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { judgeReturn } from './circle.ts';
import { judgeDepth, judgeReplacements } from './depth.ts';

const DepthConfig = z.strictObject({});
type DepthConfig = z.infer<typeof DepthConfig>;

/** Fires when authority has passed through more hands than policy allows, or goes round in circles. */
export const delegationDepth: Detector<DepthConfig> = {
  id: 'delegation-depth',
  version: 1,
  title: 'Authority passed through more hands than policy allows',
  maturity: 'live',
  // Links and claims only add hands.
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'high',
  covers: ['V14', 'V15', 'V37'],
  requires: {
    events: ['token.issued', 'token.exchanged'],
    fields: ['token', 'parents', 'actor', 'act', 'client', 'tokenKind'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [8, 3],
    attack: ['T1550.001'],
    atlas: ['AML.T0034.002'],
    csf: ['PR.AA-05'],
    tenets: ['session', 'policy'],
    pages: ['P2', 'P3'],
  }),
  config: DepthConfig,
  looksAt: ['token'],

  evaluate(sighting) {
    if (sighting.on !== 'token') return [];
    const { token, people, policy } = sighting;
    if (token.parent === undefined && token.act === undefined) return [];
    return [
      ...judgeDepth(token, people, policy),
      ...judgeReplacements(token, policy),
      ...judgeReturn(token, people),
    ];
  },
};
