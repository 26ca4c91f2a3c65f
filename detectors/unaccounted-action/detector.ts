import * as z from 'zod';
import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import type { Detector, FeedView } from '../../src/domain/detector.ts';
import type { Finding, Subject } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { doerOf, effectIn, nameOf, placeOf, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { chainSubject, clocksOf, deedOf, eventIds, instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { callWithoutChain, changeWithoutTrail, type Lack, noTicket } from './lacks.ts';

const AccountConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when something happened of which nothing else tells where it came from. */
export const unaccountedAction: Detector<z.infer<typeof AccountConfig>> = {
  id: 'unaccounted-action',
  version: 1,
  title: 'A call or a change has no delegation, trail or ticket behind it',
  maturity: 'live',
  // Absence is exonerated by whatever arrives in time.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R02', 'R17', 'R21', 'R57'],
  requires: {
    events: ['system.changed', 'api.called', 'tool.invoked', 'token.issued', 'request.received'],
    fields: ['target.system', 'token', 'approvalId', 'ticket', 'txn'],
    optional: ['request', 'token'],
    policy: ['expects.chains', 'expects.trails', 'tickets.required'],
  },
  frameworks: frameworks({
    nhi: [4, 9],
    asi: [3, 10],
    attack: ['T1078.004', 'T1562.008'],
    atlas: ['AML.T0012', 'AML.M0024'],
    csf: ['PR.PS-04', 'DE.AE-03', 'PR.AA-05'],
    tenets: ['telemetry', 'session'],
    pages: ['P1', 'P4'],
  }),
  config: AccountConfig,
  looksAt: ['chain'],

  evaluate(sighting) {
    const { trails, chains } = sighting.policy.expects;
    const tickets = sighting.policy.tickets.required;
    if (trails.length + chains.length + tickets.length === 0) return none;
    if (sighting.on !== 'chain' || sighting.chain.platform) return none;
    return lacking(sighting.chain, sighting.feeds, sighting.policy);
  },
};

/** The first action of each doer stands for its others; one that pages goes before one that does not. */
function lacking(chain: ChainView, feeds: FeedView, policy: Policy): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const action of chain.actions) {
    if (!tookEffect(action)) continue;
    const lacks = [
      { subject: doerOf(action), lack: changeWithoutTrail(action, chain, policy) },
      { subject: doerOf(action), lack: callWithoutChain(action, feeds, policy) },
      { subject: chainSubject(chain), lack: noTicket(action, chain, policy) },
    ];
    for (const { subject, lack } of lacks) {
      if (lack === undefined) continue;
      const key = JSON.stringify([subject.key, lack.fact]);
      const before = found.get(key);
      if (before === undefined || (before.kind === 'signal' && !lack.isSignal)) {
        found.set(key, finding(action, subject, lack, policy));
      }
    }
  }
  return [...found.values()];
}

function finding(action: ActionView, subject: Subject, lack: Lack, policy: Policy): Finding {
  const { token } = action;
  return {
    subject,
    fact: lack.fact,
    kind: lack.isSignal ? 'signal' : 'alert',
    severity: lack.isSignal ? 'low' : severityOfDeed(action, policy),
    title: `${whoDid(action)} did ${deedOf(action)}${lack.says}`,
    atMs: action.atMs,
    evidence: {
      action: nameOf(action) ?? action.action,
      target: placeOf(action) ?? null,
      effect: effectIn(action, policy),
      outcome: action.outcome,
      happenedAt: instant(action.atMs),
      actor: action.actor?.id ?? null,
      ...lack.evidence,
    },
    eventIds: eventIds(action.eventIds, lack.because ?? []),
    settlesAtMs: action.atMs + clocksOf(policy).latenessMs,
    ...(lack.isDeferred ? { deferred: true as const } : {}),
    shownBy: action.id,
    ...(token === undefined || token.standing ? {} : { revoke: token.ref }),
  };
}
