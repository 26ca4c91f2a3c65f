import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { EVIDENCE_VALUES_MAX } from '../../src/domain/limits.ts';
import { type Ancestor, ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { eventIds, holderOf, tokenSubject } from '../evidence.ts';
import { isKind, isRefreshOf } from '../kinds.ts';
import { actOf, actorsIn, sameParty } from '../parties.ts';

const none: readonly Finding[] = [];

/** More hands than policy allows, by the tokens that were seen or by the actors that a token names (V14). */
export function judgeDepth(token: TokenView, people: PeopleView, policy: Policy): readonly Finding[] {
  const { max } = policy.depth;
  const path = ancestorsOf(token);
  const actors = actorsIn(actOf(token)).length;
  if (path.length <= max && actors <= max) return none;
  const { parent } = token;
  const handed = handOvers(token, path, people);
  const isDeep = handed.length > max;
  if (!isDeep && actors <= max) return none;
  // What comes below a token that is too deep is its consequence.
  const above = handed.length - (parent !== undefined && isHandOver(token, parent, people) ? 1 : 0);
  if (above > max || (parent !== undefined && actorsIn(actOf(parent)).length > max)) return none;
  const depth = Math.max(handed.length, actors);
  const last = isDeep ? handed.at(-1) : undefined;
  return [
    {
      subject: tokenSubject(token),
      fact: 'too-deep',
      kind: 'alert',
      severity: 'high',
      title: `${holderOf(token)} got a token at depth ${depth}, where ${max} is the deepest`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: {
        depth,
        allowed: max,
        hops: handed.length,
        actors,
        // From whom it came, the nearest first.
        through: handed.slice(0, EVIDENCE_VALUES_MAX).map((ancestor) => holderOf(ancestor.token)),
        linkLevel: last?.level ?? null,
      },
      eventIds: eventIds(token.eventIds, ...handed.map((ancestor) => ancestor.token.eventIds)),
      revoke: token.ref,
      ...(last === undefined ? {} : { linkLevel: last.level }),
    },
  ];
}

/** The ancestors whose holder handed it on, nearest first. */
function handOvers(token: TokenView, path: readonly Ancestor[], people: PeopleView): readonly Ancestor[] {
  return path.filter((ancestor, index) =>
    isHandOver(path[index - 1]?.token ?? token, ancestor.token, people),
  );
}

/** A refresh, a replaced transaction token, and a token that its holder trades for another hand nothing on. */
function isHandOver(below: TokenView, above: TokenView, people: PeopleView): boolean {
  if (isRefreshOf(below) || isReplacement(below, above)) return false;
  if (below.actor !== undefined && above.actor !== undefined)
    return !sameParty(people, below.actor, above.actor);
  const isUnnamed = below.actor === undefined && above.actor === undefined;
  return !isUnnamed || below.client === undefined || below.client !== above.client;
}

function isReplacement(below: TokenView, above: TokenView): boolean {
  return isKind(below, 'txn') && isKind(above, 'txn');
}

/** A transaction token that was replaced more often than policy allows (V37). */
export function judgeReplacements(token: TokenView, policy: Policy): readonly Finding[] {
  if (token.parent === undefined || !isReplacement(token, token.parent)) return none;
  const { replacements } = policy.depth;
  const path = ancestorsOf(token);
  const end = path.findIndex(
    (ancestor, index) => !isReplacement(path[index - 1]?.token ?? token, ancestor.token),
  );
  const replaced = end < 0 ? path : path.slice(0, end);
  const last = replaced.at(-1);
  // One replacement follows the other: only the first one too many is news.
  if (last === undefined || replaced.length !== replacements + 1) return none;
  return [
    {
      subject: tokenSubject(token),
      fact: 'replaced-too-often',
      kind: 'signal',
      severity: 'medium',
      title: `A transaction token was replaced for the ${ordinal(replaced.length)} time, by ${holderOf(token)}`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: { replaced: replaced.length, allowed: replacements, linkLevel: last.level },
      eventIds: eventIds(token.eventIds, ...replaced.map((ancestor) => ancestor.token.eventIds)),
      revoke: token.ref,
      linkLevel: last.level,
    },
  ];
}

function ordinal(number: number): string {
  const tens = number % 100;
  const suffix = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${suffix}`;
}
