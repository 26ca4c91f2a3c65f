import type { BacktestCase, BacktestStep } from '../../domain/backtest.ts';
import { isFalseAlarm } from '../../domain/false-alarm.ts';
import { matchesAny, type Policy } from '../../domain/policy.ts';
import { principalIdIn } from '../../domain/principal.ts';
import { type PlanStep, planVerdicts } from '../../domain/response.ts';
import type { Replayed } from './replay.ts';

/** What a credential was used for after it would have ended: targets, as `<system>` and `<system>/<resource>`. */
export type UsesAfter = (key: string, atMs: number) => readonly string[];

/** A case before it is cut to what a report shows. */
export interface WholeCase extends BacktestCase {
  readonly all: readonly BacktestStep[];
}

const productionWords = /^(prod|production|prd|live)\b/i;

/** What would have been done about an alert, and what became of it. */
export function caseOf(
  { alert, atMs, plans, lineage }: Replayed,
  policy: Policy,
  usesAfter: UsesAfter,
): WholeCase {
  const acted = plans.filter(({ verdict }) => verdict === 'act').flatMap(({ steps }) => steps);
  const lastUse = new Map(lineage.tokens.map(({ key, lastUsedMs }) => [key, lastUsedMs]));
  const all = acted.map((step) => {
    const last = lastUse.get(step.target.key);
    const usedAfterMs = last !== undefined && last > atMs ? last : undefined;
    const targetsAfter = usedAfterMs === undefined ? [] : usesAfter(step.target.key, atMs);
    return stepOf(step, alert.environment, { usedAfterMs, targetsAfter }, policy);
  });
  const verdicts = plans.map(({ verdict }) => verdict);
  const verdict = planVerdicts.findLast((one) => verdicts.includes(one)) ?? 'refuse';
  const reasons = plans.flatMap((plan) => plan.reasons);
  return {
    alertId: alert.id,
    chainId: alert.chainId,
    title: alert.title,
    severity: alert.severity,
    atMs,
    verdict,
    reasons: plans.length === 0 ? [nothingAsked(alert.settled)] : [...new Set(reasons)],
    steps: [],
    stepCount: all.length,
    state: alert.state,
    closedReason: alert.closedReason,
    wasFalse: alert.state === 'closed' && isFalseAlarm(alert.closedReason),
    wasWithdrawn: alert.withdrawn,
    all,
  };
}

function nothingAsked(settled: boolean): string {
  return settled ? 'it names no credential whose revocation would end it' : 'it never settled';
}

function stepOf(
  { label, target, role, holder, environment }: PlanStep,
  alertEnvironment: string | undefined,
  use: Pick<BacktestStep, 'usedAfterMs' | 'targetsAfter'>,
  policy: Policy,
): BacktestStep {
  const { targets, principals } = policy.sensitive;
  const where = environment ?? (role === 'source' ? alertEnvironment : undefined);
  const sensitive = use.targetsAfter.filter((one) => matchesAny(targets, one));
  const production = [
    ...(where !== undefined && productionWords.test(where) ? [`it is of ${where}`] : []),
    ...(holder !== undefined && matchesAny(principals, principalIdIn(holder))
      ? ['policy calls its holder sensitive']
      : []),
    ...sensitive.slice(0, 1).map((one) => `it was used on ${one} later, which policy calls sensitive`),
  ];
  return { label, key: target.key, role, holder, environment: where, ...use, production };
}
