import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { EVIDENCE_VALUES_MAX } from '../../src/domain/limits.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { eventIds, tokenSubject } from '../evidence.ts';
import { actOf, actorsIn, sameParty } from '../parties.ts';

/**
 * Authority that comes back to somebody who had handed it on (V15): seen from token to token, else as the token
 * itself names its actors.
 */
export function judgeReturn(token: TokenView, people: PeopleView): readonly Finding[] {
  const seen = actorsSeen(token);
  const named = actorsIn(actOf(token));
  const isSeen = returns(seen, people);
  const hands = isSeen ? seen : named;
  if (!isSeen && (isNarrowed(token, named, people) || !returns(named, people))) return [];
  const [actor, giver, ...others] = hands;
  return [
    {
      subject: tokenSubject(token),
      fact: 'actor-returns',
      kind: 'signal',
      severity: 'low',
      title: `Authority came back to ${principalLabel(actor)} by way of ${principalLabel(giver)}`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: {
        actor: principalLabel(actor),
        through: [giver, ...others].slice(0, EVIDENCE_VALUES_MAX).map(principalLabel),
        seen: isSeen,
      },
      eventIds: eventIds(token.eventIds, ...ancestorsOf(token).map((ancestor) => ancestor.token.eventIds)),
    },
  ];
}

/** Who held it and what it was made from, as far as anybody said; the current holder first. */
function actorsSeen(token: TokenView): readonly Principal[] {
  if (token.actor === undefined || token.parent === undefined) return [];
  const above = ancestorsOf(token).flatMap((ancestor) => ancestor.token.actor ?? []);
  return [token.actor, ...above];
}

/** The holder had it already: what the claim tells was told of its parent. */
function isNarrowed({ parent }: TokenView, named: readonly Principal[], people: PeopleView): boolean {
  const [current] = named;
  const [before] = parent === undefined ? [] : actorsIn(actOf(parent));
  return current !== undefined && before !== undefined && sameParty(people, current, before);
}

/** The first was there once before, and others in between. Whoever comes and goes is news the first time only. */
function returns(hands: readonly Principal[], people: PeopleView): boolean {
  const [current, ...others] = hands;
  if (current === undefined || others.length < 2) return false;
  let times = 0;
  let isAway = false;
  for (const [index, other] of others.entries()) {
    const isSame = sameParty(people, current, other);
    if (isSame && index === 0) return false;
    if (isSame && isAway) times += 1;
    isAway = !isSame;
  }
  return times === 1;
}
