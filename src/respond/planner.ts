import type { LinkLevel } from '../domain/chain.ts';
import type { Principal } from '../domain/event/index.ts';
import type { RevocationWish } from '../domain/notice.ts';
import type { Policy } from '../domain/policy.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { Lineage } from '../domain/reach.ts';
import type { Plan, PlanTrigger, Response } from '../domain/response.ts';
import { refKey } from '../domain/token.ts';
import { readLineages } from './lineages.ts';
import {
  type Cascade,
  type EffectiveMode,
  makePlans,
  noUsage,
  type PlanningConfig,
  type PlanningConnector,
  planCascade,
  type Source,
} from './plan/index.ts';
import { findResponses, keyOf } from './rows.ts';
import type { Taken } from './taken.ts';
import type { Clock } from './types.ts';
import { createUsage, type UsageReading } from './usage.ts';

/** What is asked for, by an alert or by a person. */
export interface Asked {
  readonly tenant: string;
  readonly trigger: PlanTrigger;
  readonly source: Source;
  readonly chainId: string | undefined;
  /** Tokens whose chains show what it reaches. */
  readonly tokenKeys: readonly string[];
  readonly mode: EffectiveMode;
  readonly wish?: RevocationWish | undefined;
  readonly imported?: boolean;
  readonly strict?: boolean | undefined;
  readonly parties?: readonly Principal[] | undefined;
}

export interface PlannerOptions {
  readonly store: Pick<ResponseStore, 'lineage' | 'findResponses' | 'liveTokens'>;
  /** What was done of late. */
  readonly taken: Pick<Taken, 'rows'>;
  /** Those that could be asked now, in the order of the configuration. */
  readonly connectors: readonly PlanningConnector[];
  readonly config: PlanningConfig;
  readonly policy: () => Policy;
  readonly clock: Clock;
}

/** Makes the plans of one batch of what is asked for, one after the other: limits count what went before. */
export interface Planning {
  /** Newest rows of everything that a plan of the batch may name, by key. */
  readonly known: Map<string, Response>;
  plans(asked: Asked): readonly Plan[];
  /** What was decided of it, for those that follow. */
  add(tenant: string, rows: readonly Response[]): void;
}

/** What the store says of a batch, and of what limits are judged by. */
export interface PlanReading {
  readonly lineageOf: ReadonlyMap<Asked, Lineage>;
  readonly usageOf: Map<string, UsageReading>;
}

/** Brings together what a plan is made of: the lineage, what was done before, and what was taken of late. */
export function createPlanner({ store, taken, connectors, config, policy, clock }: PlannerOptions) {
  const usage = createUsage({ store, taken, limits: config.limits, dryRun: config.dryRun, clock });

  /** Limits bind the machine, and only where it may act. */
  async function readUsage(batch: readonly Asked[]): Promise<Map<string, UsageReading>> {
    const acting = batch.filter(({ mode }) => mode === 'auto').map(({ tenant }) => tenant);
    const read = async (tenant: string) => [tenant, await usage.read(tenant)] as const;
    return new Map(await Promise.all([...new Set(acting)].map(read)));
  }

  return {
    async read(batch: readonly Asked[]): Promise<PlanReading> {
      const [lineageOf, usageOf] = await Promise.all([readLineages(store, batch), readUsage(batch)]);
      return { lineageOf, usageOf };
    },
    async begin(batch: readonly Asked[], { lineageOf, usageOf }: PlanReading): Promise<Planning> {
      const nowMs = clock();
      const cascadeOf = (asked: Asked, inHand?: ReadonlySet<string>): Cascade =>
        planCascade({
          tenant: asked.tenant,
          trigger: asked.trigger,
          source: asked.source,
          lineage: lineageOf.get(asked) ?? { tenant: asked.tenant, tokens: [], isCut: true },
          connectors,
          policy: policy(),
          nowMs,
          options: {
            ...(asked.strict === undefined ? {} : { strict: asked.strict }),
            ...(inHand === undefined ? {} : { inHand }),
          },
        });
      const first = new Map(batch.map((asked) => [asked, cascadeOf(asked)]));
      const known = await findResponses(store, [...first.values()].flatMap(namedIn));
      return {
        known,
        plans(asked) {
          const whole = first.get(asked) ?? cascadeOf(asked);
          const inHand = inHandIn(whole, known, config.dryRun);
          const rest = inHand.size === 0 ? whole : cascadeOf(asked, inHand);
          const { tenant, mode, wish, imported = false, chainId, parties } = asked;
          return makePlans(withDenials(rest, known), {
            config,
            mode,
            policy: policy(),
            usage: (mode === 'auto' ? usageOf.get(tenant)?.of({ chainId }) : undefined) ?? noUsage,
            nowMs,
            imported,
            wish,
            chainId,
            parties,
          });
        },
        add(tenant, rows) {
          for (const row of rows) known.set(keyOf(row), row);
          usageOf.get(tenant)?.add(rows);
        },
      };
    },
  };
}
export type Planner = ReturnType<typeof createPlanner>;

export function tokenSource(wish: RevocationWish): Source & { readonly kind: 'token' } {
  const { target, liveUntilMs, linkLevel } = wish;
  const level: { linkLevel?: LinkLevel } = linkLevel === undefined ? {} : { linkLevel };
  return { kind: 'token', ref: target, liveUntilMs, ...level };
}

/** What an alert asks for. */
export function askedBy(wish: RevocationWish, mode: EffectiveMode, imported: boolean): Asked {
  const { alert, fact, severity, target } = wish;
  return {
    tenant: alert.tenant,
    trigger: { kind: 'alert', alertId: alert.id, detector: alert.detector, fact, severity },
    source: tokenSource(wish),
    chainId: alert.chainId,
    tokenKeys: [refKey(target)],
    mode,
    wish,
    imported,
  };
}

function namedIn({ tenant, foreseen }: Cascade) {
  return foreseen.map(({ step }) => ({ tenant, id: step.responseId }));
}

/** It is under way, or done. */
export const inHandStates = ['requested', 'accepted', 'confirmed', 'unconfirmed'] as const;
const standing: ReadonlySet<Response['state']> = new Set(inHandStates);

/** A rehearsal is not in the way of the real thing. */
export function isInHand({ state, mode }: Response, dryRun: boolean): boolean {
  return standing.has(state) && (mode === 'real' || dryRun);
}

function inHandIn(cascade: Cascade, known: ReadonlyMap<string, Response>, dryRun: boolean): Set<string> {
  const rows = namedIn(cascade).flatMap((name) => known.get(keyOf(name)) ?? []);
  return new Set(rows.filter((row) => isInHand(row, dryRun)).map(({ id }) => id));
}

/** What a person denied, or gave back, is done again only when a person says so. */
function withDenials(cascade: Cascade, known: ReadonlyMap<string, Response>): Cascade {
  const holdOf = (id: string): readonly string[] => {
    const state = known.get(keyOf({ tenant: cascade.tenant, id }))?.state;
    if (state === 'denied') return ['a person has denied it before'];
    return state === 'undone' ? ['a person has given it back before'] : [];
  };
  return {
    ...cascade,
    foreseen: cascade.foreseen.map(({ step, holds }) => ({
      step,
      holds: [...holds, ...holdOf(step.responseId)],
    })),
  };
}
