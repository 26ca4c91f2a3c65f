import type { RevocationWish } from '../domain/notice.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { Plan, Response } from '../domain/response.ts';
import type { Ledger } from './ledger.ts';
import { causeOf } from './order.ts';
import { type EffectiveMode, responseId, tokenTarget } from './plan/index.ts';
import { following, rowsOf, saysMore } from './plan-rows.ts';
import { type Asked, askedBy, isInHand, type Planner, type PlanReading } from './planner.ts';
import { findResponses, keyOf, type Named } from './rows.ts';

/** What became of a wish, durable. */
export interface Decided {
  readonly wish: RevocationWish;
  /** The response that ends what the wish names. */
  readonly response: Response;
}

export interface Decisions {
  readonly decided: readonly Decided[];
  /** Every response of the plans of this batch that is to be carried out, in the order of its plan. */
  readonly due: readonly Due[];
}

/** A response that is requested, and why. */
export interface Due {
  readonly response: Response;
  readonly reason: string;
}

export interface DeciderOptions {
  readonly store: Pick<ResponseStore, 'findResponses' | 'findPlans'>;
  readonly ledger: Ledger;
  readonly planner: Planner;
  readonly dryRun: boolean;
  readonly modeOf: (tenant: string, detector: string) => EffectiveMode;
}

/** Plans that are remembered; what is forgotten is looked at once more, which changes nothing. */
const REMEMBERED_MAX = 10_000;

/**
 * Decides about wishes. A wish that is known and has nothing new to say changes nothing: what an earlier telling of it
 * left undone is done. Only news changes a decision; a replay under a looser configuration must not revoke what people
 * have seen proposed and left alone.
 */
export function createDecider({ store, ledger, planner, dryRun, modeOf }: DeciderOptions) {
  /** Plans of which everything that is to be sent has been handed over. */
  const handedOver = new Set<string>();

  /** Rows of a plan that an interrupted telling did not write, and what is to be sent because of it. */
  async function complete(known: readonly Response[]): Promise<readonly Due[]> {
    const named = known.filter(({ planId }) => planId !== '' && !handedOver.has(planId));
    const plans = await findPlans(store, named);
    if (plans.length === 0) return [];
    const rows = await findResponses(store, plans.flatMap(stepsOf));
    const missing = plans.flatMap((plan) => {
      const causedMs = named.find(({ planId }) => planId === plan.id)?.causedMs ?? plan.madeMs;
      return rowsOf(plan, causedMs).filter((row) => !rows.has(keyOf(row)));
    });
    await ledger.writeResponses(missing);
    for (const row of missing) rows.set(keyOf(row), row);
    return plans.flatMap((plan) => dueOf(plan, rows));
  }

  async function planAll(batch: readonly Asked[], reading: PlanReading) {
    if (batch.length === 0) return { plans: [], rows: [], known: new Map<string, Response>() };
    const planning = await planner.begin(batch, reading);
    const plans: Plan[] = [];
    const rows: Response[] = [];
    for (const asked of batch) {
      for (const plan of planning.plans(asked)) {
        const news = newRows(plan, asked, planning.known, dryRun);
        if (news.length === 0) continue;
        plans.push(plan);
        rows.push(...news);
        planning.add(asked.tenant, news);
      }
    }
    return { plans, rows, known: planning.known };
  }

  return {
    decide: (
      wishes: readonly RevocationWish[],
      isHistory: (wish: RevocationWish) => boolean,
    ): Promise<Decisions> =>
      ledger.alone(async () => {
        const asked = wishes.map((wish) => {
          const { tenant, detector } = wish.alert;
          return askedBy(wish, modeOf(tenant, detector), isHistory(wish));
        });
        // At the same time, although what is known already needs no reading: mostly nothing is.
        const [before, reading] = await Promise.all([
          findResponses(store, wishes.map(named)),
          planner.read(asked),
        ]);
        const open = asked.filter((_, index) => {
          const wish = wishes[index] as RevocationWish;
          const known = before.get(nameOf(wish));
          return known === undefined || wish.alert.lastAtMs > known.causedMs;
        });
        const { plans, rows, known } = await planAll(open, reading);
        await ledger.writePlans(plans, rows);

        const now = new Map([...before, ...known, ...byName(rows)]);
        const decided = wishes.flatMap((wish) => {
          const response = now.get(nameOf(wish));
          return response === undefined ? [] : [{ wish, response }];
        });
        const written = new Set(plans.map(({ id }) => id));
        const others = decided.map(({ response }) => response).filter(({ planId }) => !written.has(planId));
        return { decided, due: [...plans.flatMap((plan) => dueOf(plan, now)), ...(await complete(others))] };
      }),
    /** Plans made again, because more hangs on what they ended; what is new of them is to be carried out. */
    extend: (asked: readonly Asked[]): Promise<readonly Due[]> =>
      ledger.alone(async () => {
        const { plans, rows, known } = await planAll(asked, await planner.read(asked));
        await ledger.writePlans(plans, rows);
        const now = new Map([...known, ...byName(rows)]);
        return plans.flatMap((plan) => dueOf(plan, now));
      }),
    /** Everything that they asked to be sent is durable in the outbox. */
    settled(decided: readonly Decided[]): void {
      if (handedOver.size >= REMEMBERED_MAX) handedOver.clear();
      for (const { response } of decided) handedOver.add(response.planId);
    },
  };
}
export type Decider = ReturnType<typeof createDecider>;

/** None when the plan says no more than what is known; else all of it is the plan's, but for what is under way. */
function newRows(
  plan: Plan,
  { wish }: Asked,
  known: ReadonlyMap<string, Response>,
  dryRun: boolean,
): readonly Response[] {
  const causedMs = wish?.alert.lastAtMs ?? plan.madeMs;
  const rows = rowsOf(plan, causedMs, wish);
  const open = rows.filter((row) => {
    const earlier = known.get(keyOf(row));
    return earlier === undefined || !isInHand(earlier, dryRun);
  });
  if (!open.some((row) => saysMore(row, known.get(keyOf(row))))) return [];
  return open.map((row) => following(row, known.get(keyOf(row))));
}

/** What is to be carried out of a plan, first things first. */
export function dueOf(plan: Plan, rows: ReadonlyMap<string, Response>): readonly Due[] {
  return stepsOf(plan)
    .flatMap((name) => rows.get(keyOf(name)) ?? [])
    .filter(({ planId, state }) => planId === plan.id && state === 'requested')
    .map((response) => ({ response, reason: causeOf(plan) }));
}

export function stepsOf({ tenant, steps }: Plan): readonly Named[] {
  return steps.map((step) => ({ tenant, id: step.responseId }));
}

/** The plans that responses belong to, each once. */
export async function findPlans(
  store: Pick<ResponseStore, 'findPlans'>,
  responses: readonly Pick<Response, 'tenant' | 'planId'>[],
): Promise<readonly Plan[]> {
  const ids = new Map<string, Set<string>>();
  for (const { tenant, planId } of responses) ids.set(tenant, (ids.get(tenant) ?? new Set()).add(planId));
  const found: Plan[] = [];
  for (const [tenant, wanted] of ids) found.push(...(await store.findPlans(tenant, [...wanted])));
  return found;
}

function named({ alert, target }: RevocationWish): Named {
  return { tenant: alert.tenant, id: responseId(alert.tenant, tokenTarget(target)) };
}

function nameOf(wish: RevocationWish): string {
  return keyOf(named(wish));
}

function byName(rows: readonly Response[]): Map<string, Response> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}
