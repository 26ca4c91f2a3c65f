import type { ActionView, ChainView, PeopleView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { deedEvidence, effectIn, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { chainSubject, clocksOf, deedOf, eventIds } from '../evidence.ts';
import { factOf, type Loss, lossEvidence, lossOf, severityOfLoss, stateOf } from './loss.ts';
import { lineage } from './parties.ts';

interface Seen {
  readonly chain: ChainView;
  readonly people: PeopleView;
  readonly policy: Policy;
}

const none: readonly Finding[] = [];

/** The first action for a request whose initiator is gone, by a credential that does not carry the initiator's name. */
export function outlivedByChain({ chain, people, policy }: Seen): readonly Finding[] {
  const { initiator } = chain;
  if (initiator === undefined || people.of(initiator).changes.length === 0) return none;
  for (const action of chain.actions) {
    if (!tookEffect(action) || bearsName(action, initiator, people)) continue;
    const moment = { atMs: action.atMs, givenMs: chain.startedMs };
    const loss = lossOf(initiator, moment, people, policy);
    if (loss === undefined || isOfSource(loss, action, chain, policy)) continue;
    return [
      {
        subject: chainSubject(chain),
        fact: factOf(loss, false),
        kind: 'alert',
        severity: severityOfLoss(loss, severityOfDeed(action, policy)),
        title: `${whoDid(action)} did ${deedOf(action)} for ${principalLabel(initiator)}, who ${stateOf(loss)}`,
        atMs: action.atMs,
        evidence: {
          ...deedEvidence(action, policy),
          ...lossEvidence(loss, action.atMs),
        },
        eventIds: eventIds(action.eventIds, [loss.change.eventId]),
        settlesAtMs: action.atMs + clocksOf(policy).latenessMs,
        shownBy: action.id,
        ...(action.token === undefined || action.token.standing ? {} : { revoke: action.token.ref }),
      },
    ];
  }
  return none;
}

/** What a machine's request sets off once its source is lost is for `unproven-trigger`; reading is none of it. */
function isOfSource({ change }: Loss, action: ActionView, chain: ChainView, policy: Policy): boolean {
  if (change.change !== 'compromised' || effectIn(action, policy) === 'read') return false;
  return chain.requests.some(({ kind }) => kind !== 'human');
}

/** Then it is judged by itself, with its token. */
function bearsName(action: ActionView, initiator: Principal, people: PeopleView): boolean {
  if (action.actor !== undefined && people.same(action.actor, initiator)) return true;
  return lineage(action.token).some(
    ({ token }) => token.subject !== undefined && people.same(token.subject, initiator),
  );
}
