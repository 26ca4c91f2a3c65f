import type { Backtest, BacktestCase, BacktestCounts } from '../../domain/backtest.ts';
import { canonicalJson, sha256 } from '../../domain/canonical.ts';
import { deterministicId } from '../../domain/ids.ts';
import { BACKTEST_CASES_MAX, BACKTEST_STEPS_SHOWN } from '../../domain/limits.ts';
import type { WholeCase } from './cases.ts';

const HOUR_MS = 3_600_000;

type Found = Omit<Backtest, 'id' | 'digest' | 'counts' | 'cases'>;

/** Counts the cases, puts the worst first, and names the whole by its digest. */
export function reportOf(found: Found, cases: readonly WholeCase[]): Backtest {
  const counts = countsOf(cases);
  const shown = [...cases].sort(worstFirst).slice(0, BACKTEST_CASES_MAX).map(shortened);
  const { madeMs, by: _, keyId, ...said } = found;
  const digest = sha256(canonicalJson({ ...said, counts, cases: shown }));
  const id = deterministicId('bt', [found.tenant, found.detector, madeMs, keyId, digest]);
  return { ...found, id, counts, cases: shown, digest };
}

function countsOf(cases: readonly WholeCase[]): BacktestCounts {
  const acted = cases.filter(({ verdict }) => verdict === 'act');
  const steps = acted.flatMap(({ all }) => all);
  const having = (verdict: BacktestCase['verdict']) => cases.filter((one) => one.verdict === verdict).length;
  const keys = (of: typeof steps) => new Set(of.map(({ key }) => key)).size;
  return {
    alerts: cases.length,
    acted: acted.length,
    proposed: having('propose'),
    refused: having('refuse'),
    tokens: keys(steps),
    holders: new Set(steps.flatMap(({ holder }) => holder ?? [])).size,
    production: keys(steps.filter(({ production }) => production.length > 0)),
    usedAfter: keys(steps.filter(({ usedAfterMs }) => usedAfterMs !== undefined)),
    falseActed: acted.filter(({ wasFalse }) => wasFalse).length,
    withdrawnActed: acted.filter(({ wasWithdrawn }) => wasWithdrawn).length,
    mostInAnHour: mostInAnHour(acted),
  };
}

/** Over every hour that begins with a case. */
function mostInAnHour(acted: readonly WholeCase[]): number {
  const sorted = [...acted].sort((a, b) => a.atMs - b.atMs);
  let most = 0;
  let sum = 0;
  let first = 0;
  for (const one of sorted) {
    sum += one.stepCount;
    while (one.atMs - (sorted[first]?.atMs ?? one.atMs) >= HOUR_MS) {
      sum -= sorted[first]?.stepCount ?? 0;
      first += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** What nobody would want done stands where it is read. */
function worstFirst(a: WholeCase, b: WholeCase): number {
  return badness(b) - badness(a) || b.atMs - a.atMs || (a.alertId < b.alertId ? -1 : 1);
}

function badness({ verdict, wasFalse, wasWithdrawn, all }: WholeCase): number {
  if (verdict !== 'act') return 0;
  if (wasFalse || wasWithdrawn) return 4;
  if (all.some(({ production }) => production.length > 0)) return 3;
  return all.some(({ usedAfterMs }) => usedAfterMs !== undefined) ? 2 : 1;
}

function shortened({ all, ...one }: WholeCase): BacktestCase {
  return { ...one, steps: all.slice(0, BACKTEST_STEPS_SHOWN) };
}
