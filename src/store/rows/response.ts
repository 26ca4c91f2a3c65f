import type { TokenRef } from '../../domain/event/index.ts';
import type { OutboxEntry, Plan, PlanDecision, Response } from '../../domain/response.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, countCell, readBody, textCell, timeCell } from './cell.ts';

export const responsesTable: TableOf<Response> = {
  table: 'responses',
  columns: [
    'tenant',
    'id',
    'attempt',
    'state',
    'at',
    'alert_id',
    'plan_id',
    'chain_id',
    'detector',
    'action',
    'mode',
    'target_key',
    'endpoint',
    'confirms',
    'http_status',
    'reason',
    'requested_by',
    'body',
    'written_at',
  ],
  row: (response, writtenMs) => [
    textCell(response.tenant),
    textCell(response.id),
    countCell(response.attempt, 0xffff_ffff),
    response.state,
    timeCell(response.atMs),
    textCell(response.alertId),
    textCell(response.planId),
    textCell(response.chainId),
    textCell(response.detector),
    response.action,
    response.mode === 'real' ? 'auto' : response.mode,
    textCell(response.targetKey),
    textCell(response.endpoint),
    response.confirms,
    countCell(response.httpStatus, 0xffff),
    textCell(response.reason),
    textCell(response.requestedBy),
    bodyCell(response),
    writtenMs,
  ],
};

/** Rows of earlier versions revoke one token each, named by its reference alone, and belong to no plan. */
type EarlierRow = Omit<Response, 'target' | 'mode'> & {
  readonly target: TokenRef | Response['target'];
  readonly mode: 'dry_run' | 'auto' | 'real';
};

export function readResponse(body: unknown): Response {
  const row = readBody<EarlierRow>(body);
  const earlier = { planId: '', step: 0, confirms: 'none' as const, approvedBy: [], causedMs: row.atMs };
  return {
    ...earlier,
    ...row,
    target: 'kind' in row.target ? row.target : { kind: 'token', key: row.targetKey, ref: row.target },
    mode: row.mode === 'auto' ? 'real' : row.mode,
  };
}

export const plansTable: TableOf<Plan> = {
  table: 'plans',
  columns: [
    'tenant',
    'id',
    'digest',
    'alert_id',
    'chain_id',
    'verdict',
    'dry_run',
    'approvals',
    'steps',
    'made_at',
    'expires_at',
    'body',
    'written_at',
  ],
  row: (plan, writtenMs) => [
    textCell(plan.tenant),
    textCell(plan.id),
    textCell(plan.digest),
    textCell(plan.trigger.alertId),
    textCell(plan.chainId),
    plan.verdict,
    plan.dryRun,
    countCell(plan.approvals, 0xff),
    countCell(plan.steps.length, 0xffff_ffff),
    timeCell(plan.madeMs),
    timeCell(plan.expiresMs),
    bodyCell(plan),
    writtenMs,
  ],
};

export const planDecisionsTable: TableOf<PlanDecision> = {
  table: 'plan_decisions',
  columns: ['tenant', 'plan_id', 'at', 'key_id', 'verb', 'digest', 'decided_by', 'body', 'written_at'],
  row: (decision, writtenMs) => [
    textCell(decision.tenant),
    textCell(decision.planId),
    timeCell(decision.atMs),
    textCell(decision.keyId),
    decision.verb,
    textCell(decision.digest),
    textCell(decision.by),
    bodyCell(decision),
    writtenMs,
  ],
};

export const outboxTable: TableOf<OutboxEntry> = {
  table: 'outbox',
  columns: [
    'tenant',
    'id',
    'endpoint',
    'version',
    'type',
    'state',
    'response_id',
    'order_key',
    'attempts',
    'created_at',
    'next_attempt_at',
    'body',
    'written_at',
  ],
  row: (entry, writtenMs) => [
    textCell(entry.tenant),
    textCell(entry.id),
    textCell(entry.endpoint),
    countCell(entry.version),
    textCell(entry.type),
    entry.state,
    textCell(entry.responseId),
    textCell(entry.orderKey),
    countCell(entry.attempts, 0xffff_ffff),
    timeCell(entry.createdMs),
    timeCell(entry.nextAttemptMs),
    bodyCell(entry),
    writtenMs,
  ],
};
