/** The value under `key`, made and kept when there is none. */
export function ensure<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Removes a value from the set under `key`, and the set with its last value. */
export function discard<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}

/** Removes an entry from the map under `key`, and the map with its last entry. */
export function discardEntry<K, I>(map: Map<K, Map<I, unknown>>, key: K, inner: I): void {
  const entries = map.get(key);
  entries?.delete(inner);
  if (entries?.size === 0) map.delete(key);
}

/** The first and the last `max` of a list. */
export function endsOf<T>(list: readonly T[], max: number): readonly T[] {
  return list.length <= 2 * max ? list : [...list.slice(0, max), ...list.slice(-max)];
}
