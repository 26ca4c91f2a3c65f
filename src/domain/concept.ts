/** What the concepts (R) or the standards (V) ask for, and what answers it beside detectors. */
export interface Concept {
  readonly id: string;
  readonly asks: string;
  /** Another part of the product that does it. */
  readonly elsewhere?: string | undefined;
  /** Why nothing does. */
  readonly uncovered?: string | undefined;
  /** The part that detectors cover, where it is not all of it. */
  readonly partly?: string | undefined;
}
