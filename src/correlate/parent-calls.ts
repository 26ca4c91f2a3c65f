import type { Call } from './call.ts';
import { discard, ensure } from './collections.ts';
import type { Place } from './place.ts';

/** Call ids are the publisher's own: they mean something only beside its source. */
export function callIdKey(source: string, callId: string): string {
  return JSON.stringify([source, callId]);
}

/** Who answers to a call id, and who names it as a parent and moves when it becomes known. */
export class ParentCalls {
  readonly #calls = new Map<string, Set<Call>>();
  readonly #dependents = new Map<string, Set<Call | Place>>();

  /** A tool call and the API call it makes may share one id: the smaller key answers for both. */
  get(key: string): Call | undefined {
    let smallest: Call | undefined;
    for (const call of this.#calls.get(key) ?? []) {
      if (smallest === undefined || call.id < smallest.id) smallest = call;
    }
    return smallest;
  }

  /** Returns true when another call answers to the id by it. */
  file(key: string, call: Call): boolean {
    ensure(this.#calls, key, () => new Set()).add(call);
    return this.get(key) === call;
  }

  unfile(key: string, call: Call): void {
    discard(this.#calls, key, call);
  }

  depend(dependent: Call | Place, oldParent: string | undefined, newParent: string | undefined): void {
    if (oldParent === newParent) return;
    if (oldParent !== undefined) discard(this.#dependents, oldParent, dependent);
    if (newParent !== undefined) ensure(this.#dependents, newParent, () => new Set()).add(dependent);
  }

  dependents(key: string): readonly (Call | Place)[] {
    return [...(this.#dependents.get(key) ?? [])];
  }
}
