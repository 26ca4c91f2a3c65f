import type { ActionView } from '../src/domain/chain.ts';
import { placeOf } from './deed.ts';
import { wentThrough } from './evidence.ts';

/**
 * Whether a change is what a system tells of a call of the same chain: of one HTTP request, or of one place. It says
 * by its own clock, perhaps much later, what the call did; when that was done the call says.
 */
export function followsCall(actions: readonly ActionView[]): (action: ActionView) => boolean {
  let told: { readonly requests: Set<string>; readonly places: Set<string> } | undefined;
  return (action) => {
    if (action.kind !== 'change') return false;
    told ??= toldBy(actions);
    const place = placeOf(action);
    if (place !== undefined && told.places.has(place)) return true;
    return action.httpRequestIds.some((id) => told?.requests.has(id));
  };
}

function toldBy(actions: readonly ActionView[]) {
  const calls = actions.filter((action) => action.kind !== 'change' && wentThrough(action));
  return {
    requests: new Set(calls.flatMap(({ httpRequestIds }) => httpRequestIds)),
    places: new Set(calls.flatMap((call) => placeOf(call) ?? [])),
  };
}
