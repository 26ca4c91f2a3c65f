import * as z from 'zod';
import type { ChainView } from '../../src/domain/chain.ts';
import type { Detector, FeedView } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesPattern, type Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { chainSubject, clocksOf, eventIds, holderOf, instant, sample } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const OrphanConfig = z.strictObject({});

/** Fires when a chain hangs on a credential that nobody issued, or acts without the person that policy asks for. */
export const orphanedChain: Detector<z.infer<typeof OrphanConfig>> = {
  id: 'orphaned-chain',
  version: 1,
  title: 'A chain has no accountable beginning',
  maturity: 'live',
  // Absence is exonerated by whatever arrives in time.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R02', 'R17', 'R21'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'request.received', 'tool.invoked', 'api.called'],
    fields: ['token', 'parents', 'subject', 'initiator'],
    optional: ['call', 'request'],
    policyOptional: ['expects.issuers', 'humanRequired'],
  },
  frameworks: frameworks({
    nhi: [1],
    asi: [3, 10],
    attack: ['T1078.004', 'T1606'],
    atlas: ['AML.T0103'],
    csf: ['PR.AA-05'],
    tenets: ['policy', 'evaluated'],
    pages: ['P1', 'P4'],
  }),
  config: OrphanConfig,
  looksAt: ['chain'],

  evaluate(sighting) {
    if (sighting.on !== 'chain' || sighting.chain.platform) return [];
    const { chain, feeds, policy } = sighting;
    return [unprovenRoot(chain, feeds, policy), missingHuman(chain, policy)].filter(
      (finding) => finding !== undefined,
    );
  },
};

/**
 * The topmost credential was used, or named as a parent, and never reported by its issuer. That is an offence only
 * where the issuer reports everything and was alive at the time; otherwise a named parent that never came is a gap
 * in what we see, and a credential that was merely used says nothing.
 */
function unprovenRoot(chain: ChainView, feeds: FeedView, policy: Policy): Finding | undefined {
  const root = chain.rootToken;
  // A standing credential may well be older than everything we have read.
  if (root === undefined || root.issued || root.standing) return undefined;
  const { latenessMs, silenceMs } = clocksOf(policy);
  const { issuer, firstSeenMs } = root;
  const isExpected =
    issuer !== undefined && policy.expects.issuers.some((glob) => matchesPattern(glob, issuer));
  const isUnissued = isExpected && feeds.aliveAround(issuer, firstSeenMs, latenessMs, silenceMs);
  // A feed that is expected and silent is one finding of its own, not one for every chain that it leaves open.
  if (!isUnissued && (isExpected || root.childCount === 0)) return undefined;
  const label = refLabel(root.ref);
  return {
    subject: chainSubject(chain),
    fact: isUnissued ? 'unissued' : 'gap',
    kind: isUnissued ? 'alert' : 'signal',
    severity: isUnissued ? 'high' : 'low',
    title: isUnissued
      ? `${label} is in use, but ${issuer}, which reports every token it issues, never issued it`
      : `${label} was named as a parent and never seen, so the chain has no proven beginning`,
    atMs: firstSeenMs,
    evidence: {
      token: label,
      issuer: issuer ?? null,
      issuerExpected: isExpected,
      firstSeen: instant(firstSeenMs),
      children: root.childCount,
      actions: chain.actionCount,
      holder: holderOf(root),
    },
    eventIds: eventIds(chain.eventIds),
    settlesAtMs: firstSeenMs + latenessMs,
    deferred: true,
    ...(isUnissued ? { revoke: root.ref } : {}),
  };
}

/** An action that policy wants a person behind, in a chain where none was ever seen. */
function missingHuman(chain: ChainView, policy: Policy): Finding | undefined {
  if (policy.humanRequired.length === 0 || chain.humans.length > 0) return undefined;
  const needing = chain.needs.filter((need) =>
    policy.humanRequired.some((glob) => matchesPattern(glob, need)),
  );
  const [first] = needing;
  if (first === undefined) return undefined;
  const who = chain.initiator === undefined ? 'An unknown initiator' : principalLabel(chain.initiator);
  return {
    subject: chainSubject(chain),
    fact: 'missing-human',
    kind: 'alert',
    severity: 'high',
    title: `${who} set off ${first}, for which policy requires a person, and no person is in the chain`,
    atMs: chain.lastEventMs,
    evidence: {
      needs: sample(needing),
      initiator: chain.initiator?.id ?? null,
      initiatorKind: chain.initiator?.kind ?? null,
      machineRoot: chain.machineRoot,
      started: instant(chain.startedMs),
    },
    eventIds: eventIds(chain.eventIds),
    settlesAtMs: chain.lastEventMs + clocksOf(policy).latenessMs,
    ...(chain.rootToken === undefined || chain.rootToken.standing ? {} : { revoke: chain.rootToken.ref }),
  };
}
