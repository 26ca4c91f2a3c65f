import * as z from 'zod';
import { principalKinds } from '../../domain/event/index.ts';
import { severities } from '../../domain/finding.ts';
import { principalIdIn } from '../../domain/principal.ts';
import {
  type ConnectorDeclaration,
  confirmationWays,
  decisionVerbs,
  type Plan,
  type PlanDecision,
  type PlanStep,
  planVerdicts,
  type Response,
  type ResponseTarget,
  responseActions,
  responseStates,
} from '../../domain/response.ts';
import { refLabel } from '../../domain/token.ts';
import { Instant, instant, presentToken, TokenSummary } from './common.ts';

const TargetShape = z
  .object({
    kind: z.enum(['token', 'family', 'subject']),
    label: z.string(),
    token: TokenSummary.optional(),
    family: z.string().optional().describe('Refresh family: whatever was or will be minted from it'),
    subject: z
      .object({ id: z.string(), iss: z.string().optional(), kind: z.enum(principalKinds) })
      .optional(),
    cutOff: Instant.optional().describe('Of a subject: what was minted for it later stays'),
  })
  .meta({ id: 'ResponseTarget', description: 'What loses its authority' });

function presentTarget(target: ResponseTarget): z.infer<typeof TargetShape> {
  const { kind } = target;
  if (kind === 'token') return { kind, label: refLabel(target.ref), token: presentToken(target.ref) };
  if (kind === 'family') return { kind, label: target.family, family: target.family };
  const { id, iss, kind: of } = target.subject;
  return { kind, label: id, subject: { id, iss, kind: of }, cutOff: instant(target.cutOffMs) };
}

const residualUntil = Instant.nullish().describe(
  'When it stops working by itself; null: never; absent: unknown',
);

export const ResponseShape = z
  .object({
    id: z.string(),
    planId: z.string().optional(),
    step: z.int().describe('Place in its plan, from 0'),
    alertId: z.string().optional().describe('Absent when a person asked for it and named no alert'),
    chainId: z.string().optional(),
    detector: z.string().optional(),
    action: z.enum(responseActions),
    target: TargetShape,
    mode: z.enum(['dry_run', 'real']).describe('dry_run: everything but the last request happened'),
    state: z
      .enum(responseStates)
      .describe(
        'accepted: the receiver took it, which does not yet prove that the authority ended; unconfirmed: proof was due and did not come',
      ),
    attempt: z.int(),
    at: Instant,
    reason: z.string().optional(),
    endpoint: z.string().optional().describe('Name of the connector'),
    confirms: z.enum(confirmationWays).describe('How it becomes known that the authority ended'),
    httpStatus: z.int().optional(),
    requestedBy: z.string(),
    approvedBy: z.array(z.string()),
    residualUntil,
    causedAt: Instant.describe('When what it rests on was last seen: from then on the time to act counts'),
    firstAttemptAt: Instant.optional(),
    acceptedAt: Instant.optional(),
    undoes: z.string().optional().describe('Of an undo: the response that it takes back'),
  })
  .meta({ id: 'Response', description: 'What was done about one target' });

export function presentResponse(response: Response): z.infer<typeof ResponseShape> {
  const { id, step, chainId, action, mode, state, attempt, confirms, requestedBy, undoes } = response;
  return {
    id,
    planId: orAbsent(response.planId),
    step,
    alertId: orAbsent(response.alertId),
    chainId,
    detector: orAbsent(response.detector),
    action,
    target: presentTarget(response.target),
    mode,
    state,
    attempt,
    at: instant(response.atMs),
    reason: orAbsent(response.reason),
    endpoint: orAbsent(response.endpoint),
    confirms,
    httpStatus: response.httpStatus === 0 ? undefined : response.httpStatus,
    requestedBy,
    approvedBy: [...response.approvedBy],
    residualUntil: instant(response.residualUntilMs),
    causedAt: instant(response.causedMs),
    firstAttemptAt: instant(response.firstAttemptMs),
    acceptedAt: instant(response.acceptedMs),
    undoes,
  };
}

const ConnectorShape = z
  .object({
    name: z.string(),
    kind: z.string(),
    ends: z.string().describe('What dies'),
    leaves: z.string().describe('What it cannot end'),
    confirms: z.enum(confirmationWays),
    undoes: z.boolean(),
  })
  .meta({ id: 'Connector', description: 'A way to end authority, as it says of itself' });

const StepShape = z
  .object({
    responseId: z.string(),
    action: z.enum(responseActions),
    target: TargetShape,
    label: z.string(),
    role: z.enum(['source', 'descendant', 'family', 'sibling', 'subject']).describe('Why it is in the plan'),
    depth: z.int().describe('Hops below the violating one'),
    level: z.int().min(1).max(6).optional().describe('Weakest link between it and the violating hop'),
    environment: z.string().optional(),
    holder: z.string().optional().describe('Id of the principal who holds it'),
    connector: ConnectorShape.optional().describe('Absent: nothing is configured that could'),
    residualUntil,
  })
  .meta({ id: 'PlanStep', description: 'One revocation of a plan' });

export const PlanShape = z
  .object({
    id: z.string(),
    digest: z.string().describe('What an approval is bound to: send it back with yours'),
    because: z.object({
      alertId: z.string().optional(),
      detector: z.string().optional(),
      fact: z.string().optional(),
      severity: z.enum(severities).optional(),
      by: z.string().optional().describe('Who asked for it'),
      reason: z.string().optional(),
    }),
    chainId: z.string().optional(),
    madeAt: Instant,
    expiresAt: Instant.describe('A proposal that nobody decided by then is over'),
    dryRun: z.boolean().describe('Everything but the last request happens'),
    verdict: z
      .enum(planVerdicts)
      .describe('act: it is done; propose: when people approve; observe, alert: it is only shown'),
    reasons: z.array(z.string()).describe('Why no more than that'),
    approvals: z.int().describe('Persons who must approve before it is done'),
    steps: z.array(StepShape).describe('In the order in which they are done: what can mint comes first'),
    survivors: z
      .array(z.object({ key: z.string(), label: z.string(), until: residualUntil, reason: z.string() }))
      .describe('Credentials that stay alive'),
  })
  .meta({ id: 'Plan', description: 'Everything that one cause is to end, before anything of it is done' });

export function presentPlan(plan: Plan): z.infer<typeof PlanShape> {
  const { id, digest, trigger, chainId, dryRun, verdict, reasons, approvals } = plan;
  const { kind: _, ...because } = trigger;
  return {
    id,
    digest,
    because,
    chainId,
    madeAt: instant(plan.madeMs),
    expiresAt: instant(plan.expiresMs),
    dryRun,
    verdict,
    reasons: [...reasons],
    approvals,
    steps: plan.steps.map(presentStep),
    survivors: plan.survivors.map(({ key, label, untilMs, reason }) => ({
      key,
      label,
      until: instant(untilMs),
      reason,
    })),
  };
}

function presentStep(step: PlanStep): z.infer<typeof StepShape> {
  const { responseId, action, label, role, depth, level, environment, connector } = step;
  return {
    responseId,
    action,
    target: presentTarget(step.target),
    label,
    role,
    depth,
    level,
    environment,
    holder: step.holder === undefined ? undefined : principalIdIn(step.holder),
    connector: connector === undefined ? undefined : presentConnector(connector),
    residualUntil: instant(step.residualUntilMs),
  };
}

function presentConnector(declaration: ConnectorDeclaration): z.infer<typeof ConnectorShape> {
  const { name, kind, ends, leaves, confirms, undoes } = declaration;
  return { name, kind, ends, leaves, confirms, undoes };
}

export const PlanDecisionShape = z
  .object({ at: Instant, by: z.string(), verb: z.enum(decisionVerbs), reason: z.string().optional() })
  .meta({ id: 'PlanDecision', description: 'What a person said of a plan' });

export function presentDecision(decision: PlanDecision): z.infer<typeof PlanDecisionShape> {
  const { atMs, by, verb, reason } = decision;
  return { at: instant(atMs), by, verb, reason: orAbsent(reason) };
}

/** Rows hold an empty string where nothing was said; the API leaves the member out. */
function orAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}
