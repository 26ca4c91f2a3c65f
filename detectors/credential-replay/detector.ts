import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import { frameworks } from '../frameworks.ts';
import { judgeUses } from './count.ts';
import { judgeRedemptions, judgeRefreshes } from './redeem.ts';
import { judgeRefusals } from './refused.ts';

const ReplayConfig = z.strictObject({
  /** Kinds of grant that are good once, whether or not their issuer says so. */
  oneTimeKinds: z
    .array(z.string().min(1).max(512))
    .max(64)
    .default([
      'authorization_code',
      '*:authorization_code',
      'id-jag',
      '*:id-jag',
      'jwt_grant',
      '*:jwt_grant',
    ]),
});
type ReplayConfig = z.infer<typeof ReplayConfig>;

/** Fires when a credential that is good once, or a few times, works once more. */
export const credentialReplay: Detector<ReplayConfig> = {
  id: 'credential-replay',
  version: 1,
  title: 'A credential worked more often than it may',
  maturity: 'live',
  // Uses and mints only grow in number.
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R28', 'R62', 'V28', 'V35', 'V38'],
  requires: {
    events: [
      'token.issued',
      'token.exchanged',
      'token.refreshed',
      'token.rejected',
      'tool.invoked',
      'api.called',
    ],
    fields: ['token', 'maxUses', 'parents', 'previous', 'family', 'iat', 'reason', 'httpRequestId'],
    optional: ['call'],
  },
  frameworks: frameworks({
    nhi: [9, 2, 7],
    asi: [3],
    attack: ['T1550.001', 'T1528'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-05', 'PR.AA-04'],
    tenets: ['session', 'evaluated'],
    pages: ['P4', 'P5'],
  }),
  config: ReplayConfig,
  looksAt: ['token'],

  evaluate(sighting, { oneTimeKinds }) {
    if (sighting.on !== 'token') return [];
    const { token, policy } = sighting;
    if (token.maxUses === undefined && token.childCount < 2 && token.rejections.length === 0) return [];
    const alerts = [
      judgeUses(token, policy),
      judgeRedemptions(token, oneTimeKinds),
      judgeRefreshes(token, policy),
    ];
    const found = alerts.filter((finding) => finding !== undefined);
    const refused = judgeRefusals(token);
    // A replay that worked says more than one that did not.
    return refused === undefined || found.some(({ fact }) => fact === refused.fact)
      ? found
      : [...found, refused];
  },
};
