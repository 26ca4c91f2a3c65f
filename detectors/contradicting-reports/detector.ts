import * as z from 'zod';
import type { ActionView, ChainView, SourceView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { EVIDENCE_VALUES_MAX } from '../../src/domain/limits.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { chainSubject, clocksOf, eventIds, instant, tokenSubject } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const ContradictionConfig = z.strictObject({});

/** Tells what reports cannot all be true: which one counts is decided without asking which came first. */
export const contradictingReports: Detector<z.infer<typeof ContradictionConfig>> = {
  id: 'contradicting-reports',
  version: 1,
  title: 'Reports contradict each other',
  maturity: 'live',
  // What was said twice stays said; a cycle may open again when its issuer names another parent.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'medium',
  covers: ['V03'],
  requires: {
    events: ['token.issued', 'token.exchanged', 'token.refreshed', 'tool.invoked', 'api.called'],
    fields: ['token', 'parents', 'previous'],
    optional: ['call', 'token'],
  },
  frameworks: frameworks({
    nhi: [4],
    asi: [3, 7],
    attack: ['T1562.008', 'T1606'],
    atlas: ['AML.T0091.000'],
    csf: ['DE.AE-03'],
    tenets: ['posture'],
  }),
  config: ContradictionConfig,
  looksAt: ['token', 'action', 'chain', 'source'],

  evaluate(sighting) {
    if (sighting.on === 'source') return [conflictingEvent(sighting.source)];
    if (sighting.on === 'action') return differingTokens(sighting.action);
    if (sighting.on === 'chain') return callCircle(sighting.chain, sighting.policy);
    if (sighting.on !== 'token') return [];
    const { token, policy } = sighting;
    return [disagreeingReference(token), lineageCycle(token, policy)].filter(
      (finding) => finding !== undefined,
    );
  },
};

/** An id names one event: a second content under it is a faulty publisher, or one that rewrites what it said. */
function conflictingEvent({ source, conflicts, count, lastMs }: SourceView): Finding {
  const ids = conflicts.map(({ id }) => id);
  const inForce = conflicts.map(({ id, atMs }) => ({ id, at: instant(atMs) }));
  const events = count === 1 ? 'one event' : `${count} events`;
  return {
    subject: { kind: 'source', key: `src:${source}`, label: source },
    fact: 'conflicting-event',
    kind: 'signal',
    severity: 'low',
    title: `${source} sent ${events} with more than one content under one id`,
    atMs: lastMs,
    evidence: { source, conflicts: count, inForce: inForce.slice(0, EVIDENCE_VALUES_MAX) },
    eventIds: eventIds(ids),
  };
}

/** A jti has one hash and a hash one jti: anything else is a collision, a forgery or a publisher that is wrong. */
function disagreeingReference(token: TokenView): Finding | undefined {
  if (token.contradiction === undefined) return undefined;
  const { hashes, others } = token.contradiction;
  const label = refLabel(token.ref);
  const why = hashes.length > 1 ? 'was shown with more than one hash' : 'shares its hash with another token';
  return {
    subject: tokenSubject(token),
    fact: 'disagreeing-reference',
    kind: 'signal',
    severity: 'medium',
    title: `${label} ${why}, so what is reported by hash alone is not counted as its own`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: { token: label, issuer: token.issuer ?? null, hashes, others },
    eventIds: eventIds(token.eventIds),
  };
}

/** Authority that goes back to itself has no beginning: the edge at the smallest time is not in force. */
function lineageCycle(token: TokenView, policy: Policy): Finding | undefined {
  if (token.cutParent === undefined) return undefined;
  const label = refLabel(token.ref);
  const parent = refLabel(token.cutParent.ref);
  const atMs = token.iatMs ?? token.firstSeenMs;
  return {
    subject: tokenSubject(token),
    fact: 'lineage-cycle',
    kind: 'signal',
    severity: 'low',
    title:
      token.cutParent.key === token.key
        ? `${label} names itself as its parent`
        : `${label} names ${parent} as its parent, which descends from ${label} itself`,
    atMs,
    evidence: { token: label, issuer: token.issuer ?? null, cutParent: parent },
    eventIds: eventIds(token.eventIds),
    settlesAtMs: atMs + clocksOf(policy).latenessMs,
    linkLevel: token.cutParent.level,
  };
}

/** Two that saw one call say that it was made with different tokens. One may have been made of the other on the way. */
function differingTokens(action: ActionView): readonly Finding[] {
  const { token } = action;
  const others = action.otherTokens.filter((other) => token !== undefined && !isOfOneLine(token, other));
  if (token === undefined || others.length === 0) return [];
  const [label, ...named] = [token, ...others].map(({ ref }) => refLabel(ref));
  return [
    {
      subject: tokenSubject(token),
      fact: 'differing-tokens',
      kind: 'signal',
      severity: 'low',
      title: `One call was reported with ${label} and with ${named.join(', ')}, of which neither was made of the other`,
      atMs: action.atMs,
      evidence: { token: label ?? '', issuer: token.issuer ?? null, otherTokens: named },
      eventIds: eventIds(action.eventIds),
    },
  ];
}

function isOfOneLine(a: TokenView, b: TokenView): boolean {
  return [...ancestorsOf(a), ...ancestorsOf(b)].some(
    ({ token }) => token.key === a.key || token.key === b.key,
  );
}

/** Calls that descend from themselves have no beginning either: they hang together, wherever the circle starts. */
function callCircle(chain: ChainView, policy: Policy): readonly Finding[] {
  const [first] = chain.circles;
  if (first === undefined) return [];
  const { callId, parentCallId, atMs } = first;
  return [
    {
      subject: chainSubject(chain),
      fact: 'call-cycle',
      kind: 'signal',
      severity: 'low',
      title:
        callId === parentCallId
          ? `Call ${callId} names itself as its parent`
          : `Call ${callId} names ${parentCallId} as its parent, which descends from ${callId} itself`,
      atMs,
      evidence: {
        circles: chain.circles.map((circle) => ({
          callId: circle.callId,
          parentCallId: circle.parentCallId,
        })),
      },
      eventIds: eventIds(...chain.circles.map((circle) => circle.eventIds)),
      settlesAtMs: atMs + clocksOf(policy).latenessMs,
      linkLevel: 4,
    },
  ];
}
