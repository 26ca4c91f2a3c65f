import type { OutboxEntry, Plan, Response } from '../domain/response.ts';
import { newEntry } from './rows.ts';

/** Why a plan was made, in one line. */
export function causeOf({ trigger }: Pick<Plan, 'trigger'>): string {
  return trigger.kind === 'alert'
    ? `${trigger.detector}: ${trigger.fact}`
    : `${trigger.by}: ${trigger.reason}`;
}

/** A message that carries out a response. A function of its row as it was requested, and of the plan. */
export function orderOf(response: Response, reason: string): OutboxEntry {
  const id = response.messageId ?? response.id;
  return newEntry({ tenant: response.tenant, id }, response.atMs, {
    endpoint: response.endpoint,
    type: response.action,
    body: orderBody(response, reason, id),
    responseId: response.id,
    orderKey: response.targetKey,
  });
}

/**
 * The text of a revocation, fixed once. The receiver owns the credential or knows who does; it deduplicates by
 * `idempotencyKey`, and may forget its own note of it after `notAfter`.
 */
function orderBody(response: Response, reason: string, idempotencyKey: string): string {
  const { residualUntilMs, approvedBy } = response;
  return JSON.stringify({
    type: response.action,
    timestamp: new Date(response.atMs).toISOString(),
    data: {
      tenant: response.tenant,
      target: response.target,
      reason,
      responseId: response.id,
      planId: response.planId,
      alertId: response.alertId === '' ? undefined : response.alertId,
      chainId: response.chainId,
      idempotencyKey,
      undoes: response.undoes,
      approvedBy: approvedBy.length === 0 ? undefined : approvedBy,
      notAfter:
        typeof residualUntilMs === 'number' ? new Date(residualUntilMs).toISOString() : residualUntilMs,
      dryRun: response.mode === 'dry_run' ? true : undefined,
    },
  });
}
