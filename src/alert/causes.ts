/** What stands at a hop below others, and may page there. */
export interface Standing {
  readonly hop: string;
  readonly above: readonly string[];
  readonly pages: boolean;
}

/**
 * Who stands at which hop of one tenant, and below which. The cause of whatever stands somewhere is the topmost hop,
 * its own included, that something pages at.
 */
export interface Causes<Entry> {
  /** Notes where an entry stands now, undefined when it is forgotten; returns whose cause this may change. */
  place(entry: Entry, now: Standing | undefined): Iterable<Entry>;
  causeOf(standing: Standing): string | undefined;
  at(hop: string): ReadonlySet<Entry>;
}

export function createCauses<Entry>(): Causes<Entry> {
  const places = new Map<Entry, Standing>();
  const at = new Map<string, Set<Entry>>();
  const below = new Map<string, Set<Entry>>();
  /** How many page at a hop. */
  const paging = new Map<string, number>();

  /** Returns true when the hop became a cause, or is none any more. */
  function count(hop: string, by: 1 | -1): boolean {
    const before = paging.get(hop) ?? 0;
    if (before + by === 0) paging.delete(hop);
    else paging.set(hop, before + by);
    return before === 0 || before + by === 0;
  }

  /** Returns the hop when it is no cause any more. */
  function unplace(entry: Entry): string | undefined {
    const was = places.get(entry);
    if (was === undefined) return undefined;
    places.delete(entry);
    discard(at, was.hop, entry);
    for (const hop of was.above) discard(below, hop, entry);
    return was.pages && count(was.hop, -1) ? was.hop : undefined;
  }

  return {
    place(entry, now) {
      const turned = [unplace(entry)];
      if (now !== undefined) {
        places.set(entry, now);
        add(at, now.hop, entry);
        for (const hop of now.above) add(below, hop, entry);
        if (now.pages && count(now.hop, 1)) turned.push(now.hop);
      }
      // What turned there and back has not turned.
      const [first, second] = turned;
      if (first === second) return [];
      return turned.flatMap((hop) =>
        hop === undefined ? [] : [...(at.get(hop) ?? []), ...(below.get(hop) ?? [])],
      );
    },
    causeOf({ hop, above }) {
      for (let index = above.length - 1; index >= 0; index -= 1) {
        const higher = above[index] as string;
        if (paging.has(higher)) return higher;
      }
      return paging.has(hop) ? hop : undefined;
    },
    at: (hop) => at.get(hop) ?? none,
  };
}

const none: ReadonlySet<never> = new Set();

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
