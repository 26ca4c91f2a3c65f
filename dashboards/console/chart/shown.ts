import { createHash } from 'node:crypto';
import type { Hop } from './detail.ts';
import type { Lineage } from './lineage.ts';
import { holderOf } from './words.ts';

/** Hops that are drawn one by one without a word: what a person can still take in. */
export const WHOLE_HOPS_MAX = 60;
/** Hops of one depth, side by side, that still fit on two screens: where there are more, small chains fold, too. */
const ROW_HOPS_MAX = 14;
/** Nodes of hops in one drawing, whatever is unfolded: laying out more would be felt by everybody else. */
export const DRAWN_HOPS_MAX = 240;
/** Siblings that one more click on a group shows. */
export const UNFOLD_HOPS = 40;
/** Offending hops whose paths never fold, the worst first; more than that are one and the same story. */
const OFFENDING_MAX = 24;
/** Of a long path: its beginning, and what is nearest to where it broke. */
const PATH_TOP = 4;
const PATH_NEAR = 10;
/** So many that look alike are all drawn, where there is room. */
const FEW_ALIKE = 4;
/** Fewer that look alike are not worth a group of their own. */
const GROUP_SIBLINGS_MIN = 3;
/** Groups below one hop; siblings of any other shape are one group together. */
const GROUPS_PER_PARENT_MAX = 4;
/** Groups in all; past it there is one below each hop. */
const GROUPS_MAX = 60;

/** Hops that are not drawn one by one, below the same hop and of the same shape, with all that hangs on them. */
export interface Group {
  readonly id: string;
  /** The hop they hang on, which is drawn; undefined: they are at the top. */
  readonly parentKey: string | undefined;
  /** One of them. */
  readonly sample: Hop;
  /** Whether all of them look like the sample. */
  readonly alike: boolean;
  /** Those that hang on the parent themselves, and all in all. */
  readonly siblings: number;
  readonly hops: number;
  readonly keys: ReadonlySet<string>;
}

export interface Shown {
  /** Drawn one by one, parents first. */
  readonly hops: readonly Hop[];
  readonly groups: readonly Group[];
  /** The group that a hop is in. */
  groupOf(key: string): Group | undefined;
  isDrawn(key: string): boolean;
}

/** Which groups are unfolded, and how often. */
export type Unfolded = ReadonlyMap<string, number>;

/** What is drawn of a chain: all of a small one; of a large one every path to where it broke, and one of each shape. */
export function shownOf(lineage: Lineage, offending: readonly string[], unfolded: Unfolded): Shown {
  const names = createNames();
  if (isWhole(lineage)) return shown(lineage, new Set(lineage.order.map(keyOf)), names);
  const drawn = pathsTo(lineage, offending);
  const room = { base: Math.max(WHOLE_HOPS_MAX, drawn.size + 12) };
  // From the top, and from where a path goes on below what is left out of it.
  const resumed = [...drawn].filter((key) => !isBelowDrawn(key, lineage, drawn));
  const queue: (readonly [string | undefined, readonly Hop[]])[] = [
    [undefined, lineage.tops],
    ...resumed.map((key) => [key, lineage.childrenOf(key)] as const),
  ];
  for (const [parentKey, siblings] of queue) {
    for (const hop of chosen(parentKey, siblings, { drawn, unfolded, room, names })) drawn.add(hop.key);
    for (const hop of siblings) if (drawn.has(hop.key)) queue.push([hop.key, lineage.childrenOf(hop.key)]);
  }
  return shown(lineage, drawn, names);
}

function isWhole({ order, parentOf }: Lineage): boolean {
  if (order.length > WHOLE_HOPS_MAX) return false;
  const depths = new Map<string, number>();
  const widths = new Map<number, number>();
  for (const hop of order) {
    const depth = (depths.get(parentOf(hop)?.key ?? '') ?? 0) + 1;
    depths.set(hop.key, depth);
    widths.set(depth, (widths.get(depth) ?? 0) + 1);
  }
  return Math.max(0, ...widths.values()) <= ROW_HOPS_MAX;
}

function isBelowDrawn(key: string, lineage: Lineage, drawn: ReadonlySet<string>): boolean {
  const hop = lineage.get(key);
  const parent = hop === undefined ? undefined : lineage.parentOf(hop);
  return parent === undefined || drawn.has(parent.key);
}

function pathsTo(lineage: Lineage, offending: readonly string[]): Set<string> {
  const drawn = new Set<string>();
  for (const key of offending.slice(0, OFFENDING_MAX)) {
    const path = lineage.pathUp(key);
    const kept =
      path.length <= PATH_TOP + PATH_NEAR ? path : [...path.slice(0, PATH_NEAR), ...path.slice(-PATH_TOP)];
    if (drawn.size + kept.length > DRAWN_HOPS_MAX) break;
    for (const hop of kept) drawn.add(hop.key);
  }
  return drawn;
}

interface Choice {
  readonly drawn: ReadonlySet<string>;
  readonly unfolded: Unfolded;
  /** Hops that may be drawn without being asked for: grows with what is asked for. */
  readonly room: { base: number };
  readonly names: Names;
}

/** Siblings that are drawn beside those that must be: the first of each shape, all of a few, and what was unfolded. */
function chosen(
  parentKey: string | undefined,
  siblings: readonly Hop[],
  { drawn, unfolded, room, names }: Choice,
): readonly Hop[] {
  const { shapeOf, groupId } = names;
  const picked: Hop[] = [];
  const shapes = groupBy(siblings, shapeOf);
  const mixedId = groupId(parentKey, undefined);
  const mixed = { left: (unfolded.get(mixedId) ?? 0) * UNFOLD_HOPS };
  for (const [shape, hops] of shapes) {
    const asked = (unfolded.get(groupId(parentKey, shape)) ?? 0) * UNFOLD_HOPS;
    const isAlreadyTold = hops.some((hop) => drawn.has(hop.key));
    const plain = hops.length <= FEW_ALIKE ? hops.length : isAlreadyTold ? 0 : 1;
    let left = asked + plain;
    for (const hop of hops) {
      if (drawn.size + picked.length >= DRAWN_HOPS_MAX) return picked;
      if (drawn.has(hop.key)) continue;
      const isAsked = left > plain || mixed.left > 0;
      if (left <= 0 && mixed.left <= 0) break;
      if (!isAsked && drawn.size + picked.length >= room.base) break;
      if (isAsked) room.base += 1;
      if (left > 0) left -= 1;
      else mixed.left -= 1;
      picked.push(hop);
    }
  }
  return picked;
}

/** How many hops that are not drawn each group would hold, were there one for each shape. */
function siblingsAlike(
  lineage: Lineage,
  drawn: ReadonlySet<string>,
  { shapeOf, groupId }: Names,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const hop of lineage.order) {
    if (drawn.has(hop.key)) continue;
    const id = groupId(lineage.parentOf(hop)?.key, shapeOf(hop));
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Every hop is drawn or in a group: that of its parent, or one below the hop that it hangs on. */
function shown(lineage: Lineage, drawn: ReadonlySet<string>, names: Names): Shown {
  const { shapeOf, groupId } = names;
  const groups = new Map<string, { -readonly [K in keyof Group]: Group[K] } & { keys: Set<string> }>();
  const groupOf = new Map<string, string>();
  const perParent = new Map<string | undefined, Set<string>>();
  const likeIt = siblingsAlike(lineage, drawn, names);
  for (const hop of lineage.order) {
    if (drawn.has(hop.key)) continue;
    const parent = lineage.parentOf(hop);
    const above = parent === undefined ? undefined : groupOf.get(parent.key);
    let id = above;
    if (id === undefined) {
      const known = perParent.get(parent?.key) ?? new Set<string>();
      perParent.set(parent?.key, known);
      const own = groupId(parent?.key, shapeOf(hop));
      const isWorth = (likeIt.get(own) ?? 0) >= GROUP_SIBLINGS_MIN;
      const fits =
        known.has(own) || (isWorth && known.size < GROUPS_PER_PARENT_MAX && groups.size < GROUPS_MAX);
      id = fits ? own : groupId(parent?.key, undefined);
      known.add(id);
    }
    const group = groups.get(id) ?? {
      ...{ id, parentKey: parent?.key, sample: hop, alike: true },
      ...{ siblings: 0, hops: 0, keys: new Set<string>() },
    };
    groups.set(id, group);
    groupOf.set(hop.key, id);
    group.keys.add(hop.key);
    group.hops += 1;
    if (above === undefined) {
      group.siblings += 1;
      group.alike &&= shapeOf(hop) === shapeOf(group.sample);
    }
  }
  return {
    hops: lineage.order.filter((hop) => drawn.has(hop.key)),
    groups: [...groups.values()],
    groupOf: (key) => groups.get(groupOf.get(key) ?? ''),
    isDrawn: (key) => drawn.has(key),
  };
}

/** Names for shapes and groups, each worked out once: a chain may have ten thousand hops of a handful of shapes. */
interface Names {
  shapeOf(hop: Hop): string;
  groupId(parentKey: string | undefined, shape: string | undefined): string;
}

function createNames(): Names {
  const shapes = new Map<string, string>();
  const ids = new Map<string, Map<string, string>>();
  return {
    shapeOf: (hop) => kept(shapes, hop.key, () => shapeOf(hop)),
    groupId(parentKey = '', shape = '') {
      const below = ids.get(parentKey) ?? new Map<string, string>();
      ids.set(parentKey, below);
      return kept(below, shape, () => shortId(parentKey, shape));
    },
  };
}

function kept(known: Map<string, string>, key: string, make: () => string): string {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

/** Stands in addresses; keys may be long and hold anything. */
function shortId(parentKey: string, shape: string): string {
  return createHash('sha256')
    .update(JSON.stringify([parentKey, shape]))
    .digest('base64url')
    .slice(0, 10);
}

/** Hops that a person would call the same: kind, link, and holder but for numbers and ids in the name. */
function shapeOf(hop: Hop): string {
  const name = holderOf(hop).replace(/[0-9a-f]{8,}|\d+/gi, '#');
  return JSON.stringify([hop.kind, hop.tokenKind ?? '', hop.level ?? 0, name]);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function keyOf({ key }: Hop): string {
  return key;
}

/** `id` or `id.times`, separated by commas, as the address holds them. */
export function readUnfolded(text: string | null): Unfolded {
  const unfolded = new Map<string, number>();
  for (const part of (text ?? '').split(',').slice(0, 16)) {
    const [, id, times] = /^([\w-]{10})(?:\.([1-9]))?$/.exec(part) ?? [];
    if (id !== undefined) unfolded.set(id, Number(times ?? 1));
  }
  return unfolded;
}

export function writeUnfolded(unfolded: Unfolded, more: string): string {
  const all = new Map(unfolded).set(more, Math.min(9, (unfolded.get(more) ?? 0) + 1));
  return [...all].map(([id, times]) => (times === 1 ? id : `${id}.${times}`)).join(',');
}
