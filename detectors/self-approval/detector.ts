import * as z from 'zod';
import type { ActionView, ChainView, PeopleView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { wordsOf } from '../../src/domain/effect.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { patterns } from '../../src/domain/policy/primitives.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import type { Agreed } from '../approval-uses.ts';
import { type Judged, judgedActions } from '../approvals-of-chain.ts';
import { isMachineIn } from '../approvers.ts';
import { placesOf } from '../bindings.ts';
import { isNamedBy, severityOfDeed, tookEffect } from '../deed.ts';
import { clocksOf, instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf } from '../offences.ts';

const SelfConfig = z.strictObject({
  /** Actions that whoever asked for them may also confirm, although policy wants them approved. */
  ownConfirmation: patterns.default([]),
});
type SelfConfig = z.infer<typeof SelfConfig>;

/** Fires when whoever asked for an action, or does it, is also the one who approved it. */
export const selfApproval: Detector<SelfConfig> = {
  id: 'self-approval',
  version: 1,
  title: 'An approval was given by one of those who needed it',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R29'],
  requires: {
    events: ['approval.requested', 'approval.granted', 'request.received', 'tool.invoked', 'api.called'],
    fields: ['approver', 'requester', 'initiator', 'actor', 'approvalId', 'binds'],
    optional: ['request'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [3, 9],
    attack: ['T1548.005', 'T1562'],
    atlas: ['AML.T0053', 'AML.T0081'],
    csf: ['PR.AA-05'],
    tenets: ['policy', 'evaluated'],
    pages: ['P3'],
  }),
  config: SelfConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.chain.platform || sighting.chain.approvals.length === 0)
      return [];
    const { chain, people, policy } = sighting;
    const of = { chain, people, policy, config };
    return fold(
      chain,
      policy,
      judgedActions(chain, people, policy).flatMap((judged) => offence(judged, of)),
    );
  },
};

interface Case {
  readonly chain: ChainView;
  readonly people: PeopleView;
  readonly policy: Policy;
  readonly config: SelfConfig;
}

function offence(judged: Judged, of: Case): readonly Offence[] {
  const { action, consent, claim, isRequired } = judged;
  if (!tookEffect(action) || (consent.is !== 'good' && consent.is !== 'flawed')) return [];
  const { agreed } = consent;
  const approver = agreed?.grant.by;
  if (agreed === undefined || approver === undefined) return [];
  if (!isRequired && claim?.id !== agreed.approval.id) return [];
  const through = (agent: Principal) => [told(action, agreed, approver, of, 'delegate', agent)];
  if (isMachineIn(of.chain, approver, of.people)) return through(approver);
  const role = roleOf(approver, judged, agreed, of);
  if (role !== undefined) return [told(action, agreed, approver, of, role)];
  const agent = approvingAgent(agreed, of);
  return agent === undefined ? [] : through(agent);
}

/** What the approver was to the action beside approving it. */
function roleOf(
  approver: Principal,
  { action, isRequired }: Judged,
  { approval, grant }: Agreed,
  { chain, people, config }: Case,
): 'actor' | 'requester' | 'initiator' | undefined {
  const is = (other: Principal | undefined) => other !== undefined && people.same(approver, other);
  if (is(action.actor)) return 'actor';
  if (is(grant.requester) || approval.requests.some(({ by }) => is(by))) return 'requester';
  // People confirm what their own agents do all day; where policy wants an approval it wants another person's.
  if (!isRequired || isNamedBy(config.ownConfirmation, action)) return undefined;
  const root = chain.rootToken?.subject;
  const initiators = [chain.initiator, ...chain.requests.map(({ initiator }) => initiator), root];
  return initiators.some(is) ? 'initiator' : undefined;
}

/** An agent of the chain that gave the approval in the approver's name. */
function approvingAgent(agreed: Agreed, { chain, policy }: Case): Principal | undefined {
  const byMs = agreed.grant.atMs + clocksOf(policy).skewMs;
  return chain.actions.find((one) => one.atMs <= byMs && tookEffect(one) && isApproving(one, agreed))?.actor;
}

/** An agent's call that approves this very approval. */
function isApproving(action: ActionView, { approval }: Agreed): boolean {
  const { actor, approvalId, details } = action;
  if (actor === undefined || (actor.kind !== 'agent' && actor.kind !== 'orchestrator')) return false;
  if (![approvalId, details.record, ...placesOf(action)].includes(approval.id)) return false;
  return wordsOf(action.action).includes('approve');
}

function told(
  action: ActionView,
  { approval, grant }: Agreed,
  approver: Principal,
  { policy }: Case,
  role: string,
  delegate?: Principal,
): Offence {
  const who = principalLabel(approver);
  const by =
    delegate === undefined
      ? `its own ${role} ${who}`
      : delegate === approver
        ? `${who}, which acts in the chain itself`
        : `${who} through ${principalLabel(delegate)}`;
  return {
    action,
    fact: delegate === undefined ? 'approved-own-request' : 'approved-through-delegate',
    kind: 'alert',
    severity: severityOfDeed(action, policy),
    tell: () => ({
      title: `${doerLabel(action)} did ${deedLabel(action)}, approved by ${by}`,
      evidence: {
        ...shownOf(action, policy),
        approval: approval.id,
        approver: approver.id,
        approvedAt: instant(grant.atMs),
        role,
        delegate: delegate?.id ?? null,
      },
      because: [grant.eventId, ...approval.requests.map(({ eventId }) => eventId)],
    }),
  };
}
