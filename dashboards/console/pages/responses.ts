import { responseStates } from '../../../src/domain/response.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { attempt, shownOr } from '../parts/attempt.ts';
import { emptyState, noMatch } from '../parts/empty.ts';
import { hrefWith, planHref } from '../parts/links.ts';
import { pager } from '../parts/pager.ts';
import { panel } from '../parts/panel.ts';
import {
  decisionForms,
  isPending,
  type PlanDetail,
  planBody,
  planFacts,
  type ShownResponse,
} from '../parts/plan.ts';
import { phaseOf, responseTable } from '../parts/response.ts';
import { countOf } from '../parts/words.ts';
import { readPlan } from './plan.ts';

interface Responses {
  readonly items: readonly ShownResponse[];
  readonly next?: string;
}

/** Each of them is a plan of its own to read and to decide about; the others are a link away. */
const WAITING_SHOWN = 10;
const PHASE_ROWS = 50;
const LATEST_ROWS = 50;

/** What waits for a person, then what is under way, in doubt, failed and done. */
export function responsesPage(app: ConsoleApp): void {
  app.page('/responses', async (context) => {
    const state = context.url.searchParams.get('state') ?? '';
    const isOne = responseStates.some((known) => known === state);
    const body = isOne ? await oneState(context, state) : await everything(context);
    return {
      title: 'Responses',
      place: 'responses',
      live: ['responses'],
      styles: ['operations.css'],
      body: html`<h1>Responses</h1>${filters(isOne ? state : '')}${body}`,
    } satisfies Page;
  });
}

function filters(state: string): Html {
  return html`<form class="filters" method="get" action="/responses">
<label>State <select name="state"><option value="">all</option>${responseStates.map(
    (one) => html`<option value="${one}"${one === state && html` selected`}>${one}</option>`,
  )}</select></label><button>Show</button></form>`;
}

async function oneState({ api, url }: PageContext, state: string): Promise<Html> {
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const { items, next } = await api.get<Responses>(pathOf('/v1/responses', { state, cursor }));
  return html`<section class="panel">${responseTable(`Responses that are ${state}`, items, noMatch('responses', '/responses'))}${pager(url, next)}</section>`;
}

async function everything(context: PageContext): Promise<Html> {
  const read = (state: string | undefined, limit: number) =>
    attempt(context.api.get<Responses>(pathOf('/v1/responses', { state, limit })));
  const [proposed, requested, accepted, unconfirmed, failed, latest] = await Promise.all([
    read('proposed', PHASE_ROWS),
    read('requested', PHASE_ROWS),
    read('accepted', PHASE_ROWS),
    read('unconfirmed', PHASE_ROWS),
    read('failed', PHASE_ROWS),
    read(undefined, LATEST_ROWS),
  ]);
  const underWay = [requested, accepted].flatMap((tried) => (tried.ok ? tried.value.items : []));
  const waits = proposed.ok
    ? await waiting(context, proposed.value)
    : shownOr(proposed, 'What waits', () => html``);
  return html`
${panel('waits', 'Waits for a person', waits)}
${panel(
  'under-way',
  'Under way',
  responseTable(
    'Requested, or accepted and not proven yet',
    underWay.filter((response) => phaseOf(response) === 'under way'),
    'Nothing is under way.',
  ),
)}
${panel(
  'unconfirmed',
  'Unconfirmed',
  shownOr(
    unconfirmed,
    'What is unconfirmed',
    (page) =>
      html`${responseTable('Accepted, and the proof that was due did not come: look whether the credential still works', page.items, 'Everything that was to be proven is proven.')}${more(page, 'unconfirmed')}`,
  ),
)}
${panel(
  'failed',
  'Failed',
  shownOr(
    failed,
    'What failed',
    (page) =>
      html`${responseTable('Not done: the credential may still work. Health shows the way out that failed', page.items, 'Nothing failed.')}${more(page, 'failed')}`,
  ),
)}
${panel(
  'done',
  'Done and decided',
  shownOr(latest, 'What was done', (page) => done(page)),
)}`;
}

function more({ next }: Responses, state: string): Html | undefined {
  return next === undefined
    ? undefined
    : html`<p><a href="/responses?state=${state}">All that are ${state}</a></p>`;
}

function done(page: Responses): Html {
  const items = page.items.filter((response) => phaseOf(response) === 'done');
  return responseTable(
    'Among the latest: what is over, and what was only shown',
    items,
    emptyState({
      what: 'Nothing was done yet.',
      why: 'A response is made when an alert names a credential whose end would stop it.',
      next: html`How far each detector may go stands with the <a href="/detectors">detectors</a>.`,
    }),
  );
}

/** Whole plans, because a person decides about a plan and not about one of its steps. */
async function waiting(context: PageContext, { items, next }: Responses): Promise<Html> {
  const ids = [
    ...new Set(
      items.flatMap(({ planId, action }) => (planId === undefined || action === 'undo' ? [] : [planId])),
    ),
  ];
  const tried = await Promise.all(ids.slice(0, WAITING_SHOWN).map((id) => attempt(readPlan(context, id))));
  const plans = tried.flatMap((one) => (one.ok ? [one.value] : []));
  const pending = plans.filter((detail) => isPending(detail, context.nowMs));
  const undos = items.filter(({ action }) => action === 'undo');
  if (pending.length === 0 && undos.length === 0)
    return html`<p class="empty"><strong>Nothing waits for a decision.</strong> A plan that needs one stands here first.</p>`;
  const left = ids.length - Math.min(ids.length, WAITING_SHOWN);
  return html`${pending.map((detail) => card(context, detail))}
${undos.length > 0 && responseTable('Given back, once a person says so: open it', undos, '')}
${(left > 0 || next !== undefined) && html`<p><a href="${hrefWith(context.url, { state: 'proposed' })}">All that wait${left > 0 && `: ${countOf(left, 'further plan')}`}</a></p>`}`;
}

function card(context: PageContext, detail: PlanDetail): Html {
  const { plan } = detail;
  const { length } = plan.steps;
  return html`<article class="waiting"><h3><a href="${planHref(plan.id)}">End ${countOf(length, 'credential')}: ${plan.steps[0]?.label ?? 'nothing'}${length > 1 && ' and what hangs on it'}</a></h3>
${planFacts(detail, context.nowMs)}
${decisionForms(detail, context, '/responses')}
<details><summary>What it ends, and what it leaves alive</summary>${planBody(detail, context.nowMs)}</details>
</article>`;
}
