import type { AdmittedEvent, EventData, EventOf, EventType } from '../domain/event/index.ts';

/** One event's contribution to the state of a token, a request, an invocation or a call. */
export interface Fact<Data extends EventData = EventData> {
  readonly event: AdmittedEvent;
  readonly data: Data;
  /** True when it arrived behind the watermark. */
  readonly late: boolean;
}

/** The identity of an event inside its tenant. */
export function identityOf(event: AdmittedEvent): string {
  return `${event.source}\u0000${event.id}`;
}

/**
 * The canonical order in which facts are read: issuers that are bound to their key first, then event time,
 * then identity. State is a function of the set of facts, so the order of arrival leaves no trace.
 */
export function compareFacts(a: Fact, b: Fact): number {
  if (a.event.origin.issuerBound !== b.event.origin.issuerBound) return a.event.origin.issuerBound ? -1 : 1;
  return compareTimes(a, b);
}

export function compareTimes(a: Fact, b: Fact): number {
  if (a.event.timeMs !== b.event.timeMs) return a.event.timeMs - b.event.timeMs;
  return compareStrings(identityOf(a.event), identityOf(b.event));
}

export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Inserts in order; facts per object are few, so a linear search beats anything clever. */
export function insertFact(facts: Fact[], fact: Fact, compare: (a: Fact, b: Fact) => number): void {
  let at = facts.length;
  while (at > 0 && compare(facts[at - 1] as Fact, fact) > 0) at -= 1;
  facts.splice(at, 0, fact);
}

export function removeFact(facts: Fact[], event: AdmittedEvent): boolean {
  const at = facts.findIndex((fact) => fact.event === event);
  if (at < 0) return false;
  facts.splice(at, 1);
  return true;
}

export function isType<T extends EventType>(fact: Fact, ...types: readonly T[]): fact is Fact<EventOf<T>> {
  return (types as readonly string[]).includes(fact.data.type);
}
