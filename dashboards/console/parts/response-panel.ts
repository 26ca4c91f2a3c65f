import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { type Attempt, attempt } from './attempt.ts';
import { dryRunBadge, stateBadge } from './badge.ts';
import type { Listed, ShownAlert } from './case.ts';
import { alertHref, hrefWith, planHref } from './links.ts';
import {
  confirmForm,
  decisionForms,
  decisionsOf,
  type PlanDetail,
  planBody,
  planFacts,
  type ShownPlan,
  undoesOf,
  undoForm,
} from './plan.ts';
import { table } from './table.ts';
import { stampOf, timeOf, untilOf } from './time.ts';
import { actionWords } from './words.ts';

/** Plans of one alert that are read in full; older ones are behind links. */
const PLANS_READ = 3;

export interface ResponseState {
  /** Newest first, with what people said and what was done. */
  readonly plans: readonly PlanDetail[];
  readonly older: readonly ShownPlan[];
  /** What a revocation would do now, when it is asked for. */
  readonly preview: { readonly reason: string; readonly plan: Attempt<ShownPlan> } | undefined;
}

/** What was planned and done for an alert, and, where the address asks for it, what would be. */
export async function readResponseState(context: PageContext, alert: ShownAlert): Promise<ResponseState> {
  const { api, url } = context;
  const listed = await api.get<Listed<ShownPlan>>(pathOf('/v1/plans', { alert: alert.id, limit: 20 }));
  const plans = await Promise.all(
    listed.items.slice(0, PLANS_READ).map(({ id }) => api.get<PlanDetail>(`/v1${planHref(id)}`)),
  );
  const reason = url.searchParams.get('why')?.trim();
  const preview =
    reason === undefined || reason === '' || !context.may('triage')
      ? undefined
      : { reason, plan: await attempt(api.post<ShownPlan>('/v1/plans', { alert: alert.id, reason })) };
  return { plans, older: listed.items.slice(PLANS_READ), preview };
}

/** Everything by which the authority is ended: what would be, what was decided, what became of it. */
export function responsePanel(context: PageContext, alert: ShownAlert, state: ResponseState): Html {
  const { plans, older, preview } = state;
  return html`<section class="panel response" id="respond" aria-labelledby="respond-title"><h2 id="respond-title">Response</h2>
${alert.revoke === undefined ? noCredential(alert) : stillAlive(alert, context.nowMs)}
${alert.revoke !== undefined && context.may('triage') && askForm(context, preview?.reason)}
${preview !== undefined && previewOf(context, alert, preview)}
${plans.map((detail, index) => planOf(context, detail, index === 0 && preview === undefined))}
${older.length > 0 && html`<p>Earlier plans: ${older.map(({ id, madeAt }) => html`<a href="${planHref(id)}">${stampOf(madeAt)}</a> `)}</p>`}
${plans.length === 0 && html`<p class="muted">Nothing was planned or done about it yet.</p>`}
</section>`;
}

function noCredential(alert: ShownAlert): Html {
  return html`<p>No single credential would end it. ${alert.nextStep}</p>`;
}

function stillAlive({ liveUntil, revoke }: ShownAlert, nowMs: number): Html {
  const isOver = typeof liveUntil === 'string' && Date.parse(liveUntil) <= nowMs;
  const name = revoke?.jti ?? revoke?.hash ?? 'the credential';
  return html`<p>${isOver ? 'By its own expiry no longer alive' : 'Still alive'}: <code>${name}</code>, until ${untilOf(liveUntil, nowMs)}</p>`;
}

/** Only looks: nothing is written, so that a link may do it. */
function askForm({ url }: PageContext, reason = ''): Html {
  return html`<form method="get" action="${url.pathname}#respond" class="row">
<label for="why">Why end it</label>
<input id="why" name="why" value="${reason}" required maxlength="1024" autocomplete="off">
<button>Show what would end</button> <span class="muted">Nothing is done yet.</span></form>`;
}

function previewOf(
  context: PageContext,
  alert: ShownAlert,
  { reason, plan }: NonNullable<ResponseState['preview']>,
): Html {
  if (!plan.ok) return html`<p class="notice bad">It cannot be planned: ${plan.problem.detail}.</p>`;
  return html`<div class="preview"><h3>What would end, as of now</h3>
${planBody({ plan: plan.value, responses: [] }, context.nowMs)}
${revokeForm(context, alert, plan.value, reason)}</div>`;
}

/** Bound to what is shown. What would be refused is not offered. */
function revokeForm({ url, may }: PageContext, { id }: ShownAlert, plan: ShownPlan, reason: string): Html {
  const without = hrefWith(url, { why: undefined });
  const leave = html`<a class="button quiet" href="${without}#respond">Leave it</a>`;
  if (plan.verdict === 'refuse' || plan.steps.length === 0)
    return html`<p class="row">Nothing can be asked for: it would be refused. ${leave}</p>`;
  if (!may('respond'))
    return html`<p class="muted">A responder has to ask for it. Hand over the address of this page.</p>`;
  return html`<form method="post" action="${alertHref(id)}/revoke" class="row">
<input type="hidden" name="reason" value="${reason}"><input type="hidden" name="digest" value="${plan.digest}">
<input type="hidden" name="back" value="${without}">
<button class="danger">${labelOf(plan)}</button> ${leave}</form>`;
}

function labelOf({ verdict, dryRun, approvals }: ShownPlan): string {
  if (verdict === 'act') return dryRun ? 'Revoke (dry run: the last request is not sent)' : 'Revoke now';
  const persons = approvals === 1 ? 'another person' : `${approvals} persons`;
  return `Propose it to ${persons}${dryRun ? ' (dry run)' : ''}`;
}

function planOf(context: PageContext, detail: PlanDetail, isOpen: boolean): Html {
  const { plan, responses } = detail;
  const { nowMs } = context;
  return html`<details class="plan"${isOpen && html` open`}><summary>Plan of ${timeOf(plan.madeAt, nowMs)} ${stateBadge(plan.verdict)} ${dryRunBadge(plan.dryRun)}</summary>
${planFacts(detail, nowMs)}
${planBody(detail, nowMs)}
${decisionForms(detail, context)}
${detail.decisions.length > 0 && decisionsOf(detail, nowMs)}
${table({
  caption: 'What became of it',
  columns: ['State', 'What', 'Asked', 'First tried', 'Accepted', 'Since', 'Still alive until', 'Why', 'Next'],
  rows: responses.map((response) => [
    html`${stateBadge(response.state)} ${dryRunBadge(response.mode === 'dry_run')}`,
    html`${actionWords(response.action)}: ${response.target.label}`,
    html`by ${response.requestedBy}${response.approvedBy.length > 0 && html`<br>approved by ${response.approvedBy.join(', ')}`}`,
    timeOf(response.firstAttemptAt, nowMs) ?? html`<span class="muted">not tried</span>`,
    timeOf(response.acceptedAt, nowMs) ?? html`<span class="muted">not accepted</span>`,
    stampOf(response.at),
    response.state === 'confirmed' ? 'ended, and proven' : untilOf(response.residualUntil, nowMs),
    response.reason,
    html`${undoForm(response, undoesOf(detail, response), context)}${confirmForm(response, context)}`,
  ]),
  empty: 'Nothing was done: it is only shown.',
})}
<p><a href="${planHref(plan.id)}">The plan by itself</a></p></details>`;
}

/**
 * Asks for exactly what was shown. The API makes the plan anew, so it is made once more before: whoever saw another one
 * is shown the new one instead.
 */
export async function revokeAsShown(
  context: PageContext,
  alertId: string,
  { reason, digest }: { readonly reason: string; readonly digest: string },
): Promise<boolean> {
  const body = { alert: alertId, reason };
  const now = await context.api.post<ShownPlan>('/v1/plans', body);
  if (now.digest !== digest) {
    context.say('Not done: what would end has changed since it was shown. Look at it again.');
    return false;
  }
  const { plan, responses } = await context.api.post<PlanDetail>('/v1/responses', body);
  context.say(saidOf(plan, responses));
  return true;
}

function saidOf(plan: ShownPlan, responses: PlanDetail['responses']): string {
  const rehearsed = plan.dryRun ? ' It is a dry run: the last request is not sent.' : '';
  if (responses.every(({ state }) => state === 'refused')) return `Refused: ${plan.reasons.join('; ')}.`;
  if (plan.verdict === 'propose') return `Proposed: another person must approve it.${rehearsed}`;
  return `Asked for: it is on its way.${rehearsed}`;
}
