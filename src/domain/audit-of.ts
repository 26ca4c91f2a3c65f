import type { AuditDraft, AuditKind } from './audit.ts';
import type { Json } from './finding.ts';
import { deterministicId } from './ids.ts';
import type { Plan, PlanDecision, Response } from './response.ts';
import type { Refusal } from './response-desk.ts';

/** What Chainwarden does by itself is done in this name. */
export const AUDIT_SELF = 'chainwarden';

/** The audit of a response's row. */
export function auditOfResponse(response: Response): AuditDraft {
  const { tenant, id, planId, alertId, chainId, requestedBy, attempt, state, atMs } = response;
  return {
    tenant,
    id: auditId('response.state', [tenant, id, attempt, state, atMs, response.reason]),
    kind: 'response.state',
    atMs,
    actor: requestedBy === '' ? AUDIT_SELF : requestedBy,
    subjectId: id,
    about: named([planId, alertId, chainId, response.undoes]),
    body: toJson(response),
  };
}

/** The audit of a plan, as it was made. */
export function auditOfPlan(plan: Plan): AuditDraft {
  const { tenant, id, trigger, chainId, digest, verdict, madeMs } = plan;
  return {
    tenant,
    id: auditId('plan.made', [tenant, id, digest, verdict, madeMs]),
    kind: 'plan.made',
    atMs: madeMs,
    actor: trigger.kind === 'person' ? trigger.by : AUDIT_SELF,
    subjectId: id,
    about: named([trigger.alertId, chainId]),
    body: toJson(plan),
  };
}

/** The audit of what a person said of a plan; `plan` names what else it concerns. */
export function auditOfDecision(
  decision: PlanDecision,
  plan?: Pick<Plan, 'chainId' | 'trigger'>,
): AuditDraft {
  const { tenant, planId, verb, keyId, by, atMs } = decision;
  return {
    tenant,
    id: auditId('plan.decision', [tenant, planId, verb, keyId, atMs]),
    kind: 'plan.decision',
    atMs,
    actor: by,
    subjectId: planId,
    about: named([plan?.trigger.alertId, plan?.chainId]),
    body: toJson(decision),
  };
}

/** The audit of what a person was refused: one entry a person, thing and reason, however often they try. */
export function auditOfRefusal({ about, ...refusal }: Refusal): AuditDraft {
  const { tenant, verb, keyId, by, subjectId, why, atMs } = refusal;
  return {
    tenant,
    id: auditId('person.refused', [tenant, verb, keyId, subjectId, why]),
    kind: 'person.refused',
    atMs,
    actor: by,
    subjectId,
    about: named(about),
    body: toJson(refusal),
  };
}

/** Names an entry by facts: who repeats them says nothing new. */
export function auditId(kind: AuditKind, facts: readonly (string | number)[]): string {
  return deterministicId('aud', [kind, ...facts]);
}

function named(ids: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(ids.filter((id) => id !== undefined && id !== ''))] as string[];
}

/** As JSON holds it: what is undefined is not there. */
function toJson(value: object): { readonly [member: string]: Json } {
  return JSON.parse(JSON.stringify(value)) as { readonly [member: string]: Json };
}
