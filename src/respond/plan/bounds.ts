import type { PlanVerdict } from '../../domain/response.ts';

/** What keeps a plan from being carried out. */
export interface Bound {
  /** At most that. */
  readonly cap: Exclude<PlanVerdict, 'act'>;
  /** In one sentence. */
  readonly reason: string;
}

export function refused(reason: string): Bound {
  return { cap: 'refuse', reason };
}

export function proposed(reason: string): Bound {
  return { cap: 'propose', reason };
}
