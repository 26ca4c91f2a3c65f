import type { AlertWithLife } from '../../domain/alert.ts';
import type { RevocationWish } from '../../domain/notice.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Lineage, LineageToken } from '../../domain/reach.ts';
import type { Plan, Response } from '../../domain/response.ts';
import {
  type Cascade,
  makePlans,
  type PlanningConfig,
  type PlanningConnector,
  planCascade,
} from '../plan/index.ts';
import { rowsOf } from '../plan-rows.ts';
import { askedBy } from '../planner.ts';
import { usageOf } from '../usage.ts';

/** What was decided then about one alert. */
export interface Replayed {
  readonly alert: AlertWithLife;
  readonly atMs: number;
  readonly plans: readonly Plan[];
  readonly lineage: Lineage;
}

export interface ReplayOptions {
  readonly connectors: readonly PlanningConnector[];
  readonly config: PlanningConfig;
  readonly policy: Policy;
  /** Of the tenant, now: nobody knows how many there were. */
  readonly liveTokens: number;
}

/**
 * Decides about alerts as a detector in `auto` would have, one after the other by the time at which they began: limits
 * count what it had taken by then, and what is taken once is not taken again. Pure.
 */
export function createReplay({ connectors, config, policy, liveTokens }: ReplayOptions) {
  const taken: Response[] = [];
  const inHand = new Set<string>();

  return (alert: AlertWithLife, everything: Lineage): Replayed => {
    const atMs = alert.firstAtMs;
    const lineage = asOf(everything, atMs);
    const wish = wishOf(alert);
    if (wish === undefined) return { alert, atMs, plans: [], lineage };
    const { tenant, trigger, source, chainId } = askedBy(wish, 'auto', false);
    const cascade: Cascade = planCascade({
      tenant,
      trigger,
      source,
      lineage,
      connectors,
      policy,
      nowMs: atMs,
      options: { inHand },
    });
    const usage = usageOf(taken, { chainId, liveTokens, limits: config.limits, nowMs: atMs });
    const plans = makePlans(cascade, {
      config: { ...config, dryRun: false, killSwitch: false },
      mode: 'auto',
      policy,
      usage,
      nowMs: atMs,
      imported: false,
      wish,
      chainId,
    });
    for (const plan of plans) {
      if (plan.verdict !== 'act') continue;
      for (const row of rowsOf(plan, atMs)) {
        taken.push(row);
        inHand.add(row.id);
      }
    }
    return { alert, atMs, plans, lineage };
  };
}

/** What the pipeline would have asked for. An alert that names no credential asks for nothing. */
function wishOf(alert: AlertWithLife): RevocationWish | undefined {
  const { revoke, facts, severity, liveUntilMs, weakestLink, revocable } = alert;
  if (revoke === undefined || !alert.settled) return undefined;
  return {
    // Withdrawn or merged only later.
    alert: { ...alert, withdrawn: false },
    fact: facts[0] ?? '',
    severity,
    target: revoke,
    liveUntilMs,
    linkLevel: weakestLink,
    revocable,
  };
}

/** The tokens as they were: those that were minted later are not there, and what ended later had not ended. */
function asOf(lineage: Lineage, atMs: number): Lineage {
  const tokens = lineage.tokens.flatMap((token): LineageToken[] => {
    if (token.issuedMs !== undefined && token.issuedMs > atMs) return [];
    const isLater = token.revokedMs !== undefined && token.revokedMs > atMs;
    return [isLater ? { ...token, revokedMs: undefined } : token];
  });
  return { ...lineage, tokens };
}
