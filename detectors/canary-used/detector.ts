import * as z from 'zod';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { deedEvidence, doerOf } from '../deed.ts';
import { deedOf, eventIds, holderOf, instant, tokenSubject, wentThrough } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { type Bait, baitIn, baitOf, hasCanaries } from './canary.ts';

const CanaryConfig = z.strictObject({});

const none: readonly Finding[] = [];

/** Fires when anybody touches a credential that was laid out for nobody. */
export const canaryUsed: Detector<z.infer<typeof CanaryConfig>> = {
  id: 'canary-used',
  version: 1,
  title: 'A canary credential was used',
  maturity: 'live',
  nature: 'monotone',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R59'],
  requires: {
    events: [
      'token.issued',
      'token.exchanged',
      'token.rejected',
      'token.introspected',
      'tool.invoked',
      'api.called',
      'api.denied',
    ],
    fields: ['token', 'actor', 'parents'],
    optional: ['call', 'token'],
    policy: ['canaries'],
  },
  frameworks: frameworks({
    nhi: [2, 9],
    asi: [3, 10],
    attack: ['T1078.004', 'T1528', 'T1552.001'],
    atlas: ['AML.T0012', 'AML.T0055', 'AML.T0098'],
    csf: ['PR.AA-01', 'DE.CM-03', 'DE.CM-09'],
    tenets: ['posture', 'telemetry'],
    pages: ['P4'],
  }),
  config: CanaryConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting) {
    if (!hasCanaries(sighting.policy)) return none;
    const found =
      sighting.on === 'action'
        ? [usedInCall(sighting.action, sighting.policy)]
        : sighting.on === 'token'
          ? [shown, exchanged, mintedFor].map((judge) => judge(sighting.token, sighting.policy))
          : [];
    return found.filter((finding) => finding !== undefined);
  },
};

/** Whether the call was refused does not matter: nobody was to have the credential. */
function usedInCall(action: ActionView, policy: Policy): Finding | undefined {
  const { token } = action;
  const line = token === undefined ? [] : [token, ...ancestorsOf(token).map((above) => above.token)];
  const hit = line
    .map((held) => ({ held, bait: baitIn(held, policy) }))
    .find(({ bait }) => bait !== undefined);
  const bait = hit?.bait ?? baitOf(action.actor, policy);
  if (bait === undefined) return undefined;
  const doer = action.actor === undefined ? 'Somebody' : principalLabel(action.actor);
  const verb = wentThrough(action) ? 'did' : 'tried';
  return {
    // All that is done with the bait, and below it, is one story.
    subject: hit === undefined ? doerOf(action) : tokenSubject(hit.held),
    fact: 'canary-used',
    ...weightOf(action.platform),
    title: `${doer} ${verb} ${deedOf(action)} with ${hit === undefined ? 'the name' : 'the credential'} of a canary`,
    atMs: action.atMs,
    evidence: {
      ...evidenceOf(bait),
      usedAs: 'call',
      user: action.actor?.id ?? null,
      ...deedEvidence(action, policy),
    },
    eventIds: eventIds(action.eventIds, hit?.held.eventIds ?? []),
    ...(token === undefined ? {} : { revoke: token.ref }),
  };
}

/** A server was shown it, and refused it or asked its issuer: nobody reported a call. */
function shown(token: TokenView, policy: Policy): Finding | undefined {
  const [first] = [
    ...token.rejections.map((told) => ({ ...told, usedAs: `refused: ${told.reason}` })),
    ...token.introspections.map((told) => ({ ...told, usedAs: 'introspection' })),
  ].sort((a, b) => a.atMs - b.atMs);
  const bait = first === undefined ? undefined : baitIn(token, policy);
  if (first === undefined || bait === undefined) return undefined;
  return {
    subject: tokenSubject(token),
    fact: 'canary-used',
    ...weightOf(false),
    title: `Somebody showed ${refLabel(token.ref)}, a canary, to ${first.by}`,
    atMs: first.atMs,
    evidence: { ...evidenceOf(bait), usedAs: first.usedAs, shownTo: first.by, usedAt: instant(first.atMs) },
    eventIds: eventIds([first.eventId], token.eventIds),
    revoke: token.ref,
  };
}

/** The issuer that took it for a grant has been shown it, too. */
function exchanged(token: TokenView, policy: Policy): Finding | undefined {
  const { parent } = token;
  const bait = parent === undefined ? undefined : baitIn(parent, policy);
  if (parent === undefined || bait === undefined) return undefined;
  const linkLevel = token.parentLevel ?? 4;
  return {
    subject: tokenSubject(parent),
    fact: 'canary-exchanged',
    ...weightOf(false),
    title: `${holderOf(token)} got a token for ${refLabel(parent.ref)}, a canary`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      ...evidenceOf(bait),
      child: refLabel(token.ref),
      actor: token.actor?.id ?? null,
      client: token.client ?? null,
      grant: token.grant ?? null,
      linkLevel,
    },
    eventIds: eventIds(token.eventIds, parent.eventIds),
    revoke: token.ref,
    linkLevel,
  };
}

/**
 * A principal that nobody is asked for a token. A key that lives on is how bait is laid out; anything else was asked
 * for with the secret that lay there.
 */
function mintedFor(token: TokenView, policy: Policy): Finding | undefined {
  const bait = token.issued && !token.standing ? baitIn(token, policy) : undefined;
  if (bait?.by !== 'principal') return undefined;
  const atMs = token.iatMs ?? token.firstSeenMs;
  return {
    subject: tokenSubject(token),
    fact: 'canary-used',
    ...weightOf(false),
    title: `Somebody got ${refLabel(token.ref)} in the name of ${bait.name}, a canary`,
    atMs,
    evidence: {
      ...evidenceOf(bait),
      usedAs: 'sign-in',
      shownTo: token.issuer ?? null,
      grant: token.grant ?? null,
      usedAt: instant(atMs),
    },
    eventIds: eventIds(token.eventIds),
    revoke: token.ref,
  };
}

function weightOf(platform: boolean): Pick<Finding, 'kind' | 'severity'> {
  return platform ? { kind: 'signal', severity: 'medium' } : { kind: 'alert', severity: 'critical' };
}

function evidenceOf({ by, name }: Bait): Finding['evidence'] {
  return { canary: name, canaryBy: by };
}
