import * as z from 'zod';
import type { IssuerView, Speaker } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { eventIds, instant, sample } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const PublisherConfig = z.strictObject({});

/** Fires when a publisher reports mints of an issuer that is another one's. */
export const foreignPublisher: Detector<z.infer<typeof PublisherConfig>> = {
  id: 'foreign-publisher',
  version: 1,
  title: 'A publisher spoke for an issuer that is not its own',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R12', 'R41'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.refreshed'],
    fields: ['token'],
  },
  frameworks: frameworks({
    nhi: [3, 4],
    asi: [3, 7],
    attack: ['T1199', 'T1562.008', 'T1606'],
    atlas: ['AML.T0012', 'AML.T0091.000'],
    csf: ['GV.SC-07', 'PR.AA-04', 'PR.PS-04'],
    tenets: ['posture', 'telemetry'],
    pages: ['P4'],
  }),
  config: PublisherConfig,
  looksAt: ['issuer'],

  evaluate(sighting) {
    if (sighting.on !== 'issuer') return [];
    const { issuer } = sighting;
    const { owners } = issuer;
    // Where nobody is bound to an issuer, nobody is a stranger; nor is who was bound to it later.
    const strangers = issuer.strangers.filter(
      ({ publisher }) => owners.length > 0 && !owners.includes(publisher),
    );
    return [
      ...strangers.map((speaker) => spoke(issuer, speaker)),
      ...issuer.refused.map((speaker) => tried(issuer, speaker)),
    ];
  },
};

/** What it said is in: tokens by their digest alone name no issuer, so admission had nothing to refuse. */
function spoke(view: IssuerView, speaker: Speaker): Finding {
  return {
    ...finding(view, speaker),
    fact: 'spoke-for-foreign-issuer',
    kind: 'alert',
    severity: 'high',
    title: `${speaker.publisher} reported a token of ${view.issuer}, for which it may not speak`,
  };
}

/** What it said is not in. A key that is tried at other doors is stolen, or in the wrong place. */
function tried(view: IssuerView, speaker: Speaker): Finding {
  return {
    ...finding(view, speaker),
    fact: 'tried-foreign-issuer',
    kind: 'signal',
    severity: 'medium',
    title: `${speaker.publisher} spoke for ${view.issuer}, for which it may not speak, and was refused`,
  };
}

function finding(
  { issuer, owners }: IssuerView,
  { publisher, firstMs, eventId }: Speaker,
): Pick<Finding, 'subject' | 'atMs' | 'evidence' | 'eventIds'> {
  return {
    subject: {
      kind: 'source',
      key: `publisher:${JSON.stringify([publisher, issuer])}`,
      label: `${publisher} for ${issuer}`,
    },
    atMs: firstMs,
    evidence: { publisher, issuer, owners: sample(owners), firstAt: instant(firstMs) },
    eventIds: eventIds(eventId === undefined ? [] : [eventId]),
  };
}
