import { deterministicId } from '../domain/ids.ts';
import type { RevocationWish } from '../domain/notice.ts';
import type { Plan, PlanStep, PlanVerdict, Response, ResponseState } from '../domain/response.ts';
import { causeOf } from './order.ts';
import { responseId, tokenTarget } from './plan/index.ts';
import { SELF } from './usage.ts';

const stateOf: Readonly<Record<PlanVerdict, ResponseState>> = {
  act: 'requested',
  propose: 'proposed',
  refuse: 'refused',
  observe: 'refused',
  alert: 'refused',
};

/** The first row of each step of a plan, as the plan was judged; of a wish that came to nothing one that says so. */
export function rowsOf(plan: Plan, causedMs: number, wish?: RevocationWish): readonly Response[] {
  const rows = plan.steps.map((step, index) => rowOf(plan, step, index, causedMs));
  if (rows.length > 0 || wish === undefined) return rows;
  const target = tokenTarget(wish.target);
  const step: PlanStep = {
    responseId: responseId(plan.tenant, target),
    action: 'token.revoke',
    target,
    label: '',
    holder: undefined,
    role: 'source',
    depth: 0,
    level: wish.linkLevel,
    environment: wish.alert.environment,
    connector: undefined,
    residualUntilMs: wish.liveUntilMs,
  };
  return [rowOf(plan, step, 0, causedMs)];
}

function rowOf(plan: Plan, step: PlanStep, index: number, causedMs: number): Response {
  const { trigger, verdict, dryRun } = plan;
  const { connector } = step;
  const row: Response = {
    tenant: plan.tenant,
    id: step.responseId,
    planId: plan.id,
    step: index,
    alertId: trigger.alertId ?? '',
    chainId: plan.chainId,
    detector: trigger.kind === 'alert' ? trigger.detector : '',
    action: step.action,
    target: step.target,
    targetKey: step.target.key,
    holder: step.holder,
    mode: dryRun ? 'dry_run' : 'real',
    state: stateOf[verdict],
    attempt: 0,
    atMs: plan.madeMs,
    reason: verdict === 'act' ? reasonOf(plan) : plan.reasons.join('; '),
    endpoint: connector?.name ?? '',
    confirms: connector?.confirms ?? 'none',
    httpStatus: 0,
    requestedBy: trigger.kind === 'person' ? trigger.by : SELF,
    approvedBy: trigger.kind === 'person' && verdict === 'act' ? [trigger.by] : [],
    residualUntilMs: step.residualUntilMs,
    causedMs,
  };
  return row.state === 'requested' ? carriable(row) : row;
}

export function reasonOf(plan: Plan): string {
  return plan.dryRun ? `dry run: not sent; ${causeOf(plan)}` : causeOf(plan);
}

/** What nobody could carry out has failed: it would wait for ever. */
export function carriable(row: Response): Response {
  if (row.endpoint !== '') return row;
  return { ...row, state: 'failed', reason: 'no connector is configured that could end it' };
}

/** Which decision weighs more: only a weightier one replaces another. What is under way or done stays. */
const weight: Readonly<Record<ResponseState, number>> = {
  refused: 0,
  expired: 0,
  failed: 0,
  denied: 0,
  undone: 0,
  proposed: 1,
  requested: 2,
  accepted: 3,
  confirmed: 3,
  unconfirmed: 3,
};

/** Whether a new row says more than the one that is known. */
export function saysMore(row: Response, known: Response | undefined): boolean {
  if (known === undefined) return true;
  const isReal = known.mode === 'dry_run' && row.mode === 'real' && row.state === 'requested';
  return isReal || weight[row.state] > weight[known.state];
}

/** The row that follows what is known of the same response; its attempts go on counting. */
export function following(row: Response, known: Response | undefined): Response {
  if (known === undefined) return row;
  const next = { ...row, attempt: known.attempt, atMs: Math.max(row.atMs, known.atMs + 1) };
  if (known.state !== 'undone' || row.state !== 'requested') return next;
  return { ...next, messageId: deterministicId('rsp', [row.tenant, row.id, known.atMs]) };
}
