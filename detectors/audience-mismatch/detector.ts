import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { judgeMint, judgeRefusal } from './mint.ts';
import { judgePassage } from './passthrough.ts';
import { judgeUse } from './use.ts';

const AudienceConfig = z.strictObject({});
type AudienceConfig = z.infer<typeof AudienceConfig>;

/** Fires when a token works at a system that it is not for, or is minted for one that its holder may not ask for. */
export const audienceMismatch: Detector<AudienceConfig> = {
  id: 'audience-mismatch',
  version: 1,
  title: 'A token was used or minted for a system that it is not meant for',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R28', 'V06', 'V20', 'V34', 'V41'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.rejected', 'tool.invoked', 'api.called'],
    fields: [
      'token',
      'aud',
      'presented',
      'target.system',
      'tool.server',
      'httpRequestId',
      'requestedAudience',
    ],
    optional: ['call', 'token'],
    policyOptional: ['audiences'],
  },
  frameworks: frameworks({
    nhi: [9, 4],
    asi: [3, 7],
    attack: ['T1550.001', 'T1528'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-05', 'PR.AA-04'],
    tenets: ['session', 'evaluated'],
    pages: ['P4'],
  }),
  config: AudienceConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting) {
    if (sighting.on === 'action') return judgeUse(sighting.action, sighting.policy);
    if (sighting.on !== 'token') return [];
    const { token, policy } = sighting;
    if (token.aud === undefined && token.uses.length < 2 && token.rejections.length === 0) return [];
    const atMint = [judgeMint(token, policy), judgeRefusal(token)];
    return [...atMint.filter((finding) => finding !== undefined), ...judgePassage(token, policy)];
  },
};
