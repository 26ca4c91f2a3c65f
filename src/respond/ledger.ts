import type { AuditSink } from '../domain/audit.ts';
import { auditOfDecision, auditOfPlan, auditOfRefusal, auditOfResponse } from '../domain/audit-of.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { Plan, PlanDecision, Response } from '../domain/response.ts';
import type { Refusal } from '../domain/response-desk.ts';
import { findResponses, keyOf, type Named } from './rows.ts';

/** Told of what became of responses; for metrics. */
export interface ResponseObserver {
  /** A response has come to another state. */
  changed(response: Response): void;
  /** How long after the last change of its alert it was first attempted, and confirmed; milliseconds. */
  attempted(response: Response, afterMs: number): void;
  confirmed(response: Response, afterMs: number): void;
}

/**
 * Everything that is kept of responses passes here: the audit first, then the row, then the counters. The newest row
 * of a response is what its next row is made of, so whoever changes one does it alone.
 */
export interface Ledger {
  /** Waits its turn. Whoever waits for the outbox in here waits for ever: the outbox notes its outcomes here. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** The newest rows of what is named, and what `next` makes of each. Resolves with the new ones. */
  change(
    named: readonly Named[],
    next: (row: Response) => Response | undefined,
  ): Promise<readonly Response[]>;
  /** Only within `alone`. */
  writeResponses(rows: readonly Response[]): Promise<void>;
  /** Plans and the rows that they make. Only within `alone`. */
  writePlans(plans: readonly Plan[], rows: readonly Response[]): Promise<void>;
  writeDecision(decision: PlanDecision, plan: Plan): Promise<void>;
  /** Of which nothing but the audit tells. */
  writeRefusal(refusal: Refusal): Promise<void>;
}

export interface LedgerOptions {
  readonly store: Pick<ResponseStore, 'findResponses' | 'writeResponses' | 'writePlans' | 'writeDecisions'>;
  readonly audit?: AuditSink | undefined;
  readonly observer?: ResponseObserver | undefined;
  /** Told of every row that was written. */
  readonly onRows?: ((rows: readonly Response[]) => void) | undefined;
}

export function createLedger({ store, audit, observer, onRows }: LedgerOptions): Ledger {
  let last: Promise<unknown> = Promise.resolve();

  function time({ before, row }: { readonly before: Response; readonly row: Response }): void {
    if (row.mode !== 'real' || row.action === 'undo') return;
    const { firstAttemptMs, causedMs, atMs } = row;
    if (before.firstAttemptMs === undefined && firstAttemptMs !== undefined) {
      observer?.attempted(row, firstAttemptMs - causedMs);
    }
    if (before.state !== 'confirmed' && row.state === 'confirmed') observer?.confirmed(row, atMs - causedMs);
  }

  async function keep(rows: readonly Response[]): Promise<void> {
    await store.writeResponses(rows);
    onRows?.(rows);
    // An attempt that is to be repeated is no other state.
    for (const row of rows) if (row.state !== 'requested' || row.attempt === 0) observer?.changed(row);
  }

  const ledger: Ledger = {
    alone(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    change: (named, next) =>
      ledger.alone(async () => {
        const known = await findResponses(store, named);
        const changes = [...known.values()].flatMap((before) => {
          const row = next(before);
          return row === undefined ? [] : [{ before, row }];
        });
        const rows = changes.map(({ row }) => row);
        await ledger.writeResponses(rows);
        for (const change of changes) time(change);
        return rows;
      }),
    async writeResponses(rows) {
      if (rows.length === 0) return;
      await audit?.append(rows.map(auditOfResponse));
      await keep(rows);
    },
    async writePlans(plans, rows) {
      if (plans.length === 0 && rows.length === 0) return;
      await audit?.append([...plans.map(auditOfPlan), ...rows.map(auditOfResponse)]);
      // Plans first: what a crash leaves undone is completed from them.
      if (plans.length > 0) await store.writePlans(plans);
      if (rows.length > 0) await keep(rows);
    },
    async writeDecision(decision, plan) {
      await audit?.append([auditOfDecision(decision, plan)]);
      await store.writeDecisions([decision]);
    },
    async writeRefusal(refusal) {
      await audit?.append([auditOfRefusal(refusal)]);
    },
  };
  return ledger;
}

/** The row that follows, later than the one before whatever the clock says: rows of a response differ by time. */
export function nextRow(row: Response, nowMs: number, change: Partial<Response>): Response {
  return { ...row, ...change, atMs: Math.max(nowMs, row.atMs + 1) };
}

/** Each once. */
export function byKey<T extends Named>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}
