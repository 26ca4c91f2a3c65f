import { pathOf } from '../api.ts';
import type { ChainDetail } from '../chart/detail.ts';
import { hopOf, lineageOf } from '../chart/lineage.ts';
import { type Html, html } from '../html.ts';
import { type ConsoleApp, fieldOf, type Page, type PageContext } from '../page.ts';
import { actForms } from '../parts/act-forms.ts';
import { severityBadge, stateBadge } from '../parts/badge.ts';
import { type AlertDetail, type Listed, readAlert, type ShownAlert } from '../parts/case.ts';
import { caseFacts, nextStepPanel } from '../parts/case-facts.ts';
import { basisBadge, evidencePanel } from '../parts/evidence.ts';
import { alertHref, chainHref, detectorHref, hrefWith, incidentHref } from '../parts/links.ts';
import { readResponseState, responsePanel, revokeAsShown } from '../parts/response-panel.ts';
import { scopePanel } from '../parts/scope-difference.ts';
import {
  momentsOfAlert,
  momentsOfChain,
  momentsOfPeople,
  momentsOfPlans,
  momentsOfResponses,
  story,
} from '../parts/story.ts';
import { strip } from '../parts/strip.ts';
import { table } from '../parts/table.ts';
import { timeOf } from '../parts/time.ts';
import { actOn, commandOf, tally } from '../parts/triage.ts';
import { unlessMissing } from './chain-read.ts';

/** One alert: what happened, where authority broke, what shows it, and all that a person can do about it. */
export function alertPages(app: ConsoleApp): void {
  app.page('/alerts/:id', async (context, { id = '' }) =>
    alertPage(context, await readAlert(context.api, id)),
  );
  app.action('/alerts/:id', 'triage', async (context, { id = '' }, form) => {
    const { alert } = await readAlert(context.api, id);
    const command = commandOf(form);
    context.say(tally(command.verb, [await actOn(context.api, command, alert.title, [alert])]));
    return alertHref(id);
  });
  app.action('/alerts/:id/revoke', 'respond', async (context, { id = '' }, form) => {
    const asked = { reason: fieldOf(form, 'reason') ?? '', digest: fieldOf(form, 'digest') ?? '' };
    const back = new URL(fieldOf(form, 'back') ?? alertHref(id), 'http://console.invalid');
    const isDone = await revokeAsShown(context, id, asked);
    return `${hrefWith(back, { why: isDone ? undefined : asked.reason })}#respond`;
  });
}

/** Undefined when the alert names no chain, or the chain is past its retention. */
export async function chainOf(
  { api }: PageContext,
  { chainId }: { readonly chainId?: string | undefined },
): Promise<ChainDetail | undefined> {
  return chainId === undefined ? undefined : unlessMissing(api.get<ChainDetail>(`/v1${chainHref(chainId)}`));
}

async function alertPage(context: PageContext, detail: AlertDetail): Promise<Page> {
  const { alert, actions, responses } = detail;
  const [chain, state, similar] = await Promise.all([
    chainOf(context, alert),
    readResponseState(context, alert),
    readSimilar(context, alert),
  ]);
  const moments = [
    ...(chain === undefined ? [] : momentsOfChain(chain, brokenKey(alert), alert.eventIds)),
    ...momentsOfAlert(alert),
    ...momentsOfPeople(actions),
    ...momentsOfPlans(state.plans),
    ...momentsOfResponses(responses),
  ];
  return {
    title: alert.title,
    place: 'incidents',
    live: ['alerts', 'responses'],
    styles: ['incident.css', 'operations.css'],
    body: html`<h1>${alert.title}</h1>
<p class="row">${severityBadge(alert.severity)} ${stateBadge(alert.state)} ${basisBadge(alert.basis)} ${alert.kind === 'signal' && 'a signal: it pages nobody by itself'}
<a href="${detectorHref(alert.detector)}">${alert.detector}</a> ${alert.facts.join(', ')}
${alert.assignee !== undefined && html`· assigned to ${alert.assignee}`}
${alert.incidentId !== undefined && html`· <a href="${incidentHref(alert.incidentId)}">its incident</a>`}</p>
${standingOf(alert)}
${wherePanel(alert, chain)}
<div class="grid">
<section class="panel" aria-labelledby="next"><h2 id="next">Next step</h2>${nextStepPanel(alert)}</section>
<section class="panel" aria-labelledby="who"><h2 id="who">Who, what, until when</h2>${caseFacts(alert, context.nowMs)}</section>
</div>
${responsePanel(context, alert, state)}
${context.may('triage') && html`<section class="panel" aria-labelledby="act"><h2 id="act">What you do about it</h2>${actForms(actingOn(context, alert))}</section>`}
<section class="panel" aria-labelledby="evidence"><h2 id="evidence">Evidence</h2>${evidencePanel(alert.evidence)}
<details><summary>Events it rests on</summary><ul>${alert.eventIds.map((id) => html`<li><code>${id}</code></li>`)}</ul></details></section>
<section class="panel" aria-labelledby="story"><h2 id="story">What happened, in order</h2>${story(moments, context.nowMs)}</section>
${similarPanel(alert, similar, context.nowMs)}`,
  };
}

function brokenKey({ hopKey, subject }: ShownAlert): string {
  return hopKey ?? subject.key;
}

/** Said first when the alert is not what it was: it merged, or was withdrawn. */
export function standingOf({ state, mergedInto, nextStep, closedReason }: ShownAlert): Html | undefined {
  if (state === 'merged' && mergedInto !== undefined)
    return html`<p class="notice">It is about the same as another alert, which carries on: <a href="${alertHref(mergedInto)}">go on there</a>.</p>`;
  if (state === 'withdrawn')
    return html`<p class="notice">Withdrawn: what came in later showed that it is not so. ${nextStep}</p>`;
  return state === 'closed' && closedReason !== undefined
    ? html`<p class="notice">Closed: ${closedReason}</p>`
    : undefined;
}

/** The way that authority went, the hop where it broke marked, and what that hop added. */
export function wherePanel(alert: ShownAlert, chain: ChainDetail | undefined): Html {
  const lineage = chain === undefined ? undefined : lineageOf(chain.hops);
  const broken = lineage === undefined ? undefined : hopOf(alert, lineage);
  const path =
    broken === undefined ? (lineage?.tops ?? []).slice(0, 1) : lineage?.pathUp(broken.key).toReversed();
  const where = { path: path ?? [], broken, target: alert.target, outcome: alert.outcome };
  return html`<section class="panel" aria-labelledby="where"><h2 id="where">Where it broke</h2>
${chain === undefined ? html`<p class="muted">No chain is stored for it${alert.chainId === undefined ? '' : ': it may be past its retention'}.</p>` : strip(where)}
${chain !== undefined && broken === undefined && html`<p class="muted">It is about ${alert.subject.kind} ${alert.subject.label}, not about one hop.</p>`}
${scopePanel(broken, broken === undefined ? undefined : lineage?.parentOf(broken))}
${chain !== undefined && html`<p><a href="${chainHref(chain.chain.id)}">The whole chain, drawn</a></p>`}
</section>`;
}

function actingOn({ who }: PageContext, { id, state, assignee }: ShownAlert) {
  return {
    action: alertHref(id),
    isOpen: state === 'open',
    isStanding: state === 'open' || state === 'acknowledged',
    isClosed: state === 'closed',
    ...{ me: who.name, assignee },
  };
}

/** By the same detector of the same actor, else of the same subject. */
async function readSimilar({ api }: PageContext, alert: ShownAlert): Promise<readonly ShownAlert[]> {
  const { detector, actor, subject } = alert;
  const alike = actor === undefined ? { subject: subject.key } : { actor };
  const { items } = await api.get<Listed<ShownAlert>>(
    pathOf('/v1/alerts', { detector, ...alike, limit: SIMILAR_SHOWN + 1 }),
  );
  return items.filter(({ id }) => id !== alert.id).slice(0, SIMILAR_SHOWN);
}
const SIMILAR_SHOWN = 10;

function similarPanel(
  { detector, actor, subject }: ShownAlert,
  similar: readonly ShownAlert[],
  nowMs: number,
): Html {
  const all = pathOf('/alerts', {
    detector,
    ...(actor === undefined ? { subject: subject.key } : { actor }),
  });
  return html`<section class="panel" aria-labelledby="similar"><h2 id="similar">Similar alerts</h2>
${alertRows(`By ${detector}, ${actor === undefined ? `about ${subject.label}` : `of ${actor}`}`, similar, nowMs, 'None: it is the first of its kind here.')}
${similar.length > 0 && html`<p><a href="${all}">All of them</a></p>`}</section>`;
}

/** A short list of alerts; how each one ended is half of what one wants to know. */
export function alertRows(
  caption: string,
  alerts: readonly ShownAlert[],
  nowMs: number,
  empty: string,
): Html {
  return table({
    caption,
    columns: ['Severity', 'State', 'What happened', 'Detector', 'Last'],
    rows: alerts.map(({ id, severity, state, title, detector, kind, closedReason, assignee, lastAt }) => [
      severityBadge(severity),
      html`${stateBadge(state)}${kind === 'signal' && html` <span class="muted">signal</span>`}${
        (closedReason ?? assignee) !== undefined &&
        html`<br><span class="muted">${closedReason ?? assignee}</span>`
      }`,
      html`<a href="${alertHref(id)}">${title}</a>`,
      html`<a href="${detectorHref(detector)}">${detector}</a>`,
      timeOf(lastAt, nowMs),
    ]),
    empty,
  });
}
