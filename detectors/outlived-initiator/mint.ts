import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, holderOf, instant, tokenSubject } from '../evidence.ts';
import { factOf, lossEvidence, severityOfLoss, stateOf } from './loss.ts';
import { lossesOf, type PartyLoss } from './parties.ts';

interface Seen {
  readonly token: TokenView;
  readonly people: PeopleView;
  readonly policy: Policy;
}

const none: readonly Finding[] = [];

/** A token that an issuer minted for, or in the name of, somebody who had lost the authority for it. */
export function judgeMint({ token, people, policy }: Seen): readonly Finding[] {
  const { iatMs, parent } = token;
  if (!token.issued || iatMs === undefined) return none;
  const found = lossesAt(token, iatMs, people, policy);
  if (found.initiator === undefined && found.agent === undefined) return none;
  // Only the topmost: what is minted from it is its consequence.
  const above = parent?.issued === true && parent.iatMs !== undefined ? parent : undefined;
  const before = above === undefined ? undefined : lossesAt(above, above.iatMs, people, policy);
  return (['initiator', 'agent'] as const).flatMap((role) => {
    const party = found[role];
    if (party === undefined || before?.[role] !== undefined) return [];
    return [minted(party, role === 'agent', token, iatMs, policy)];
  });
}

function lossesAt(token: TokenView, iatMs: number | undefined, people: PeopleView, policy: Policy) {
  return lossesOf(undefined, token, iatMs ?? token.firstSeenMs, people, policy);
}

function minted(
  { loss, token: through, level }: PartyLoss,
  isAgent: boolean,
  token: TokenView,
  iatMs: number,
  policy: Policy,
): Finding {
  const who = principalLabel(loss.principal);
  return {
    subject: tokenSubject(token),
    fact: factOf(loss, isAgent),
    kind: 'alert',
    severity: severityOfLoss(loss, 'high'),
    title: isAgent
      ? `${who} got a token although it ${stateOf(loss)}`
      : `${holderOf(token)} got a token in the name of ${who}, who ${stateOf(loss)}`,
    atMs: iatMs,
    evidence: {
      mintedAt: instant(iatMs),
      grant: token.grant ?? null,
      ...lossEvidence(loss, iatMs),
      holder: through === undefined ? null : refLabel(through.ref),
      linkLevel: level ?? null,
    },
    eventIds: eventIds(token.eventIds, [loss.change.eventId]),
    settlesAtMs: iatMs + clocksOf(policy).latenessMs,
    revoke: token.ref,
    ...(level === undefined ? {} : { linkLevel: level }),
  };
}
