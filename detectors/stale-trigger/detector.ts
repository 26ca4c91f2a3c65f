import * as z from 'zod';
import type { ChainView, RequestEnd, RequestView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { changes } from '../../src/domain/effect.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { followsCall } from '../consequences.ts';
import { effectIn, severityOfDeed, tookEffect } from '../deed.ts';
import { chainSubject, clocksOf, instant } from '../evidence.ts';
import { followUpWords, isFollowUp } from '../follow-ups.ts';
import { frameworks } from '../frameworks.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf, type Told } from '../offences.ts';
import { tieOf } from '../requests.ts';
import { hopsAfter } from './hops.ts';

const StaleConfig = z.strictObject({ followUps: followUpWords });
type StaleConfig = z.infer<typeof StaleConfig>;

const facts = {
  withdrawn: 'request-withdrawn',
  cancelled: 'request-cancelled',
  done: 'request-closed',
} as const;

/** Fires when a chain goes on with work whose request was withdrawn, cancelled or closed. */
export const staleTrigger: Detector<StaleConfig> = {
  id: 'stale-trigger',
  version: 1,
  title: 'A chain goes on although its request has ended',
  maturity: 'live',
  // Of several requests, the one that an action was done for may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R19', 'R26'],
  requires: {
    events: ['request.received', 'request.closed', 'tool.invoked', 'api.called'],
    fields: ['triggerId', 'reason', 'txn'],
  },
  frameworks: frameworks({
    nhi: [1, 7],
    asi: [8, 10],
    attack: ['T1078.004', 'T1550.001'],
    atlas: ['AML.T0053'],
    csf: ['PR.AA-05', 'DE.AE-02'],
    tenets: ['session', 'evaluated'],
    pages: ['P2'],
  }),
  config: StaleConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.chain.platform) return [];
    const { chain, policy } = sighting;
    return chain.requests.flatMap((request) => judge(request, chain, policy, config));
  },
};

/** Everything that was done for one request after it had ended. */
function judge(
  request: RequestView,
  chain: ChainView,
  policy: Policy,
  config: StaleConfig,
): readonly Finding[] {
  const { skewMs, propagationMs } = clocksOf(policy);
  const end = endOf(request);
  if (end === undefined) return [];
  // Whoever works on it has to hear of it first.
  const heardMs = end.atMs + skewMs + propagationMs;
  if (chain.lastEventMs < heardMs) return [];
  const isTold = followsCall(chain.actions);
  const offences = chain.actions.flatMap((action): Offence[] => {
    if (action.atMs < heardMs || !tookEffect(action) || isTold(action)) return [];
    if (isFollowUp(action, config.followUps)) return [];
    const tie = tieOf(action, request, chain);
    if (tie === 'no') return [];
    const pages = end.reason !== 'done' && tie !== 'unsure' && changes(effectIn(action, policy));
    const lateBySeconds = (action.atMs - end.atMs) / 1000;
    return [
      {
        action,
        fact: facts[end.reason],
        kind: pages ? 'alert' : 'signal',
        severity: pages ? severityOfDeed(action, policy) : 'low',
        tell: () => ({
          title: `${doerLabel(action)} did ${deedLabel(action)} ${Math.round(lateBySeconds)} s after its request had been ${said(end)}`,
          evidence: { ...shownOf(action, policy), ...endEvidence(request, end), lateBySeconds, tie },
          because: [end.eventId, request.eventId],
        }),
        exonerable: tie !== 'told',
        subject: chainSubject(chain),
      },
    ];
  });
  if (offences.length > 0) return fold(chain, policy, offences);
  return hopsAfter(chain, request, heardMs).map((hop) => ({
    subject: chainSubject(chain),
    fact: facts[end.reason],
    kind: 'signal',
    severity: 'low',
    title: `${hop.says} after its request had been ${said(end)}`,
    atMs: hop.atMs,
    evidence: { ...endEvidence(request, end), lateBySeconds: (hop.atMs - end.atMs) / 1000, hop: hop.kind },
    eventIds: [...hop.eventIds, end.eventId, request.eventId],
    settlesAtMs: hop.atMs + clocksOf(policy).latenessMs,
  }));
}

/** What took the reason away, before what fulfilled it; of each the earliest. */
function endOf({ ends }: RequestView): RequestEnd | undefined {
  return ends.find(({ reason }) => reason !== 'done') ?? ends[0];
}

function said({ reason }: RequestEnd): string {
  return reason === 'done' ? 'closed' : reason;
}

function endEvidence({ triggerId, initiator, ticket }: RequestView, end: RequestEnd): Told['evidence'] {
  return {
    request: triggerId,
    initiator: initiator.id,
    ticket: ticket ?? null,
    reason: end.reason,
    endedAt: instant(end.atMs),
  };
}
