/**
 * Whether one grant covers another. `no` is a fact; `unknown` means that it could, and nobody can say; `incomparable`
 * that the two do not speak of the same thing. Neither of the last two is ever taken for covered, nor for excess.
 */
export type Cover = 'yes' | 'no' | 'unknown' | 'incomparable';

/** One of several holders is enough: a `yes` decides, else whatever leaves it open. */
export function anyCover(covers: Iterable<Cover>): Cover {
  let best: Cover = 'no';
  for (const cover of covers) {
    if (cover === 'yes') return 'yes';
    if (best === 'no' || cover === 'incomparable') best = cover;
  }
  return best;
}

/** Every one has to cover: a `no` decides, else whatever leaves it open. */
export function allCover(covers: Iterable<Cover>): Cover {
  let worst: Cover = 'yes';
  for (const cover of covers) {
    if (cover === 'no') return 'no';
    if (worst === 'yes' || cover === 'incomparable') worst = cover;
  }
  return worst;
}

/** How the grants of one namespace are compared: a reflexive and transitive relation over their canonical texts. */
export interface Dialect {
  /** Tells dialects with different answers apart. */
  readonly key: string;
  /** True when `covers` says more than that equal texts cover each other. */
  readonly structural: boolean;
  /** True when a list of grants is the most that is held: denials and conditions may take some of it away. */
  readonly upperBound: boolean;
  canonical(grant: string): string;
  covers(parent: string, child: string): Cover;
  /** True when to find the answer costs more than to look it up. */
  isHard(parent: string, child: string): boolean;
}
