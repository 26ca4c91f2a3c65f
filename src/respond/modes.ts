import type { AuditSink } from '../domain/audit.ts';
import { auditId } from '../domain/audit-of.ts';
import type { ModeStore, Modes } from '../domain/backtest.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { BACKTEST_FRESH_MS } from '../domain/limits.ts';
import { defaultResponseMode, lesserMode, type ModeChange, type ResponseMode } from '../domain/mode.ts';
import type { Clock, Log } from './types.ts';

/** A change by another process counts here within this time. */
const MODES_FRESH_MS = 15_000;

export interface ModesOptions {
  readonly store: Pick<ModeStore, 'responseModes' | 'writeResponseMode' | 'backtest' | 'backtestLooks'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** Of the configuration: no detector does more. */
  readonly most: ResponseMode;
}

/** Modes of detectors, kept in memory: whoever decides asks without waiting. */
export interface LoadedModes extends Modes {
  /** Reads them; until then every detector proposes. */
  load(): Promise<void>;
}

export function createModes({ store, audit, clock, log, most }: ModesOptions): LoadedModes {
  let newest: ReadonlyMap<string, ModeChange> = new Map();
  let loadedMs = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  async function read(): Promise<void> {
    const startedMs = clock();
    const rows = await store.responseModes();
    const merged = new Map(newest);
    for (const row of rows) {
      const key = keyOf(row.tenant, row.detector);
      // What was written here meanwhile is newer than what was read.
      if ((merged.get(key)?.atMs ?? 0) <= row.atMs) merged.set(key, row);
    }
    newest = merged;
    loadedMs = startedMs;
  }

  function load(): Promise<void> {
    loading ??= read().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  function lastChange(tenant: string, detector: string): ModeChange | undefined {
    const nowMs = clock();
    if (nowMs - loadedMs >= MODES_FRESH_MS) {
      // Asked again when it is due again, not at every question to a store that does not answer.
      loadedMs = nowMs;
      load().catch((error: unknown) =>
        log.warn({ err: error }, 'modes of detectors could not be read again'),
      );
    }
    return newest.get(keyOf(tenant, detector));
  }

  async function apply(change: Omit<ModeChange, 'atMs'>): Promise<ModeChange> {
    if (change.mode === 'auto') await checkBacktest(change);
    // What was changed elsewhere must not be older than what is written now.
    await load();
    const last = newest.get(keyOf(change.tenant, change.detector));
    const row = { ...change, atMs: Math.max(clock(), (last?.atMs ?? 0) + 1) };
    await audit.append([draftOf(row, last)]);
    await store.writeResponseMode(row);
    newest = new Map(newest).set(keyOf(row.tenant, row.detector), row);
    return row;
  }

  /** Nothing acts alone before somebody has seen what it would have done. */
  async function checkBacktest({ tenant, detector, backtestId }: Omit<ModeChange, 'atMs'>): Promise<void> {
    if (backtestId === '') throw refused('auto needs a backtest that was looked at');
    const backtest = await store.backtest(tenant, backtestId);
    if (backtest === undefined) throw refused('there is no such backtest');
    if (backtest.detector !== detector) throw refused('the backtest is of another detector');
    if (clock() - backtest.madeMs > BACKTEST_FRESH_MS) {
      throw refused(`the backtest is older than ${BACKTEST_FRESH_MS / 3_600_000} hours`);
    }
    const looks = await store.backtestLooks(tenant, backtestId);
    if (!looks.some(({ role }) => role === 'admin')) throw refused('no admin has opened the backtest');
  }

  return {
    load,
    lastChange,
    most,
    modeOf: (tenant, detector) => lesserMode(most, lastChange(tenant, detector)?.mode ?? defaultResponseMode),
    change(change) {
      const result = tail.then(() => apply(change));
      tail = result.catch(() => undefined);
      return result;
    },
  };
}

function keyOf(tenant: string, detector: string): string {
  return JSON.stringify([tenant, detector]);
}

function refused(reason: string): ChainwardenError {
  return new ChainwardenError('CONFLICT', reason);
}

function draftOf(row: ModeChange, last: ModeChange | undefined) {
  const { tenant, detector, mode, atMs, by, keyId, backtestId, reason } = row;
  return {
    tenant,
    id: auditId('mode.changed', [tenant, detector, mode, atMs, keyId]),
    kind: 'mode.changed' as const,
    atMs,
    actor: by,
    subjectId: detector,
    about: backtestId === '' ? [] : [backtestId],
    body: { detector, mode, before: last?.mode ?? defaultResponseMode, by, keyId, backtestId, reason },
  };
}
