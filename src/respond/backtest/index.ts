import type { AuditSink } from '../../domain/audit.ts';
import { auditId } from '../../domain/audit-of.ts';
import type { Backtests, ModeStore } from '../../domain/backtest.ts';
import type { BacktestLook } from '../../domain/mode.ts';
import type { Clock } from '../types.ts';
import { type BacktestOptions, createBacktester } from './run.ts';

export interface BacktestsOptions extends BacktestOptions {
  readonly store: BacktestOptions['store'] & OpeningOptions['store'];
}

/** Makes backtests, and remembers who looked at them. */
export function createBacktests(options: BacktestsOptions): Backtests {
  return { ...createBacktester(options), open: createOpening(options) };
}

interface OpeningOptions {
  readonly store: Pick<ModeStore, 'backtest' | 'backtestLooks' | 'writeBacktestLook'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
}

function createOpening({ store, audit, clock }: OpeningOptions): Backtests['open'] {
  return async (who) => {
    const { tenant, backtestId, keyId } = who;
    const backtest = await store.backtest(tenant, backtestId);
    if (backtest === undefined) return undefined;
    const looks = await store.backtestLooks(tenant, backtestId);
    if (looks.some((look) => look.keyId === keyId)) return { backtest, looks };
    const look = { ...who, atMs: clock() };
    await audit.append([draftOf(look)]);
    await store.writeBacktestLook(look);
    return { backtest, looks: [...looks, look] };
  };
}

function draftOf({ tenant, backtestId, keyId, by, role, atMs }: BacktestLook) {
  return {
    tenant,
    id: auditId('backtest.opened', [tenant, backtestId, keyId]),
    kind: 'backtest.opened' as const,
    atMs,
    actor: by,
    subjectId: backtestId,
    about: [],
    body: { backtestId, keyId, by, role },
  };
}
