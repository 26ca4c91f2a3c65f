import type { ActionView, DecisionView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { nameOf, placeOf } from '../deed.ts';
import type { Seen } from './types.ts';

/** Names under which a decision may speak of an action: as policy does, or by the bare verb or tool. */
export function namesAction(action: ActionView): readonly string[] {
  const names = [nameOf(action), action.action, action.tool?.name];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/**
 * Whether a decision, by its action's name about this one, speaks of the same subject and target. `maybe`: it names
 * its resource in a way that cannot be compared with the target.
 */
export function concerns(decision: DecisionView, seen: Seen): 'same' | 'maybe' | 'other' {
  if (!speaksOf(decision.subject.id, seen)) return 'other';
  return comparedTo(seen.action, decision.resource);
}

/** A decision may be about whoever acts, whoever holds the credential, or the person in whose name that is. */
function speaksOf(id: string, { action, chain, people }: Seen): boolean {
  const { actor, token } = action;
  const parties = [actor, token?.actor, token?.subject, chain.initiator];
  if (token?.client === id) return true;
  const named: Principal = { id, kind: 'unknown' };
  return parties.some((party) => party !== undefined && (party.id === id || people.same(party, named)));
}

function comparedTo(action: ActionView, { type, id }: DecisionView['resource']): 'same' | 'maybe' | 'other' {
  const { target, details } = action;
  const place = placeOf(action);
  const own = [place, target?.resource, details.record, action.tool?.name];
  if (own.includes(id) || `${type}/${id}` === place) return 'same';
  if (target === undefined) return type === 'tool' && action.tool !== undefined ? 'other' : 'maybe';
  if (id === target.system) return 'same';
  // The same kind of thing, named in the same way, and another one.
  const isSystem = type === 'system' || type === 'service';
  const isRecord = type === 'record' && details.record !== undefined;
  const isBelow =
    target.resource !== undefined && (id.startsWith(`${target.system}/`) || type === target.system);
  return isSystem || isRecord || isBelow ? 'other' : 'maybe';
}
