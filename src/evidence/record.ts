import type { AlertWithLife } from '../domain/alert.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { Action } from '../domain/chain.ts';
import type { ChainEvent } from '../domain/evidence.ts';
import type { PlanDecision, Response, ResponseState } from '../domain/response.ts';
import type { DoubtfulWrite } from '../domain/unwind.ts';

/** What became of one alert: alert, actions, what was done, whether it took effect, and what proves it (R72). */
export interface AlertRecord {
  readonly alertId: string;
  readonly incidentId: string | undefined;
  readonly title: string;
  readonly detector: string;
  readonly severity: string;
  readonly state: string;
  readonly firstAt: string;
  /** The actions that it rests on, and the writes since then that it puts in doubt. */
  readonly actions: readonly string[];
  readonly writes: readonly string[];
  readonly responses: readonly ResponseRecord[];
  /** Digests of the events that it rests on, and hashes of the audit entries about it. */
  readonly events: readonly string[];
  readonly audit: readonly string[];
}

export interface ResponseRecord {
  readonly responseId: string;
  readonly planId: string;
  readonly action: string;
  readonly target: string;
  readonly mode: string;
  readonly connector: string;
  readonly confirms: string;
  /** Every state that it was in, oldest first. */
  readonly states: readonly {
    readonly state: ResponseState;
    readonly at: string;
    readonly attempt: number;
    readonly httpStatus: number;
    readonly reason: string;
  }[];
  readonly decisions: readonly { readonly verb: string; readonly by: string; readonly at: string }[];
  /** Milliseconds from the alert to the first request, and to the proof that it took effect; absent: not so far. */
  readonly alertToAttemptMs: number | undefined;
  readonly alertToConfirmationMs: number | undefined;
}

export interface RecordInput {
  readonly alerts: readonly AlertWithLife[];
  readonly actions: readonly Action[];
  readonly writes: readonly DoubtfulWrite[];
  readonly events: readonly ChainEvent[];
  /** All rows, oldest first. */
  readonly responses: readonly Response[];
  readonly decisions: readonly PlanDecision[];
  readonly audit: readonly AuditEntry[];
}

export interface ChainRecord {
  readonly alerts: readonly AlertRecord[];
  /** What people asked for without an alert. */
  readonly asked: readonly ResponseRecord[];
}

export function recordOf(input: RecordInput): ChainRecord {
  const { alerts, actions, writes, events, responses, decisions, audit } = input;
  const asked = responses.filter(({ alertId }) => alertId === '');
  const records = alerts.map((alert): AlertRecord => {
    const seen = new Set(alert.eventIds);
    const own = responses.filter((row) => row.alertId === alert.id);
    const ids = new Set([alert.id, ...own.map(({ id }) => id), ...own.map(({ planId }) => planId)]);
    return {
      alertId: alert.id,
      incidentId: alert.incidentId,
      title: alert.title,
      detector: alert.detector,
      severity: alert.severity,
      state: alert.state,
      firstAt: instant(alert.firstAtMs),
      actions: actions.filter(({ eventIds }) => eventIds.some((id) => seen.has(id))).map(({ id }) => id),
      writes: writes.filter(({ alertIds }) => alertIds.includes(alert.id)).map(({ action }) => action.id),
      responses: responseRecords(own, decisions),
      events: events.filter(({ id }) => seen.has(id)).map(({ digest }) => digest),
      audit: audit
        .filter((entry) => ids.has(entry.subjectId) || entry.about.includes(alert.id))
        .map(({ hash }) => hash),
    };
  });
  return { alerts: records, asked: responseRecords(asked, decisions) };
}

function responseRecords(
  rows: readonly Response[],
  decisions: readonly PlanDecision[],
): readonly ResponseRecord[] {
  const ids = [...new Set(rows.map(({ id }) => id))];
  return ids.map((id) =>
    responseRecord(
      rows.filter((row) => row.id === id),
      decisions,
    ),
  );
}

function responseRecord(rows: readonly Response[], decisions: readonly PlanDecision[]): ResponseRecord {
  const last = rows.at(-1) as Response;
  const confirmed = rows.find(({ state }) => state === 'confirmed');
  const attemptMs = last.firstAttemptMs;
  return {
    responseId: last.id,
    planId: last.planId,
    action: last.action,
    target: last.targetKey,
    mode: last.mode,
    connector: last.endpoint,
    confirms: last.confirms,
    states: rows.map(({ state, atMs, attempt, httpStatus, reason }) => ({
      state,
      at: instant(atMs),
      attempt,
      httpStatus,
      reason,
    })),
    decisions: decisions
      .filter(({ planId }) => planId !== '' && planId === last.planId)
      .map(({ verb, by, atMs }) => ({ verb, by, at: instant(atMs) })),
    alertToAttemptMs: attemptMs === undefined ? undefined : attemptMs - last.causedMs,
    alertToConfirmationMs: confirmed === undefined ? undefined : confirmed.atMs - last.causedMs,
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
