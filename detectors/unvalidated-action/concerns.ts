import type { ActionView, DecisionView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
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
  if (!speaksOf(decision, seen)) return 'other';
  return comparedTo(seen.action, decision.resource);
}

/**
 * A decision may be about whoever acts, whoever holds the credential, or the person in whose name that is. One that
 * allows may also be about somebody further up, for whom it is done; a refusal of theirs binds only them.
 */
function speaksOf({ subject: { id }, allowed }: DecisionView, { action, chain, people }: Seen): boolean {
  const { actor, token } = action;
  const named: Principal = { id, kind: 'unknown' };
  const isNamed = (party: Principal | undefined) =>
    party !== undefined && (party.id === id || people.same(party, named));
  const holds = (held: TokenView) => held.client === id || isNamed(held.actor) || isNamed(held.subject);
  if (isNamed(actor) || isNamed(chain.initiator) || (token !== undefined && holds(token))) return true;
  if (!allowed) return false;
  if (token !== undefined && ancestorsOf(token).some((ancestor) => holds(ancestor.token))) return true;
  return chain.invocations.some(
    (invocation) => isNamed(invocation.actor) && actor !== undefined && people.same(invocation.callee, actor),
  );
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
