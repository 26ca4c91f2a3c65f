/** One planted bug: a place in the source, and what stands there instead. Product code knows nothing of it. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly search: string;
  readonly replace: string;
  /** A world in which it shows: tried first. When worlds change it may show in others only. */
  readonly seed?: number;
}
