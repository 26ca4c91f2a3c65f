import type { CallCircle } from '../domain/chain.ts';
import { EVIDENCE_VALUES_MAX } from '../domain/limits.ts';
import { compareStrings, isType } from './fact.ts';
import type { Place } from './place.ts';

/** Circles among the calls and invocations of a chain, earliest first. */
export function circlesIn(places: Iterable<Place>): readonly CallCircle[] {
  const circles: CallCircle[] = [];
  for (const place of places) {
    const circle = place.kind === 'call' ? ofCalls(place) : ofInvocations(place);
    if (circle !== undefined) circles.push(circle);
  }
  if (circles.length > 1) circles.sort((a, b) => a.atMs - b.atMs || compareStrings(a.callId, b.callId));
  return circles.slice(0, EVIDENCE_VALUES_MAX);
}

/** A call that names a parent and has no better place than its own is the smallest of a circle. */
function ofCalls(place: Place): CallCircle | undefined {
  for (const call of place.calls) {
    if (place.key !== `call:${call.id}`) continue;
    const { callId, parentCallId, atMs, eventIds } = call;
    if (callId === undefined || parentCallId === undefined) return undefined;
    return { callId, parentCallId, atMs, eventIds };
  }
  return undefined;
}

function ofInvocations(place: Place): CallCircle | undefined {
  const [fact] = place.facts;
  if (fact === undefined || !isType(fact, 'agent.invoked')) return undefined;
  const { callId, parentCallId } = fact.data;
  if (parentCallId === undefined) return undefined;
  const isCut = place.branch.wants !== undefined && place.branch.up === undefined;
  if (!isCut && callId !== parentCallId) return undefined;
  return { callId, parentCallId, atMs: fact.event.timeMs, eventIds: [fact.event.id] };
}
