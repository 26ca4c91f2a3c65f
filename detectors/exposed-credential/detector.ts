import * as z from 'zod';
import type { ActionView, PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { effectIn, tookEffect } from '../deed.ts';
import {
  actorOf,
  clocksOf,
  deedOf,
  eventIds,
  holderOf,
  instant,
  tokenSubject,
  wentThrough,
} from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { type Leak, leakedPrincipal, leakedToken, signedIn } from './reach.ts';

const ExposedConfig = z.strictObject({});

const none: readonly Finding[] = [];

/** Fires when a credential of which somebody said that it is out goes on working. */
export const exposedCredential: Detector<z.infer<typeof ExposedConfig>> = {
  id: 'exposed-credential',
  version: 1,
  title: 'An exposed credential was used',
  maturity: 'live',
  // Where a principal is exposed, a change of its credential may yet be reported.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R59'],
  requires: {
    events: [
      'credential.exposed',
      'identity.changed',
      'token.issued',
      'token.exchanged',
      'tool.invoked',
      'api.called',
    ],
    fields: ['token', 'principal', 'at', 'parents', 'iat'],
    optional: ['call', 'identity', 'token'],
  },
  frameworks: frameworks({
    nhi: [2, 7, 9],
    asi: [3],
    attack: ['T1078.004', 'T1528', 'T1552.001'],
    atlas: ['AML.T0055', 'AML.T0091.000', 'AML.T0098'],
    csf: ['PR.AA-01', 'DE.CM-03'],
    tenets: ['posture', 'evaluated'],
    pages: ['P4'],
  }),
  config: ExposedConfig,
  looksAt: ['token', 'action'],

  evaluate(sighting) {
    if (sighting.on === 'action') return used(sighting.action, sighting.people, sighting.policy);
    if (sighting.on === 'token') return minted(sighting.token, sighting.people, sighting.policy);
    return none;
  },
};

function used(action: ActionView, people: PeopleView, policy: Policy): readonly Finding[] {
  const { token, atMs } = action;
  if (token === undefined) return none;
  const { skewMs } = clocksOf(policy);
  const leak = leakedToken(token, atMs, skewMs) ?? leakedPrincipal(token, atMs, { people, skewMs });
  if (leak === undefined) return none;
  const isAlert = tookEffect(action);
  const did = wentThrough(action) ? 'did' : 'tried';
  const finding = common(leak, token, atMs, policy);
  return [
    {
      ...finding,
      fact: 'used-after-exposure',
      kind: isAlert ? 'alert' : 'signal',
      severity: isAlert ? 'critical' : 'medium',
      title: `${actorOf(action, token)} ${did} ${deedOf(action)} with ${nameOf(leak)}, which is out`,
      evidence: {
        ...finding.evidence,
        action: deedOf(action),
        effect: effectIn(action, policy),
        outcome: action.outcome,
        usedAt: instant(atMs),
      },
      eventIds: eventIds([leak.exposure.eventId], action.eventIds, leak.held.eventIds),
    },
  ];
}

/** Told where the leak turned into a new token; what is made of that one is used, or traded on, because of it. */
function minted(token: TokenView, people: PeopleView, policy: Policy): readonly Finding[] {
  if (!token.issued) return none;
  const atMs = token.iatMs ?? token.firstSeenMs;
  const { parent } = token;
  const { skewMs } = clocksOf(policy);
  const above = parent?.exposure === undefined ? undefined : leakedToken(parent, atMs, skewMs);
  const leak =
    above === undefined ? signedIn(token, atMs, { people, skewMs }) : { ...above, level: token.parentLevel };
  if (leak === undefined) return none;
  const finding = common(leak, token, atMs, policy);
  return [
    {
      ...finding,
      fact: 'minted-after-exposure',
      kind: 'alert',
      severity: leak.exposedKind === 'token' ? 'critical' : 'high',
      title: `${holderOf(token)} got ${refLabel(token.ref)} with ${nameOf(leak)}, which is out`,
      evidence: { ...finding.evidence, grant: token.grant ?? null, mintedAt: instant(atMs) },
      eventIds: eventIds([leak.exposure.eventId], token.eventIds, leak.held.eventIds),
    },
  ];
}

function nameOf({ exposed, exposedKind }: Leak): string {
  return exposedKind === 'token' ? exposed : `a credential of ${exposed}`;
}

function common(
  { exposure, exposed, exposedKind, held, level }: Leak,
  token: TokenView,
  atMs: number,
  policy: Policy,
): Pick<Finding, 'subject' | 'atMs' | 'evidence' | 'revoke' | 'settlesAtMs' | 'linkLevel'> {
  return {
    // All that is done with it, and with what is made of it, is one story.
    subject: tokenSubject(held),
    atMs,
    evidence: {
      exposed,
      exposedKind,
      exposedAt: instant(exposure.atMs),
      where: exposure.where ?? null,
      toldBy: exposure.by ?? null,
      lateBySeconds: Math.round((atMs - exposure.atMs) / 1000),
      token: refLabel(token.ref),
    },
    revoke: held.ref,
    ...(exposedKind === 'token' ? {} : { settlesAtMs: atMs + clocksOf(policy).latenessMs }),
    ...(level === undefined ? {} : { linkLevel: level }),
  };
}
