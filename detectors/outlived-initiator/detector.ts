import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { frameworks } from '../frameworks.ts';
import { outlivedByChain } from './chain.ts';
import { judgeMint } from './mint.ts';
import { judgeUse } from './use.ts';

const OutlivedConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when a chain goes on although whoever set it in motion, or whoever acts in it, is gone. */
export const outlivedInitiator: Detector<z.infer<typeof OutlivedConfig>> = {
  id: 'outlived-initiator',
  version: 1,
  title: 'A chain goes on although its initiator or its agent lost their authority',
  maturity: 'live',
  // What gave the authority back may be reported later than what took it.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R19', 'R26', 'R65', 'R71', 'V30', 'V31'],
  requires: {
    events: ['identity.changed', 'token.issued', 'token.exchanged', 'tool.invoked', 'api.called'],
    fields: ['principal', 'change', 'session', 'token', 'subject', 'actor', 'parents'],
    optional: ['call', 'token'],
  },
  frameworks: frameworks({
    nhi: [1, 7],
    asi: [3, 10],
    attack: ['T1078.004', 'T1550.001'],
    atlas: ['AML.T0012'],
    csf: ['PR.AA-01', 'PR.AA-05'],
    tenets: ['evaluated', 'session'],
    pages: ['P1', 'P2', 'P5'],
  }),
  config: OutlivedConfig,
  looksAt: ['token', 'action', 'chain'],

  evaluate(sighting) {
    if (sighting.on === 'action') return judgeUse(sighting);
    if (sighting.on === 'token') return judgeMint(sighting);
    if (sighting.on === 'chain') return outlivedByChain(sighting);
    return none;
  },
};
