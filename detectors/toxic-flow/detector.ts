import * as z from 'zod';
import type { ChainView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { nameOf, placeOf, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { chainSubject, clocksOf, deedOf, eventIds, instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { type Flow, flowsOf } from './flow.ts';

const FlowConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when a chain reads what strangers write, then what is secret, and then sends something out to a new place. */
export const toxicFlow: Detector<z.infer<typeof FlowConfig>> = {
  id: 'toxic-flow',
  version: 1,
  title: 'Untrusted input, sensitive data and a way out met in one chain',
  maturity: 'live',
  // An earlier use of the same target, or an approval, may be reported later.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R32', 'R33', 'R36'],
  requires: {
    events: ['tool.invoked', 'api.called'],
    fields: ['tool.name', 'target.system', 'target.resource', 'action', 'txn'],
    policy: ['labels'],
  },
  frameworks: frameworks({
    nhi: [5, 3],
    asi: [1, 2, 8],
    attack: ['T1567', 'T1213'],
    atlas: ['AML.T0051.001', 'AML.T0086', 'AML.T0085.001'],
    csf: ['DE.CM-09', 'PR.DS-10'],
    tenets: ['resources', 'telemetry'],
    pages: ['P3', 'P4'],
  }),
  config: FlowConfig,
  looksAt: ['chain'],

  evaluate(sighting) {
    if (sighting.on !== 'chain' || sighting.policy.labels.length === 0 || sighting.chain.platform)
      return none;
    const { chain, policy } = sighting;
    const flows = flowsOf(chain.actions, policy);
    const flow = flows.find(pages) ?? flows[0];
    return flow === undefined ? none : [finding(chain, flow, flows.length, policy)];
  },
};

/** Fetched because of the input, sent to a place that is known and new, and no person agreed to it. */
function pages({ sent, isKnownNew, isInOrder }: Flow): boolean {
  return isInOrder && tookEffect(sent) && isKnownNew && (sent.approval?.grants.length ?? 0) === 0;
}

function finding(chain: ChainView, flow: Flow, sendings: number, policy: Policy): Finding {
  const { read, secret, sent, isKnownNew } = flow;
  const isAlert = pages(flow);
  const done = tookEffect(sent);
  const sources = `${deedOf(read)} took in what strangers write and ${deedOf(secret)} what is sensitive`;
  const to = placeOf(sent) ?? 'a place that nobody tells';
  return {
    subject: chainSubject(chain),
    fact: 'untrusted-to-external',
    kind: isAlert ? 'alert' : 'signal',
    severity: isAlert ? severityOfDeed(sent, policy) : 'low',
    title: `${whoDid(sent)} ${done ? 'did' : 'tried'} ${deedOf(sent)} to ${to}, after ${sources}`,
    atMs: sent.atMs,
    evidence: {
      input: nameOf(read) ?? read.action,
      inputBy: whoDid(read),
      inputAt: instant(read.atMs),
      sensitive: nameOf(secret) ?? secret.action,
      sensitiveBy: whoDid(secret),
      sensitiveAt: instant(secret.atMs),
      sent: nameOf(sent) ?? sent.action,
      sentBy: whoDid(sent),
      sentAt: instant(sent.atMs),
      target: placeOf(sent) ?? null,
      targetIsNew: isKnownNew,
      outcome: sent.outcome,
      approved: (sent.approval?.grants.length ?? 0) > 0,
      sendings,
    },
    eventIds: eventIds(sent.eventIds, read.eventIds, secret.eventIds),
    settlesAtMs: sent.atMs + clocksOf(policy).latenessMs,
    shownBy: sent.id,
    ...(sent.token === undefined || sent.token.standing ? {} : { revoke: sent.token.ref }),
  };
}
