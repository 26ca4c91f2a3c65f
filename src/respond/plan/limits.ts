import * as z from 'zod';
import { patterns, WeeklyWindow } from '../../domain/policy/primitives.ts';

const seconds = (least: number) => z.int().min(least).max(86_400);

/** When what runs in an environment may lose authority without a person; an environment in no row: always. */
const ChangeWindow = z.strictObject({
  environments: patterns.min(1).default(['*']),
  windows: z.array(WeeklyWindow).min(1).max(64),
});

/**
 * How much may be taken without a person. A plan beyond a limit is proposed, with the limit in its reasons. They bind
 * the machine, not people: what a person asked for or approved is not counted.
 */
export const ResponseLimits = z.strictObject({
  /** Targets of one plan. */
  perAction: z.int().min(1).max(1_000).default(25),
  /** Holders whose tokens one plan takes. */
  principalsPerAction: z.int().min(1).max(1_000).default(10),
  /** The span of the next three. */
  windowSeconds: seconds(60).default(3_600),
  /** Targets of one chain. */
  perChain: z.int().min(1).max(10_000).default(50),
  /** Targets that one principal holds. */
  perPrincipal: z.int().min(1).max(10_000).default(50),
  /** Holders of a tenant who lose something. */
  principals: z.int().min(1).max(10_000).default(25),
  share: z
    .strictObject({
      /** Of a tenant's live tokens, in so many seconds. */
      percent: z.number().min(0.01).max(100).default(1),
      seconds: seconds(60).default(600),
      /** So many targets may always go: one percent of a small tenant is nothing. */
      floor: z.int().min(0).max(1_000).default(10),
    })
    .prefault({}),
  /**
   * What a person gave back is not taken again so soon, nor anything of its chain; nor all that a subject has twice.
   * 0: no cool-down.
   */
  coolDownSeconds: z.int().min(0).max(604_800).default(3_600),
  /** Open, it proposes everything. It closes by itself once its span shows neither. */
  breaker: z
    .strictObject({
      seconds: seconds(60).default(600),
      /** Plans carried out. */
      actions: z.int().min(1).max(10_000).default(20),
      /** Share of revocations that came to nothing, judged once so many have come to an end. */
      failures: z.number().min(0.01).max(1).default(0.5),
      failuresMin: z.int().min(1).max(1_000).default(5),
    })
    .prefault({}),
  changeWindows: z.array(ChangeWindow).max(64).default([]),
});
export type ResponseLimits = z.infer<typeof ResponseLimits>;

/**
 * What limits are judged by, counted from response rows of one tenant; in a dry run from the rows of dry runs.
 *
 * "Taken" is a response that left `refused` and `proposed` behind without a person: `requestedBy` is `chainwarden`,
 * `approvedBy` is empty, `action` is not `undo`. It counts once, whatever its state became, at the time of its first
 * row in `requested`. Every window ends now.
 */
export interface Usage {
  /** Tokens that are neither expired nor revoked now; undefined: not known, so only the floor may go. */
  readonly liveTokens: number | undefined;
  /** Taken in the tenant within `share.seconds`. */
  readonly takenInTenant: number;
  /** Taken with this `chainId` within `windowSeconds`; 0 when the plan has no chain. */
  readonly takenInChain: number;
  /** Taken within `windowSeconds`, by `holder`: every holder of the tenant, those beyond the plan included. */
  readonly takenByHolder: ReadonlyMap<string, number>;
  /** Distinct `planId` of what was taken within `breaker.seconds`. */
  readonly plansActed: number;
  /**
   * Real responses, by whomever, whose newest row is of the last `breaker.seconds`: `ended` is `confirmed`, and
   * `accepted` where nothing confirms; `failed` is `failed` and `unconfirmed`.
   */
  readonly ended: number;
  readonly failed: number;
  /** Of the plan's targets, by `targetKey`: when it was last undone. */
  readonly undoneMs: ReadonlyMap<string, number>;
  /** When anything of the chain was last undone. */
  readonly chainUndoneMs: number | undefined;
  /** When all that a subject has was last taken, by `targetKey`, by whomever. */
  readonly subjectTakenMs: ReadonlyMap<string, number>;
}

export const noUsage: Usage = {
  liveTokens: undefined,
  takenInTenant: 0,
  takenInChain: 0,
  takenByHolder: new Map(),
  plansActed: 0,
  ended: 0,
  failed: 0,
  undoneMs: new Map(),
  chainUndoneMs: undefined,
  subjectTakenMs: new Map(),
};
