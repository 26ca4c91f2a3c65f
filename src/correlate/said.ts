import type { DecisionView, Exposure, Introspection, Privilege, Rejection } from '../domain/chain.ts';
import type { EventOf } from '../domain/event/index.ts';
import { compareTimes, type Fact, isType } from './fact.ts';
import { exposureOf } from './people.ts';

/** What was said of a token beside its mint, from its facts in any order. */

export function introspectionsIn(facts: readonly Fact[]): readonly Introspection[] {
  return byTime(facts).flatMap((fact) => {
    if (!isType(fact, 'token.introspected')) return [];
    const { event, data } = fact;
    return [{ atMs: event.timeMs, active: data.active, by: data.by, eventId: event.id }];
  });
}

export function rejectionsIn(facts: readonly Fact[]): readonly Rejection[] {
  return byTime(facts).flatMap((fact) => {
    if (!isType(fact, 'token.rejected')) return [];
    const { event, data } = fact;
    return [{ atMs: event.timeMs, reason: data.reason ?? data.error, by: data.by, eventId: event.id }];
  });
}

/** The earliest. */
export function exposureIn(facts: readonly Fact[]): Exposure | undefined {
  let earliest: Exposure | undefined;
  for (const fact of byTime(facts)) {
    if (!isType(fact, 'credential.exposed')) continue;
    const exposure = exposureOf(fact);
    if (earliest === undefined || exposure.atMs < earliest.atMs) earliest = exposure;
  }
  return earliest;
}

export function decisionsIn(facts: readonly Fact[]): readonly DecisionView[] {
  return byTime(facts).flatMap((fact) => {
    if (!isType(fact, 'policy.decision')) return [];
    const { event, data } = fact;
    const { subject, action, resource, policy } = data;
    return [
      { atMs: event.timeMs, allowed: data.decision, subject, action, resource, policy, eventId: event.id },
    ];
  });
}

/** A privilege ends with the first report that it did which names the same principal and one of its grants. */
export function privilegesIn(facts: readonly Fact[]): readonly Privilege[] {
  const sorted = byTime(facts);
  const ends = sorted.filter((fact) => isType(fact, 'privilege.expired'));
  return sorted.flatMap((fact) => {
    if (!isType(fact, 'privilege.granted')) return [];
    const { event, data } = fact;
    return [
      {
        atMs: event.timeMs,
        principal: data.principal,
        grants: data.grants,
        expMs: data.exp === null ? null : data.exp * 1000,
        endedMs: ends.find((end) => isEndOf(end, fact))?.event.timeMs,
        approvalId: data.approvalId,
        eventId: event.id,
      },
    ];
  });
}

function isEndOf(
  end: Fact<EventOf<'privilege.expired'>>,
  { event, data }: Fact<EventOf<'privilege.granted'>>,
): boolean {
  const { principal, grants } = end.data;
  return (
    end.event.timeMs >= event.timeMs &&
    principal.id === data.principal.id &&
    principal.iss === data.principal.iss &&
    grants.some((grant) => data.grants.includes(grant))
  );
}

function byTime(facts: readonly Fact[]): readonly Fact[] {
  return facts.toSorted(compareTimes);
}
