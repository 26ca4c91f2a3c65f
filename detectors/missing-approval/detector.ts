import * as z from 'zod';
import type { ActionView, ChainView, PeopleView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { principalKinds } from '../../src/domain/event/index.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import type { Consent } from '../approvals.ts';
import { type Judged, judgedActions } from '../approvals-of-chain.ts';
import { isMachineIn } from '../approvers.ts';
import { placeOf, severityOfDeed, tookEffect } from '../deed.ts';
import { instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf, type Told } from '../offences.ts';

const MissingConfig = z.strictObject({
  /** Whose word counts: a person's, and that of systems which speak for persons. */
  approvers: z.array(z.enum(principalKinds)).min(1).default(['human', 'unknown', 'service', 'system']),
});
type MissingConfig = z.infer<typeof MissingConfig>;

/** Fires when something was done that policy wants approved first, and nobody had. */
export const missingApproval: Detector<MissingConfig> = {
  id: 'missing-approval',
  version: 1,
  title: 'Something was done that nobody had approved',
  maturity: 'live',
  // An approval that was given in time may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R20', 'R29', 'R43', 'R52', 'R55', 'R58', 'R64'],
  requires: {
    events: ['approval.granted', 'tool.invoked', 'api.called', 'system.changed'],
    fields: ['approvalId', 'approver', 'binds', 'txn', 'facts'],
    optional: ['approval'],
    policy: ['approvals.required'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [2, 9],
    attack: ['T1548.005', 'T1562'],
    atlas: ['AML.T0053', 'AML.T0081'],
    csf: ['PR.AA-05'],
    tenets: ['session', 'policy'],
    pages: ['P3', 'P4'],
  }),
  config: MissingConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.chain.platform) return [];
    const { chain, people, policy } = sighting;
    const judged = judgedActions(chain, people, policy).filter(({ action }) => tookEffect(action));
    if (judged.length === 0) return [];
    const isTold = consequences(judged);
    return fold(
      chain,
      policy,
      judged.flatMap((one) => (isTold(one) ? [] : offence(one, { chain, people, policy, config }))),
    );
  },
};

interface Case {
  readonly chain: ChainView;
  readonly people: PeopleView;
  readonly policy: Policy;
  readonly config: MissingConfig;
}

function offence(judged: Judged, of: Case): readonly Offence[] {
  const { action, consent, isRequired } = judged;
  if (consent.is === 'late') return [afterwards(judged, consent, of)];
  if (!isRequired) return [];
  if (consent.is === 'none') {
    return [never(action, of, 'which nobody had approved', { approval: action.approvalId ?? null })];
  }
  if (consent.is !== 'good') return [];
  const { approval, grant } = consent.agreed;
  const { by } = grant;
  if (by === undefined || of.config.approvers.includes(by.kind)) return [];
  // Whoever approves what it does itself is a finding of its own.
  if (isMachineIn(of.chain, by, of.people)) return [];
  const says = `which only ${principalLabel(by)} had approved, and that is no person`;
  return [never(action, of, says, { approval: approval.id, approver: by.id }, [grant.eventId])];
}

function never(
  action: ActionView,
  { policy }: Case,
  says: string,
  evidence: Told['evidence'],
  because: readonly string[] = [],
): Offence {
  return {
    action,
    fact: 'never-approved',
    kind: 'alert',
    severity: severityOfDeed(action, policy),
    tell: () => ({
      title: `${doerLabel(action)} did ${deedLabel(action)}, ${says}`,
      evidence: { ...shownOf(action, policy), ...evidence },
      because,
    }),
    exonerable: true,
  };
}

/** Without a row of policy it is only the action's own claim that it needs the approval. */
function afterwards(
  { action, isRequired }: Judged,
  { agreed }: Extract<Consent, { is: 'late' }>,
  { policy }: Case,
): Offence {
  const { approval, grant } = agreed;
  const afterSeconds = (grant.atMs - action.atMs) / 1000;
  return {
    action,
    fact: 'approved-afterwards',
    kind: isRequired ? 'alert' : 'signal',
    severity: isRequired ? severityOfDeed(action, policy) : 'low',
    tell: () => ({
      title: `${doerLabel(action)} did ${deedLabel(action)}, which was approved ${Math.round(afterSeconds)} s later`,
      evidence: {
        ...shownOf(action, policy),
        approval: approval.id,
        approver: grant.by?.id ?? null,
        approvedAt: instant(grant.atMs),
        afterSeconds,
      },
      because: [grant.eventId],
    }),
    exonerable: true,
  };
}

/** What a system tells of a call that needed the approval itself says nothing new. */
function consequences(judged: readonly Judged[]): (one: Judged) => boolean {
  const calls = judged
    .filter(({ action, isRequired }) => isRequired && action.kind !== 'change')
    .map(({ action }) => action);
  const requests = new Set(calls.flatMap(({ httpRequestIds }) => httpRequestIds));
  const places = new Set(calls.map(placeOf));
  return ({ action }) => {
    if (action.kind !== 'change') return false;
    return places.has(placeOf(action)) || action.httpRequestIds.some((id) => requests.has(id));
  };
}
