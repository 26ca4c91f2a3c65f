import type { ActionView, Binding } from '../src/domain/chain.ts';
import { namesOf, placesOf } from './bindings.ts';
import { numberOf } from './deed.ts';

/** What was agreed to or refused, found by what an action is called and where it was done. */
export interface BindingIndex<T> {
  /** Entries that may speak of the action, in the order in which they were given. */
  of(action: ActionView): readonly T[];
}

/** So many are compared with one action: a person who agreed to the same thing more often agreed to it. */
const CANDIDATES_MAX = 16;

export function indexBindings<T>(
  entries: Iterable<{ readonly binding: Binding; readonly entry: T }>,
): BindingIndex<T> {
  const byName = new Map<string, Map<string | undefined, [number, T][]>>();
  const byFact = new Map<string, [number, T][]>();
  let order = 0;
  for (const { binding, entry } of entries) {
    const filed: [number, T] = [order, entry];
    order += 1;
    const targets = byName.get(binding.action) ?? new Map<string | undefined, [number, T][]>();
    byName.set(binding.action, targets);
    file(targets, binding.target, filed);
    for (const fact of factsOf(binding)) file(byFact, fact, filed);
  }

  function* called(action: ActionView): Iterable<[number, T]> {
    const places = [undefined, ...placesOf(action)];
    for (const name of namesOf(action)) {
      const targets = byName.get(name);
      if (targets === undefined) continue;
      for (const place of places) yield* targets.get(place) ?? [];
      // Nobody says which resource it was, so it may have been any.
      if (action.target?.resource !== undefined) continue;
      for (const [target, filed] of targets) if (!places.includes(target)) yield* filed;
    }
  }

  function* concerned(change: ActionView): Iterable<[number, T]> {
    const { record, amount } = change.details;
    for (const fact of [...placesOf(change), record, numberOf(amount)]) yield* byFact.get(`${fact}`) ?? [];
  }

  return {
    of(action) {
      const found = new Map<number, T>();
      for (const [at, entry] of action.kind === 'change' ? concerned(action) : called(action)) {
        found.set(at, entry);
        if (found.size >= CANDIDATES_MAX) break;
      }
      return [...found].sort(([a], [b]) => a - b).map(([, entry]) => entry);
    },
  };
}

/** By what a system, in its own words, may tell of it. */
function factsOf({ target, facts }: Binding): readonly string[] {
  const all = [target, facts?.record, numberOf(facts?.amount)].filter((fact) => fact !== undefined);
  return [...new Set(all.map((fact) => `${fact}`))];
}

function file<K, V>(index: Map<K, V[]>, key: K, value: V): void {
  const entry = index.get(key);
  if (entry === undefined) index.set(key, [value]);
  else entry.push(value);
}
