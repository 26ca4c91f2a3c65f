import { type Html, html } from '../html.ts';
import { type ConsoleApp, fieldOf, type Page, type PageContext } from '../page.ts';
import { type Attempt, attempt } from '../parts/attempt.ts';
import { dryRunBadge, stateBadge } from '../parts/badge.ts';
import { alertHref, chainHref, detectorHref, planHref, responseHref } from '../parts/links.ts';
import { panel } from '../parts/panel.ts';
import {
  confirmForm,
  decisionForms,
  type PlanDetail,
  type ShownResponse,
  undoesOf,
  undoForm,
} from '../parts/plan.ts';
import { timesOf, took } from '../parts/response.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf, untilOf } from '../parts/time.ts';
import { actionWords, proofWords } from '../parts/words.ts';
import { backOf } from './back.ts';
import { readPlan } from './plan.ts';

interface ResponseDetail {
  readonly response: ShownResponse;
  readonly history: readonly ShownResponse[];
}

const done = {
  undo: 'Asked to give it back.',
  confirm: 'Noted: the authority has ended.',
} as const;

/** What became of one credential. */
export function responsePages(app: ConsoleApp): void {
  app.page('/responses/:id', async (context, { id = '' }) => {
    const detail = await context.api.get<ResponseDetail>(`/v1${responseHref(id)}`);
    const { planId } = detail.response;
    const plan = planId === undefined ? undefined : await attempt(readPlan(context, planId));
    return responsePage(context, detail, plan);
  });
  for (const verb of ['undo', 'confirm'] as const) {
    app.action(`/responses/:id/${verb}`, 'respond', async (context, { id = '' }, form) => {
      await context.api.post(`/v1${responseHref(id)}/${verb}`, { reason: fieldOf(form, 'reason') ?? '' });
      context.say(done[verb]);
      return backOf(form, responseHref(id));
    });
  }
}

function responsePage(
  context: PageContext,
  { response, history }: ResponseDetail,
  plan: Attempt<PlanDetail> | undefined,
): Page {
  const title = `${actionWords(response.action)}: ${response.target.label}`;
  const found = plan?.ok === true ? plan.value : undefined;
  const undoes = found !== undefined && undoesOf(found, response);
  return {
    title,
    place: 'responses',
    live: ['responses'],
    styles: ['operations.css'],
    body: html`<h1>${title}</h1>
<p>${stateBadge(response.state)} ${dryRunBadge(response.mode === 'dry_run')} ${response.reason}</p>
${panel(
  'facts',
  'What it is',
  html`${facts(response, context.nowMs)}
${undoForm(response, undoes, context)}${confirmForm(response, context)}`,
)}
${
  found !== undefined &&
  html`${panel(
    'plan',
    'Its plan',
    html`<p><a href="${planHref(found.plan.id)}">The whole plan</a>, of which this is step ${response.step + 1}. A decision is about all of it.</p>
${decisionForms(found, context)}`,
  )}`
}
${panel(
  'history',
  'How it came about',
  table({
    caption: 'Every state that it came to, oldest first',
    columns: ['When', 'State', { name: 'Attempt', numeric: true }, 'Answer', 'Why'],
    rows: history.map(({ at, state, attempt: tries, httpStatus, reason }) => [
      stampOf(at),
      stateBadge(state),
      tries,
      httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
      reason,
    ]),
  }),
)}
<p><a href="/audit?subject=${encodeURIComponent(response.id)}">What the audit has of it</a></p>`,
  };
}

function facts(response: ShownResponse, nowMs: number): Html {
  const { alertId, chainId, detector, endpoint, undoes, approvedBy, confirms } = response;
  const { toAttemptMs, toProofMs } = timesOf(response);
  return html`<dl class="facts">
<dt>State since</dt><dd>${timeOf(response.at, nowMs)}</dd>
<dt>Asked by</dt><dd>${response.requestedBy}</dd>
${approvedBy.length > 0 && html`<dt>Approved by</dt><dd>${approvedBy.join(', ')}</dd>`}
<dt>Through</dt><dd>${endpoint ?? html`<span class="bad">nothing is configured that could</span>`}</dd>
<dt>Proof</dt><dd>${proofWords(confirms)}</dd>
<dt>First tried after</dt><dd>${took(toAttemptMs, 'not tried')}</dd>
<dt>Proven after</dt><dd>${took(toProofMs, confirms === 'none' ? 'nothing proves it' : 'not proven')}</dd>
<dt>Ends by itself</dt><dd>${untilOf(response.residualUntil, nowMs)}</dd>
${alertId !== undefined && html`<dt>Alert</dt><dd><a href="${alertHref(alertId)}">${alertId}</a></dd>`}
${chainId !== undefined && html`<dt>Chain</dt><dd><a href="${chainHref(chainId)}">${chainId}</a></dd>`}
${detector !== undefined && html`<dt>Detector</dt><dd><a href="${detectorHref(detector)}">${detector}</a></dd>`}
${undoes !== undefined && html`<dt>Takes back</dt><dd><a href="${responseHref(undoes)}">${undoes}</a></dd>`}
</dl>`;
}
