import * as z from 'zod';
import type { ApprovalGrant, ApprovalView, ChainView, PrincipalWindow } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalKey, principalLabel } from '../../src/domain/principal.ts';
import { eventIds, instant, sample } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { principalSubject } from '../parties.ts';

const StampConfig = z.strictObject({});

/** Notes when a person approves faster than anybody reads. Never pages: a habit is no offence of one chain. */
export const rubberStamp: Detector<z.infer<typeof StampConfig>> = {
  id: 'rubber-stamp',
  version: 1,
  title: 'A person approves faster than anybody reads',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'medium',
  covers: ['R29'],
  requires: {
    events: ['approval.requested', 'approval.granted'],
    fields: ['approvalId', 'approver'],
  },
  frameworks: frameworks({
    nhi: [5],
    asi: [9],
    attack: ['T1621', 'T1562'],
    atlas: ['AML.T0053'],
    csf: ['PR.AA-05', 'DE.CM-03'],
    tenets: ['evaluated'],
    pages: ['P3'],
  }),
  config: StampConfig,
  looksAt: ['chain', 'principal'],

  evaluate(sighting) {
    if (sighting.on === 'principal') return burst(sighting.window, sighting.policy);
    if (sighting.on === 'chain') return blinks(sighting.chain, sighting.policy);
    return [];
  },
};

/** Machines answer at once, and may. */
function isPerson(principal: Principal | undefined): principal is Principal {
  return principal?.kind === 'human' || principal?.kind === 'unknown';
}

function burst(
  { principal, approvalsPerMinute, approvalCount, hourMs, lastMs, ...window }: PrincipalWindow,
  policy: Policy,
): readonly Finding[] {
  const { maxPerMinute } = policy.approvals;
  if (approvalsPerMinute <= maxPerMinute || !isPerson(principal)) return [];
  return [
    {
      subject: principalSubject(principal),
      fact: 'approval-burst',
      kind: 'signal',
      severity: 'medium',
      title: `${principalLabel(principal)} gave ${approvalsPerMinute} approvals within one minute`,
      atMs: lastMs,
      evidence: {
        approver: principal.id,
        perMinute: approvalsPerMinute,
        maxPerMinute,
        inHour: approvalCount,
        hour: instant(hourMs),
      },
      eventIds: eventIds(window.eventIds),
    },
  ];
}

interface Blink {
  readonly approval: ApprovalView;
  readonly grant: ApprovalGrant;
  readonly by: Principal;
  readonly tookMs: number;
  readonly requestId: string;
}

/** One finding for each person, of the first one that was given too fast. */
function blinks(chain: ChainView, policy: Policy): readonly Finding[] {
  const minMs = policy.approvals.minSeconds * 1000;
  const fast = new Map<string, [Blink, ...Blink[]]>();
  for (const approval of chain.approvals) {
    for (const blink of blinksOf(approval, minMs)) {
      const key = principalKey(blink.by);
      const group = fast.get(key);
      if (group === undefined) fast.set(key, [blink]);
      else group.push(blink);
    }
  }
  return [...fast.values()].map((group) => stamped(group, policy));
}

/** From the last time that it was asked for to the answer. */
function blinksOf(approval: ApprovalView, minMs: number): readonly Blink[] {
  return approval.grants.flatMap((grant): Blink[] => {
    const { by } = grant;
    const asked = approval.requests.findLast(({ atMs }) => atMs <= grant.atMs);
    if (asked === undefined || !isPerson(by) || grant.atMs - asked.atMs >= minMs) return [];
    return [{ approval, grant, by, tookMs: grant.atMs - asked.atMs, requestId: asked.eventId }];
  });
}

function stamped(group: readonly [Blink, ...Blink[]], policy: Policy): Finding {
  const first = group.reduce((a, b) => (b.grant.atMs < a.grant.atMs ? b : a));
  return {
    subject: principalSubject(first.by),
    fact: 'approved-in-a-blink',
    kind: 'signal',
    severity: 'low',
    title: `${principalLabel(first.by)} approved ${first.approval.id} ${first.tookMs / 1000} s after it was asked for`,
    atMs: first.grant.atMs,
    evidence: {
      approver: first.by.id,
      approvals: sample(group.map(({ approval }) => approval.id)),
      approvalCount: group.length,
      tookSeconds: first.tookMs / 1000,
      minSeconds: policy.approvals.minSeconds,
      approvedAt: instant(first.grant.atMs),
    },
    eventIds: eventIds(...group.map(({ grant, requestId }) => [grant.eventId, requestId])),
  };
}
