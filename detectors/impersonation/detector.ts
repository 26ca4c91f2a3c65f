import * as z from 'zod';
import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Act } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { patterns } from '../../src/domain/policy/primitives.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, holderOf, tokenSubject } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { actOf, actorsIn, idsOf, isFederated, sameParty, severityFor } from '../parties.ts';

const ImpersonationConfig = z.strictObject({
  /** Grants that trade one token for another. A refresh is none: its report has no room for actors. */
  grants: patterns.default(['urn:ietf:params:oauth:grant-type:*']),
});
type ImpersonationConfig = z.infer<typeof ImpersonationConfig>;

interface Hop {
  readonly token: TokenView;
  readonly parent: TokenView;
  readonly people: PeopleView;
  readonly policy: Policy;
}

const none: readonly Finding[] = [];

/** Fires when a token no longer shows that somebody else acts for its subject. */
export const impersonation: Detector<ImpersonationConfig> = {
  id: 'impersonation',
  version: 1,
  title: 'A token hides that somebody acts for its subject',
  maturity: 'live',
  // Another report of the same mint may yet show the actor.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R06', 'R41', 'V11', 'V16'],
  requires: {
    events: ['token.issued', 'token.exchanged'],
    fields: ['token', 'parents', 'act', 'actor', 'client', 'subject'],
  },
  frameworks: frameworks({
    nhi: [4, 9],
    asi: [3, 7],
    attack: ['T1134', 'T1656'],
    atlas: ['AML.T0012', 'AML.T0091.000'],
    csf: ['PR.AA-03', 'PR.AA-04', 'PR.AA-05'],
    tenets: ['evaluated', 'telemetry'],
    pages: ['P4', 'P5'],
  }),
  config: ImpersonationConfig,
  looksAt: ['token'],

  evaluate(sighting, config) {
    if (sighting.on !== 'token' || sighting.token.act !== undefined) return none;
    const { token } = sighting;
    const { parent, grant } = token;
    if (parent === undefined || !token.issued || !parent.issued) return none;
    if (grant === undefined || !matchesAny(config.grants, grant)) return none;
    const hop = { ...sighting, parent };
    const act = actOf(parent);
    return act === undefined ? neverNamed(hop) : [dropped(hop, act)];
  },
};

/** The parent named its actors, the token names none: whoever is shown it sees the subject alone (V16). */
function dropped({ token, parent, policy }: Hop, act: Act): Finding {
  const linkLevel = token.parentLevel ?? 4;
  // A border has its own names, and may have no room for actors: that is for whoever drew it to settle.
  const isBorder = token.issuer !== parent.issuer && isFederated(token, policy);
  const parentActors = idsOf(actorsIn(act));
  return {
    subject: tokenSubject(token),
    fact: 'no-act',
    kind: isBorder ? 'signal' : 'alert',
    severity: isBorder ? 'low' : severityFor(token.subject, policy),
    title: `${holderOf(token)} got ${refLabel(token.ref)}, which no longer names ${parentActors[0]} or anybody as its actor`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: { ...who(token), parent: refLabel(parent.ref), parentActors, linkLevel },
    eventIds: eventIds(token.eventIds, parent.eventIds),
    settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs,
    revoke: token.ref,
    linkLevel,
  };
}

/**
 * Another client goes on with the subject's authority, and neither token nor report names an actor (V11). How an
 * issuer is set up, not what somebody did: said once for each client.
 */
function neverNamed({ token, parent, people, policy }: Hop): readonly Finding[] {
  const { client, issuer, subject, actor } = token;
  if (client === undefined || actor !== undefined || subject === undefined || parent.client === undefined)
    return none;
  if (client === parent.client || sameParty(people, { id: client }, subject)) return none;
  const name = JSON.stringify([issuer ?? '', client]);
  return [
    {
      subject: {
        kind: 'source',
        key: `client:${name}`,
        label: `${client} at ${issuer ?? 'an unknown issuer'}`,
      },
      fact: 'no-act',
      kind: 'signal',
      severity: 'low',
      title: `${client} exchanges tokens of others for tokens that name no actor`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: { ...who(token), parent: refLabel(parent.ref), parentClient: parent.client },
      eventIds: eventIds(token.eventIds, parent.eventIds),
      settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs,
    },
  ];
}

function who({ actor, client, subject, issuer, grant }: TokenView): Finding['evidence'] {
  return {
    actor: actor?.id ?? null,
    client: client ?? null,
    subject: subject?.id ?? null,
    issuer: issuer ?? null,
    grant: grant ?? null,
  };
}
