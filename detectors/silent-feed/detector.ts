import * as z from 'zod';
import type { Detector, FeedHealth } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const SilentFeedConfig = z.strictObject({});

/** Fires when an issuer that policy expects to report everything says nothing: what it mints is not seen. */
export const silentFeed: Detector<z.infer<typeof SilentFeedConfig>> = {
  id: 'silent-feed',
  version: 1,
  title: 'An expected feed is silent',
  maturity: 'live',
  // It is over as soon as the feed speaks again.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R17'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.refreshed'],
    fields: ['token'],
    policy: ['expects.issuers'],
    absence: true,
  },
  frameworks: frameworks({
    nhi: [6],
    asi: [3],
    attack: ['T1562.008'],
    atlas: ['AML.M0024'],
    csf: ['DE.CM-09'],
    tenets: ['posture'],
  }),
  config: SilentFeedConfig,
  looksAt: ['feed'],

  evaluate(sighting) {
    if (sighting.on !== 'feed' || !sighting.feed.silent) return [];
    const { feed, policy } = sighting;
    return [feed.lastMs === undefined ? neverHeard(feed, policy) : fellSilent(feed, feed.lastMs, policy)];
  },
};

/** It reported, and stopped. Until it is back no absence is judged by it, so this is all that is said. */
function fellSilent(feed: FeedHealth, lastMs: number, policy: Policy): Finding {
  return {
    ...about(feed, lastMs, policy),
    fact: 'silent',
    kind: 'alert',
    severity: 'high',
    title: `${feed.issuer}, which reports every credential it issues, has reported none since ${instant(lastMs)}`,
  };
}

/** Expected and never heard: where its credentials are in use we are blind, otherwise it may be a misspelt name. */
function neverHeard(feed: FeedHealth, policy: Policy): Finding {
  const { issuer, inUse, sinceMs } = feed;
  return {
    ...about(feed, sinceMs, policy),
    fact: 'never-heard',
    kind: inUse ? 'alert' : 'signal',
    severity: inUse ? 'high' : 'low',
    title: inUse
      ? `Credentials of ${issuer} are in use, which policy expects to report them all, and it never reported any`
      : `${issuer} is expected to report every credential it issues, and nobody ever heard of it`,
  };
}

function about({ issuer, lastMs, inUse, sinceMs }: FeedHealth, fromMs: number, policy: Policy) {
  const { silenceSeconds } = policy.expects;
  return {
    subject: { kind: 'source' as const, key: `iss:${issuer}`, label: issuer },
    atMs: fromMs,
    evidence: {
      issuer,
      lastHeard: lastMs === undefined ? null : instant(lastMs),
      othersSince: instant(sinceMs),
      inUse,
      silenceSeconds,
    },
    eventIds: [],
    // Behind the watermark already: a feed that speaks late is no longer waited for.
    settlesAtMs: fromMs,
  };
}
