import * as z from 'zod';
import type { Detector } from '../../src/domain/detector.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Consent, Flaw } from '../approvals.ts';
import { type Judged, judgedActions } from '../approvals-of-chain.ts';
import { severityOfDeed, tookEffect } from '../deed.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf } from '../offences.ts';

const MisuseConfig = z.strictObject({});

const says: { readonly [is in Flaw['is']]: string } = {
  'approval-denied': 'although that had been refused',
  'approval-withdrawn': 'on an approval that had been withdrawn',
  'approval-expired': 'on an approval that had expired',
  'other-actor': 'on an approval that was given to somebody else',
  'other-target': 'on an approval for another target',
  'other-arguments': 'on an approval for other arguments',
  'other-facts': 'beyond what had been approved',
  'approval-reused': 'on an approval that had been used up',
};

/** Fires when an action rests on an approval that was not given for it, or is no longer good. */
export const approvalMisuse: Detector<z.infer<typeof MisuseConfig>> = {
  id: 'approval-misuse',
  version: 1,
  title: 'An approval was used for what it was not given for',
  maturity: 'live',
  // A fresh approval of the same deed may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R19', 'R24', 'R29', 'R50', 'R58', 'V22'],
  requires: {
    events: [
      'approval.granted',
      'approval.denied',
      'approval.expired',
      'approval.withdrawn',
      'tool.invoked',
      'api.called',
      'system.changed',
    ],
    fields: ['approvalId', 'binds', 'exp', 'maxUses', 'argsHash', 'facts', 'txn'],
  },
  frameworks: frameworks({
    nhi: [5, 9],
    asi: [2, 9],
    attack: ['T1548.005', 'T1562', 'T1565.001'],
    atlas: ['AML.T0053', 'AML.T0081'],
    csf: ['PR.AA-05'],
    tenets: ['session', 'evaluated'],
    pages: ['P2', 'P4'],
  }),
  config: MisuseConfig,
  looksAt: ['chain'],

  evaluate(sighting) {
    if (sighting.on !== 'chain' || sighting.chain.platform || sighting.chain.approvals.length === 0)
      return [];
    const { chain, people, policy } = sighting;
    return fold(
      chain,
      policy,
      judgedActions(chain, people, policy).flatMap((judged) => offence(judged, policy)),
    );
  },
};

function offence(judged: Judged, policy: Policy): readonly Offence[] {
  const { action, consent, claim } = judged;
  if (consent.is !== 'flawed' || action.platform || action.outcome === 'failed') return [];
  if (!rests(judged, consent)) return [];
  const { approval, agreed, flaw } = consent;
  const done = tookEffect(action);
  const pages = done && !flaw.isDoubtful;
  const verb = done ? 'did' : 'tried';
  return [
    {
      action,
      fact: flaw.is,
      kind: pages ? 'alert' : 'signal',
      severity: pages ? severityOfDeed(action, policy) : 'low',
      tell: () => ({
        title: `${doerLabel(action)} ${verb} ${deedLabel(action)} ${says[flaw.is]}`,
        evidence: {
          ...shownOf(action, policy),
          approval: approval.id,
          claimed: claim?.id === approval.id,
          approver: agreed?.grant.by?.id ?? null,
          ...flaw.evidence,
        },
        because: [...flaw.because, ...(agreed === undefined ? [] : [agreed.grant.eventId])],
      }),
      // What is claimed and used up no other approval mends; all else a fresh one may, if it comes late.
      exonerable: !(flaw.is === 'approval-reused' && claim?.id === approval.id),
    },
  ];
}

/** It claims the approval, or policy asks for one, or a person refused exactly this. */
function rests({ claim, isRequired }: Judged, consent: Extract<Consent, { is: 'flawed' }>): boolean {
  return isRequired || claim?.id === consent.approval.id || consent.agreed === undefined;
}
