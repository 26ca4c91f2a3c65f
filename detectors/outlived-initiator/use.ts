import type { ActionView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { deedEvidence, doerOf, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { clocksOf, deedOf, eventIds } from '../evidence.ts';
import { factOf, lossEvidence, severityOfLoss, stateOf } from './loss.ts';
import { lossesOf, type PartyLoss, type SeenUse } from './parties.ts';
import { sessionEnded } from './session.ts';

/** An action by, or in the name of, somebody who had lost the authority for it. */
export function judgeUse({ action, people, policy }: SeenUse): readonly Finding[] {
  const { token } = action;
  const { initiator, agent } = lossesOf(action.actor, token, action.atMs, people, policy);
  const findings = [initiator, agent].flatMap((party, index) =>
    party === undefined ? [] : [outlived(party, index === 1, action, policy)],
  );
  // Whoever is disabled has no session either.
  if (initiator !== undefined) return findings;
  const session = sessionEnded({ action, people, policy });
  return session === undefined ? findings : [...findings, session];
}

function outlived(party: PartyLoss, isAgent: boolean, action: ActionView, policy: Policy): Finding {
  const { loss, token: through, level } = party;
  const { token } = action;
  const done = tookEffect(action);
  const who = principalLabel(loss.principal);
  const deed = `${done ? 'did' : 'tried'} ${deedOf(action)}`;
  return {
    subject: doerOf(action),
    fact: factOf(loss, isAgent),
    kind: done ? 'alert' : 'signal',
    severity: done ? severityOfLoss(loss, severityOfDeed(action, policy)) : 'low',
    title: isAgent
      ? `${who} ${deed} although it ${stateOf(loss)}`
      : `${whoDid(action)} ${deed} in the name of ${who}, who ${stateOf(loss)}`,
    atMs: action.atMs,
    evidence: {
      ...deedEvidence(action, policy),
      ...lossEvidence(loss, action.atMs),
      holder: through === undefined ? null : refLabel(through.ref),
      linkLevel: level ?? null,
    },
    eventIds: eventIds(action.eventIds, [loss.change.eventId], token?.eventIds ?? []),
    settlesAtMs: action.atMs + clocksOf(policy).latenessMs,
    ...(token === undefined ? {} : { revoke: token.ref }),
    ...(level === undefined ? {} : { linkLevel: level }),
  };
}
