import type { Notice, RevocationWish } from '../domain/notice.ts';
import type { Policy } from '../domain/policy.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { OutboxEntry, Response } from '../domain/response.ts';
import type { Outcome } from './attempt.ts';
import { type Attempts, carriedBy, type RecordOwn } from './carry.ts';
import type { Connector } from './connectors/index.ts';
import { createDecider, type Decisions, type Due, dueOf, findPlans } from './decide.ts';
import { byKey, type Ledger } from './ledger.ts';
import { orderOf } from './order.ts';
import type { Outbox } from './outbox.ts';
import type { EffectiveMode, PlanningConfig } from './plan/index.ts';
import { createPlanner, type Planner } from './planner.ts';
import { afterOutcome } from './progress.ts';
import { keyOf } from './rows.ts';
import type { Taken } from './taken.ts';
import type { Channel, Clock, Log } from './types.ts';
import { unwind } from './undo.ts';

/** The part of the configuration that is about responses. */
export interface ResponseSettings extends PlanningConfig {
  /** What is done about any finding without a person. */
  readonly mode: EffectiveMode;
  /** So long after it was accepted a revocation may stay without proof. */
  readonly confirmSeconds: number;
}

export interface Revoker {
  decide(wishes: readonly RevocationWish[], isHistory: (wish: RevocationWish) => boolean): Promise<Decisions>;
  /** Of plans that are made again, what is new. */
  extend: ReturnType<typeof createDecider>['extend'];
  modeOf(tenant: string, detector: string): EffectiveMode;
  /** Everything due is durable in the outbox. */
  settled: ReturnType<typeof createDecider>['settled'];
  /** Of responses that are requested for real; in the order in which they are to leave. */
  entries(due: readonly Due[]): OutboxEntry[];
  /** The dry run's last part: signature and destination of every step. Never rejects. */
  rehearse(due: readonly Due[]): Promise<void>;
  /** What an earlier process requested, and may not have put into the outbox. */
  left(): Promise<readonly Due[]>;
  unwind(notices: readonly Notice[], outbox: Pick<Outbox, 'cancel'>): Promise<void>;
  /** Why a revocation that waits must not be sent after all: the configuration may have changed since. */
  veto(entry: OutboxEntry): string | undefined;
  /** Notes in the responses how the attempts to carry them out went; resolves with what became of them. */
  note(outcomes: readonly Outcome[]): Promise<readonly Response[]>;
  /** Connectors as the outbox sends through them. */
  readonly channels: readonly Channel[];
  readonly planner: Planner;
}

export interface RevokerOptions {
  readonly store: Pick<
    ResponseStore,
    | 'findResponses'
    | 'findPlans'
    | 'lineage'
    | 'recentResponses'
    | 'liveTokens'
    | 'standingResponses'
    | 'responsesOfAlerts'
  >;
  readonly connectors: readonly Connector[];
  readonly config: ResponseSettings;
  readonly policy: () => Policy;
  /** Of one detector; by default that of the configuration. Both bind. */
  readonly modeOf?: ((tenant: string, detector: string) => EffectiveMode) | undefined;
  readonly record?: RecordOwn | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

const modes: readonly EffectiveMode[] = ['observe', 'alert', 'propose', 'auto'];

/** Carries revocations from the wish to the note of what the receiver said. */
export function createRevoker(
  options: RevokerOptions & { readonly ledger: Ledger; readonly taken: Pick<Taken, 'rows'> },
): Revoker {
  const { store, ledger, connectors, config, clock, log } = options;
  const planner = createPlanner({
    ...options,
    connectors: connectors.filter(({ disabled }) => !disabled),
  });
  const decider = createDecider({ store, ledger, planner, dryRun: config.dryRun, modeOf });
  const carried = connectors.map((connector) => carriedBy(connector, { record: options.record, clock }));
  const attempts = new Map<string, Attempts>(carried.map((one) => [one.channel.name, one.attempts]));

  /** The lesser of a detector's own mode and that of the configuration. */
  function modeOf(tenant: string, detector: string): EffectiveMode {
    const own = options.modeOf?.(tenant, detector) ?? config.mode;
    return modes.indexOf(own) < modes.indexOf(config.mode) ? own : config.mode;
  }

  async function rehearseOne({ response, reason: why }: Due): Promise<void> {
    const channel = connectors.find(({ name }) => name === response.endpoint);
    const problem = await channel?.rehearse(orderOf(response, why));
    if (problem === undefined) return;
    const reason = `dry run: not sent, and it would have failed: ${problem}`;
    await ledger.change([response], (row) =>
      row.state === 'requested' && row.mode === 'dry_run'
        ? { ...row, state: 'failed', reason, atMs: Math.max(clock(), row.atMs + 1) }
        : undefined,
    );
  }

  return {
    planner,
    channels: carried.map(({ channel }) => channel),
    decide: decider.decide,
    extend: decider.extend,
    modeOf,
    settled: decider.settled,
    entries: (due) =>
      due
        .filter(({ response }) => response.mode === 'real')
        .map(({ response, reason }) => orderOf(response, reason)),

    async rehearse(due) {
      for (const one of due) {
        if (one.response.mode !== 'dry_run' || one.response.attempt > 0) continue;
        await rehearseOne(one).catch((error: unknown) =>
          log.error({ err: error, id: one.response.id }, 'rehearsal broke'),
        );
      }
    },

    async left() {
      const requested = await store.standingResponses(['requested']);
      const plans = await findPlans(store, requested);
      const rows = byKey(requested);
      const undos = requested.filter(({ action }) => action === 'undo');
      return [
        ...plans.flatMap((plan) => dueOf(plan, rows)),
        ...undos.map((response) => ({ response, reason: response.reason })),
      ];
    },

    unwind: (notices, outbox) =>
      unwind(notices, {
        store,
        ledger,
        outbox,
        clock,
        declarationOf: ({ endpoint }) => connectors.find(({ name }) => name === endpoint)?.declaration,
      }),

    veto(entry) {
      if (entry.responseId === '') return undefined;
      if (config.dryRun) return 'responses are in dry run';
      if (entry.type === 'undo' || isApproved(entry)) return undefined;
      if (config.killSwitch) return 'the kill switch is on';
      return config.mode === 'auto' ? undefined : 'nothing is revoked without a person';
    },

    async note(outcomes) {
      const carriedOut = outcomes.filter(({ entry }) => entry.responseId !== '');
      const outcomeOf = byKey(
        carriedOut.map((outcome) => ({
          tenant: outcome.entry.tenant,
          id: outcome.entry.responseId,
          outcome,
        })),
      );
      const rows = await ledger.change([...outcomeOf.values()], (row) => {
        const outcome = outcomeOf.get(keyOf(row))?.outcome;
        const startedMs = attempts.get(row.endpoint)?.startedMs(row.id);
        return outcome === undefined ? undefined : afterOutcome(row, outcome, startedMs);
      });
      for (const { endpoint, id, state } of rows) {
        if (state !== 'requested') attempts.get(endpoint)?.forget(id);
      }
      return rows;
    },
  };
}

/** Somebody asked for it or agreed to it: the machine's own bounds do not hold it. */
function isApproved({ body }: OutboxEntry): boolean {
  try {
    const order: unknown = JSON.parse(body);
    const approvedBy = (order as { data?: { approvedBy?: unknown } }).data?.approvedBy;
    return Array.isArray(approvedBy) && approvedBy.length > 0;
  } catch {
    return false;
  }
}
