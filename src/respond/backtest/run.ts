import type { AlertWithLife } from '../../domain/alert.ts';
import type { AuditSink } from '../../domain/audit.ts';
import { auditId } from '../../domain/audit-of.ts';
import type { Backtest, Backtests, ModeStore } from '../../domain/backtest.ts';
import {
  BACKTEST_ALERTS_MAX,
  BACKTEST_SPAN_MS,
  BACKTEST_USES_MAX,
  PAGE_ROWS_MAX,
} from '../../domain/limits.ts';
import type { Policy } from '../../domain/policy.ts';
import type { QueryStore, ResponseStore } from '../../domain/ports.ts';
import type { Lineage } from '../../domain/reach.ts';
import { refKey } from '../../domain/token.ts';
import type { PlanningConfig, PlanningConnector } from '../plan/index.ts';
import type { Clock } from '../types.ts';
import { caseOf, type UsesAfter } from './cases.ts';
import { createReplay, type Replayed } from './replay.ts';
import { reportOf } from './report.ts';

export interface BacktestOptions {
  readonly store: Pick<QueryStore, 'alerts' | 'actions'> &
    Pick<ResponseStore, 'lineage' | 'liveTokens'> &
    Pick<ModeStore, 'writeBacktest'>;
  readonly connectors: readonly PlanningConnector[];
  readonly config: PlanningConfig;
  readonly policy: () => Policy;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

/** Alerts whose reach is read at once: one look at the store for all of them. */
const ALERTS_AT_ONCE = 25;
/** Uses of one credential that are looked at. */
const USES_SHOWN = 20;

/**
 * Plays the alerts of one detector through the planner, as policy, connectors and limits are now and as the tokens
 * were then. It notices what a person would want to know before a machine does it alone.
 */
export function createBacktester(options: BacktestOptions): Pick<Backtests, 'run'> {
  const { store, config, audit, clock } = options;

  /** Newest first, and whether there are more than that. */
  async function alertsOf(tenant: string, detector: string, fromMs: number) {
    const found: AlertWithLife[] = [];
    const filters = { tenant, detector, kind: 'alert' as const, state: undefined, chainId: undefined };
    for (let cursor: string | undefined; ; ) {
      const page = await store.alerts({ ...filters, minSeverity: undefined, limit: PAGE_ROWS_MAX, cursor });
      const recent = page.items.filter(({ lastAtMs }) => lastAtMs >= fromMs);
      found.push(...recent.filter(({ mergedInto }) => mergedInto === undefined));
      cursor = page.next;
      const isEnd = cursor === undefined || recent.length < page.items.length;
      if (isEnd || found.length > BACKTEST_ALERTS_MAX) {
        return { alerts: found.slice(0, BACKTEST_ALERTS_MAX), isCut: found.length > BACKTEST_ALERTS_MAX };
      }
    }
  }

  /** What a part of them reaches; each by itself when together it is too much. */
  async function lineagesOf(tenant: string, alerts: readonly AlertWithLife[]): Promise<readonly Lineage[]> {
    const keysOf = ({ revoke }: AlertWithLife) => (revoke === undefined ? [] : [refKey(revoke)]);
    const all = await store.lineage(tenant, [...new Set(alerts.flatMap(keysOf))]);
    if (!all.isCut || alerts.length === 1) return alerts.map(() => all);
    const each: Lineage[] = [];
    for (const alert of alerts) each.push(await store.lineage(tenant, keysOf(alert)));
    return each;
  }

  /** Looks up later uses of the credentials that had any, up to a bound. */
  async function usesOf(tenant: string, replayed: readonly Replayed[]): Promise<UsesAfter> {
    const uses = new Map<string, readonly string[]>();
    const name = (key: string, atMs: number) => JSON.stringify([key, atMs]);
    for (const { plans, lineage, atMs } of replayed) {
      const lastUse = new Map(lineage.tokens.map(({ key, lastUsedMs }) => [key, lastUsedMs]));
      const steps = plans.filter(({ verdict }) => verdict === 'act').flatMap((plan) => plan.steps);
      for (const { target } of steps) {
        if (uses.size >= BACKTEST_USES_MAX) break;
        if ((lastUse.get(target.key) ?? 0) <= atMs) continue;
        uses.set(name(target.key, atMs), await targetsOf(tenant, target.key, atMs));
      }
    }
    return (key, atMs) => uses.get(name(key, atMs)) ?? [];
  }

  async function targetsOf(tenant: string, tokenKey: string, fromMs: number): Promise<readonly string[]> {
    const all = { chainId: undefined, actor: undefined, toMs: undefined, cursor: undefined };
    const { items } = await store.actions({ ...all, tenant, tokenKey, fromMs, limit: USES_SHOWN });
    const names = items.flatMap(({ system, resource }) =>
      system === undefined ? [] : [resource === undefined ? system : `${system}/${resource}`],
    );
    return [...new Set(names)].sort();
  }

  return {
    async run({ tenant, detector, detectorVersion, by, keyId }): Promise<Backtest> {
      const toMs = clock();
      const fromMs = toMs - BACKTEST_SPAN_MS;
      const policy = options.policy();
      const isSupposed = options.connectors.length === 0;
      const connectors = isSupposed ? [anything] : options.connectors;
      const { alerts, isCut } = await alertsOf(tenant, detector, fromMs);
      const liveTokens = await store.liveTokens(tenant, toMs);
      const replay = createReplay({ connectors, config, policy, liveTokens });

      const inOrder = alerts.toSorted((a, b) => a.firstAtMs - b.firstAtMs || (a.id < b.id ? -1 : 1));
      const replayed: Replayed[] = [];
      for (let at = 0; at < inOrder.length; at += ALERTS_AT_ONCE) {
        const part = inOrder.slice(at, at + ALERTS_AT_ONCE);
        const lineages = await lineagesOf(tenant, part);
        for (const [index, alert] of part.entries()) {
          replayed.push(replay(alert, lineages[index] ?? { tenant, tokens: [], isCut: true }));
        }
      }
      const usesAfter = await usesOf(tenant, replayed);
      const cases = replayed.map((one) => caseOf(one, policy, usesAfter));
      const isCutSomewhere = isCut || replayed.some(({ lineage }) => lineage.isCut);
      const found = { tenant, detector, detectorVersion, madeMs: toMs, by, keyId, fromMs, toMs, isSupposed };
      const backtest = reportOf({ ...found, isCut: isCutSomewhere }, cases);
      await audit.append([draftOf(backtest)]);
      await store.writeBacktest(backtest);
      return backtest;
    },
  };
}

/** Stands for whatever will be configured: it is told what could be lost, not what is out of reach today. */
const anything: PlanningConnector = {
  declaration: {
    name: 'any',
    kind: 'webhook',
    ends: 'Everything.',
    leaves: 'Nothing.',
    confirms: 'none',
    undoes: false,
  },
  handles: () => true,
};

function draftOf({ tenant, id, detector, digest, madeMs, by, keyId, counts }: Backtest) {
  return {
    tenant,
    id: auditId('backtest.made', [tenant, id]),
    kind: 'backtest.made' as const,
    atMs: madeMs,
    actor: by,
    subjectId: id,
    about: [detector],
    body: { id, detector, digest, by, keyId, counts: { ...counts } },
  };
}
