import * as z from 'zod';
import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Act, Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesPattern, type Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, sample, tokenSubject } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { newActorOf, sameParty, severityFor, told } from '../parties.ts';

const MayActConfig = z.strictObject({});

interface Hop {
  readonly token: TokenView;
  readonly people: PeopleView;
  readonly policy: Policy;
}

const none: readonly Finding[] = [];

/** Fires when somebody became the actor of a token to whom that authority was not to be handed. */
export const mayActViolation: Detector<z.infer<typeof MayActConfig>> = {
  id: 'may-act-violation',
  version: 1,
  title: 'Authority was handed to an actor that was not allowed to have it',
  maturity: 'live',
  // Two names may yet be linked to one party.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'critical',
  covers: ['R41', 'V08', 'V12'],
  requires: {
    events: ['token.issued', 'token.exchanged'],
    fields: ['token', 'parents', 'mayAct', 'subject', 'actor', 'client'],
    policyOptional: ['trust.delegates'],
  },
  frameworks: frameworks({
    nhi: [4, 5],
    asi: [3, 7],
    attack: ['T1134', 'T1550.001'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-04', 'PR.AA-05'],
    tenets: ['policy', 'evaluated'],
    pages: ['P4'],
  }),
  config: MayActConfig,
  looksAt: ['token'],

  evaluate(sighting) {
    if (sighting.on !== 'token') return none;
    const { token, policy } = sighting;
    if (token.parent === undefined && policy.trust.delegates.length === 0) return none;
    return [actorNotAllowed(sighting), notDelegatedTo(sighting)].filter((finding) => finding !== undefined);
  },
};

/** RFC 8693 section 4.4: `may_act` of the subject token names the one party that may become its actor. */
function actorNotAllowed(hop: Hop): Finding | undefined {
  const { token, people } = hop;
  const { parent } = token;
  const mayAct = parent === undefined ? undefined : told(parent, (above) => above.mayAct);
  if (parent === undefined || mayAct === undefined) return undefined;
  const claim = { mayAct: mayAct.sub, parent: refLabel(parent.ref) };
  const because = parent.eventIds;
  if (token.actor === undefined) {
    if (!isOtherClient(token, parent, mayAct, people)) return undefined;
    const title = `Client ${token.client} exchanged ${claim.parent}, which only ${mayAct.sub} may act upon`;
    // Clients and actors are named by different registries: without an actor, nobody knows that they differ.
    return {
      ...finding(hop, 'actor-not-allowed', title, claim, because),
      kind: 'signal',
      severity: 'medium',
    };
  }
  const actor = newActorOf(token, people);
  if (actor === undefined || isAllowed(actor, token, mayAct, people)) return undefined;
  const title = `${principalLabel(actor)} became the actor of ${claim.parent}, which only ${mayAct.sub} may act upon`;
  return finding(hop, 'actor-not-allowed', title, claim, because, actor);
}

/** A client that showed nobody else's credential is itself the actor, under its name as a client. */
function isAllowed(actor: Principal, token: TokenView, { sub, iss }: Act, people: PeopleView): boolean {
  if (sameParty(people, actor, { id: sub, iss })) return true;
  return token.actorToken === undefined && token.client === sub;
}

function isOtherClient(token: TokenView, parent: TokenView, { sub, iss }: Act, people: PeopleView): boolean {
  const { client } = token;
  if (client === undefined || client === parent.client) return false;
  return !sameParty(people, { id: client }, { id: sub, iss });
}

/** Policy says to whom a principal may delegate: neither the subject nor the actor signs that in a token (V12). */
function notDelegatedTo(hop: Hop): Finding | undefined {
  const { token, people, policy } = hop;
  const { subject } = token;
  if (subject === undefined || policy.trust.delegates.length === 0) return undefined;
  const row = policy.trust.delegates.find(({ from }) => matchesPattern(from, subject.id));
  const actor = row === undefined ? undefined : newActorOf(token, people);
  if (row === undefined || actor === undefined) return undefined;
  if (row.to.some((to) => matchesPattern(to, actor.id) || sameParty(people, actor, { id: to })))
    return undefined;
  const title = `${principalLabel(actor)} acts for ${principalLabel(subject)}, who may not delegate to it`;
  const claim = { delegator: row.from, mayDelegateTo: sample(row.to) };
  return finding(hop, 'not-delegated-to', title, claim, [], actor);
}

function finding(
  { token, policy }: Hop,
  fact: string,
  title: string,
  claim: Finding['evidence'],
  because: readonly string[],
  actor?: Principal,
): Finding {
  const linkLevel = token.parentLevel;
  return {
    subject: tokenSubject(token),
    fact,
    kind: 'alert',
    severity: severityFor(token.subject, policy),
    title,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      ...claim,
      actor: actor?.id ?? null,
      client: token.client ?? null,
      subject: token.subject?.id ?? null,
      issuer: token.issuer ?? null,
      grant: token.grant ?? null,
      linkLevel: linkLevel ?? null,
    },
    eventIds: eventIds(token.eventIds, because),
    settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs,
    revoke: token.ref,
    ...(linkLevel === undefined ? {} : { linkLevel }),
  };
}
