/** What stands at a hop below others. */
interface Standing {
  readonly hop: string;
  readonly above: readonly string[];
}

/**
 * Who stands at which hop of one tenant, and below which. The cause of whatever stands somewhere is at the topmost
 * hop, its own included, that something pages at. The hop's own name is the cause's where the hop itself is found
 * fault with, else that of the chain whose fault is placed there.
 */
export interface Causes<Entry> {
  /**
   * Notes where an entry stands now, and its name when it pages; undefined when it is forgotten. Returns whose cause
   * this may change.
   */
  place(entry: Entry, now: (Standing & { readonly name: string | undefined }) | undefined): Iterable<Entry>;
  /** The cause's name. */
  of(standing: Standing): string | undefined;
}

export function createCauses<Entry>(): Causes<Entry> {
  const places = new Map<Entry, Standing & { readonly name: string | undefined }>();
  const at = new Map<string, Set<Entry>>();
  const below = new Map<string, Set<Entry>>();
  /** Of the hops that something pages at. */
  const names = new Map<string, string>();

  function unplace(entry: Entry): string | undefined {
    const was = places.get(entry);
    if (was === undefined) return undefined;
    places.delete(entry);
    discard(at, was.hop, entry);
    for (const hop of was.above) discard(below, hop, entry);
    return was.hop;
  }

  /** Names a hop again; true when its name is another one now. */
  function rename(hop: string): boolean {
    let name: string | undefined;
    for (const entry of at.get(hop) ?? []) {
      const own = places.get(entry)?.name;
      if (own === hop || (own !== undefined && name !== hop && (name === undefined || own < name)))
        name = own;
    }
    if (names.get(hop) === name) return false;
    if (name === undefined) names.delete(hop);
    else names.set(hop, name);
    return true;
  }

  return {
    place(entry, now) {
      const hops = new Set([unplace(entry), now?.hop].filter((hop) => hop !== undefined));
      if (now !== undefined) {
        places.set(entry, now);
        add(at, now.hop, entry);
        for (const hop of now.above) add(below, hop, entry);
      }
      return [...hops].filter(rename).flatMap((hop) => [...(at.get(hop) ?? []), ...(below.get(hop) ?? [])]);
    },
    of({ hop, above }) {
      for (let index = above.length - 1; index >= 0; index -= 1) {
        const name = names.get(above[index] as string);
        if (name !== undefined) return name;
      }
      return names.get(hop);
    },
  };
}

function add<Entry>(sets: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([entry]));
  else set.add(entry);
}

function discard<Entry>(sets: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const set = sets.get(key);
  set?.delete(entry);
  if (set?.size === 0) sets.delete(key);
}
