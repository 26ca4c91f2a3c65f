import type { Call } from './call.ts';
import { discard, ensure } from './collections.ts';
import type { Place } from './place.ts';

/** Call ids are the publisher's own: they mean something only beside its source. */
export function callIdKey(source: string, callId: string): string {
  return JSON.stringify([source, callId]);
}

/** Who answers to a call id, and who names it as a parent and moves when it becomes known. */
export class ParentCalls {
  readonly #calls = new Map<string, Call>();
  readonly #dependents = new Map<string, Set<Call | Place>>();

  get(key: string): Call | undefined {
    return this.#calls.get(key);
  }

  /** Returns true when the call now answers to the id. */
  file(key: string, call: Call): boolean {
    // A tool call and the API call it makes may share one id: the smaller key answers for both.
    const known = this.#calls.get(key);
    if (known !== undefined && known.id <= call.id) return false;
    this.#calls.set(key, call);
    return true;
  }

  unfile(key: string, call: Call): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }

  depend(
    dependent: Call | Place,
    source: string,
    oldParent: string | undefined,
    newParent: string | undefined,
  ): void {
    if (oldParent === newParent) return;
    if (oldParent !== undefined) discard(this.#dependents, callIdKey(source, oldParent), dependent);
    if (newParent === undefined) return;
    ensure(this.#dependents, callIdKey(source, newParent), () => new Set()).add(dependent);
  }

  dependents(key: string): readonly (Call | Place)[] {
    return [...(this.#dependents.get(key) ?? [])];
  }
}
