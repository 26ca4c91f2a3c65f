import type { FeedHealth } from '../domain/detector.ts';
import { matchesPattern, type Policy } from '../domain/policy.ts';
import type { Feeds } from './feeds.ts';

const MINUTE_MS = 60_000;

export interface FeedChanges {
  /** Feeds to be looked at: they fell silent, spoke again, or are new. */
  readonly changed: readonly FeedHealth[];
  /** Feeds that are no longer expected, by the name they were looked at under. */
  readonly gone: readonly string[];
}

const nothing: FeedChanges = { changed: [], gone: [] };

/**
 * Says which expected feeds became silent or spoke again since it was last asked. A function of what was heard, policy
 * and the watermark: after a restart it says everything once more.
 */
export interface FeedWatch {
  take(policy: Policy, watermarkMs: number): FeedChanges;
  /** The next call says everything again: the rules have changed. */
  renew(): void;
}

export function createFeedWatch(feeds: Feeds): FeedWatch {
  const said = new Map<string, string>();
  let cause = '';

  function judge(issuer: string, sinceMs: number, nowMs: number, silenceMs: number): FeedHealth {
    const lastMs = feeds.lastMs(issuer);
    const quietMs = lastMs === undefined ? sinceMs : lastMs + MINUTE_MS;
    return { issuer, lastMs, sinceMs, inUse: feeds.inUse(issuer), silent: nowMs >= quietMs + silenceMs };
  }

  function* expected(policy: Policy, watermarkMs: number): Iterable<FeedHealth> {
    // Where nobody does anything there is nothing to report: a night, or the end of a file.
    const nowMs = Math.min(watermarkMs, (feeds.lastMs() ?? Number.NEGATIVE_INFINITY) + MINUTE_MS);
    const sinceMs = feeds.firstMs;
    if (sinceMs === undefined) return;
    const issuers = [...feeds.issuers()];
    const silenceMs = policy.expects.silenceSeconds * 1000;
    const met = new Set<string>();
    for (const pattern of policy.expects.issuers) {
      const fitting = issuers.filter((issuer) => matchesPattern(pattern, issuer));
      for (const issuer of fitting.length > 0 ? fitting : [pattern]) {
        if (met.has(issuer)) continue;
        met.add(issuer);
        yield judge(issuer, sinceMs, nowMs, silenceMs);
      }
    }
  }

  function take(policy: Policy, watermarkMs: number): FeedChanges {
    feeds.expect(policy.expects.issuers);
    const changed: FeedHealth[] = [];
    const met = new Set<string>();
    for (const health of expected(policy, watermarkMs)) {
      met.add(health.issuer);
      const { silent, lastMs, inUse, sinceMs } = health;
      const state = silent ? JSON.stringify([lastMs, inUse, sinceMs]) : 'alive';
      if (said.get(health.issuer) === state) continue;
      said.set(health.issuer, state);
      changed.push(health);
    }
    const gone = [...said.keys()].filter((issuer) => !met.has(issuer));
    for (const issuer of gone) said.delete(issuer);
    return { changed, gone };
  }

  return {
    take(policy, watermarkMs) {
      const { issuers, silenceSeconds } = policy.expects;
      if (issuers.length === 0 && said.size === 0) return nothing;
      const now = JSON.stringify([watermarkMs, feeds.version, silenceSeconds, issuers]);
      if (now === cause || watermarkMs === Number.NEGATIVE_INFINITY) return nothing;
      cause = now;
      return take(policy, watermarkMs);
    },
    renew() {
      cause = '';
      for (const issuer of said.keys()) said.set(issuer, '');
    },
  };
}
