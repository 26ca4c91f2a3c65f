import { html } from '../html.ts';
import { type ConsoleApp, fieldOf, type Page, type PageContext } from '../page.ts';
import { stateBadge } from '../parts/badge.ts';
import { chainHref, planHref, responseHref } from '../parts/links.ts';
import { panel } from '../parts/panel.ts';
import {
  confirmForm,
  decisionForms,
  decisionsOf,
  type PlanDetail,
  planBody,
  planFacts,
  type ShownResponse,
  undoesOf,
  undoForm,
} from '../parts/plan.ts';
import { table } from '../parts/table.ts';
import { stampOf } from '../parts/time.ts';
import { actionWords, countOf } from '../parts/words.ts';
import { backOf } from './back.ts';

/** One plan: everything that one cause is to end, and the word of people on it. */
export function planPages(app: ConsoleApp): void {
  app.page('/plans/:id', async (context, { id = '' }) => planPage(context, await readPlan(context, id)));
  for (const verb of ['approve', 'deny'] as const) {
    app.action(`/plans/:id/${verb}`, 'respond', async (context, { id = '' }, form) => {
      const word = { digest: fieldOf(form, 'digest') ?? '', reason: fieldOf(form, 'reason') ?? '' };
      const { plan, responses } = await context.api.post<PlanDetail>(`/v1${planHref(id)}/${verb}`, word);
      const waits = responses.some(({ state }) => state === 'proposed');
      context.say(said(verb, waits, plan.dryRun));
      return backOf(form, planHref(id));
    });
  }
}

function said(verb: 'approve' | 'deny', waits: boolean, dryRun: boolean): string {
  if (verb === 'deny') return 'Denied: nothing of the plan is done.';
  if (waits) return 'Approved by you. Another person must approve before it is done.';
  return dryRun ? 'Approved: done as a dry run, without the last request.' : 'Approved: it is on its way.';
}

export function readPlan(context: Pick<PageContext, 'api'>, id: string): Promise<PlanDetail> {
  return context.api.get<PlanDetail>(`/v1${planHref(id)}`);
}

function planPage(context: PageContext, detail: PlanDetail): Page {
  const { plan } = detail;
  const title = `Plan: ${countOf(plan.steps.length, 'revocation')}`;
  return {
    title,
    place: 'responses',
    live: ['responses'],
    styles: ['operations.css'],
    body: html`<h1>${title} ${stateBadge(plan.verdict)}</h1>
${panel(
  'decide',
  'What it is about',
  html`${planFacts(detail, context.nowMs)}
${plan.chainId !== undefined && html`<p><a href="${chainHref(plan.chainId)}">Its chain</a></p>`}
${decisionForms(detail, context)}`,
)}
${panel('ends', 'What it ends', planBody(detail, context.nowMs))}
${panel('said', 'Decisions', decisionsOf(detail, context.nowMs))}
${panel('became', 'What became of it', became(detail, context))}`,
  };
}

function became(detail: PlanDetail, context: PageContext) {
  const undoable = (response: ShownResponse) =>
    html`${undoForm(response, undoesOf(detail, response), context)}${confirmForm(response, context)}`;
  return table({
    caption: 'Responses, latest first',
    columns: ['When', 'What', 'State', 'Why', 'Next'],
    rows: detail.responses.map((response) => [
      stampOf(response.at),
      html`<a href="${responseHref(response.id)}">${actionWords(response.action)}: ${response.target.label}</a>`,
      stateBadge(response.state),
      response.reason,
      undoable(response),
    ]),
    empty: 'Nothing was done: a plan that is only shown has no responses.',
  });
}
