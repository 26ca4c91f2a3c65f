import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { actForms } from '../parts/act-forms.ts';
import { severityBadge, stateBadge } from '../parts/badge.ts';
import {
  type IncidentDetail,
  type Listed,
  readAlert,
  readIncident,
  type ShownAlert,
  type ShownIncident,
  stateOf,
} from '../parts/case.ts';
import { caseFacts, nextStepPanel } from '../parts/case-facts.ts';
import { evidencePanel } from '../parts/evidence.ts';
import { alertHref, detectorHref, incidentHref } from '../parts/links.ts';
import type { ShownResponse } from '../parts/plan.ts';
import { readResponseState, responsePanel } from '../parts/response-panel.ts';
import {
  type Moment,
  momentsOfAlert,
  momentsOfChain,
  momentsOfPeople,
  momentsOfPlans,
  momentsOfResponses,
  story,
} from '../parts/story.ts';
import { actOn, commandOf, tally } from '../parts/triage.ts';
import { alertRows, chainOf, wherePanel } from './alert.ts';
import { incidentMarkdown } from './incident-markdown.ts';

/** Alerts whose own words of people are read for the story; the others are behind links. */
const ALERTS_READ = 20;

/** One incident: what people were paged for, told from its cause. */
export function incidentPages(app: ConsoleApp): void {
  app.page('/incidents/:id', async (context, { id = '' }) =>
    incidentPage(context, id, await readIncident(context.api, id)),
  );
  app.action('/incidents/:id', 'triage', async (context, { id = '' }, form) => {
    const { incident, alerts } = await readIncident(context.api, id);
    const command = commandOf(form);
    // A comment is about the whole: said once, on the alert that leads it.
    const meant = command.verb === 'comment' ? leadOf(incident, alerts).slice(0, 1) : alerts;
    context.say(tally(command.verb, [await actOn(context.api, command, incident.title, meant)]));
    return incidentHref(incident.id);
  });
  app.download('/incidents/:id/export.md', async (context, { id = '' }) => {
    const { incident, alerts } = await readIncident(context.api, id);
    const lead = leadOf(incident, alerts)[0];
    const chain = await chainOf(context, incident);
    const responses = await readResponses(context, incident);
    const moments = { chain, lead, responses };
    return {
      type: 'text/markdown; charset=utf-8',
      name: `${incident.id}.md`,
      body: incidentMarkdown({ incident, alerts, ...moments, madeMs: context.nowMs }),
    };
  });
}

/** Its alerts with the one first by whose credential it ends, then its other causes. */
export function leadOf(incident: ShownIncident, alerts: readonly ShownAlert[]): readonly ShownAlert[] {
  const causes = new Set(incident.alerts.filter(({ role }) => role === 'cause').map(({ id }) => id));
  const weight = (alert: ShownAlert) =>
    (alert.title === incident.title && alert.detector === incident.detector ? 0 : 4) +
    (causes.has(alert.id) ? 0 : 2) +
    (alert.revoke === undefined ? 1 : 0);
  return [...alerts].sort((a, b) => weight(a) - weight(b));
}

async function readResponses(
  { api }: PageContext,
  { chainId }: ShownIncident,
): Promise<readonly ShownResponse[]> {
  if (chainId === undefined) return [];
  return (await api.get<Listed<ShownResponse>>(pathOf('/v1/responses', { chain: chainId, limit: 100 })))
    .items;
}

async function incidentPage(context: PageContext, asked: string, detail: IncidentDetail): Promise<Page> {
  const { incident, alerts } = detail;
  const [lead, ...others] = leadOf(incident, alerts);
  const [chain, state, responses, read] = await Promise.all([
    chainOf(context, incident),
    lead === undefined ? undefined : readResponseState(context, lead),
    readResponses(context, incident),
    Promise.all(alerts.slice(0, ALERTS_READ).map(({ id }) => readAlert(context.api, id))),
  ]);
  const moments: Moment[] = [
    ...(chain === undefined || lead === undefined
      ? []
      : momentsOfChain(chain, lead.hopKey ?? lead.subject.key, lead.eventIds)),
    ...alerts.flatMap(momentsOfAlert),
    ...read.flatMap(({ actions }) => momentsOfPeople(actions)),
    ...momentsOfPlans(state?.plans ?? []),
    ...momentsOfResponses(responses),
  ];
  return {
    title: incident.title,
    place: 'incidents',
    live: ['incidents', 'alerts', 'responses'],
    styles: ['incident.css', 'operations.css'],
    body: html`<h1>${incident.title}</h1>
<p class="row">${severityBadge(incident.severity)} ${stateBadge(stateOf(incident))}
${incident.detectors.map((detector) => html`<a href="${detectorHref(detector)}">${detector}</a> `)}
${assignedTo(incident)}
<a class="button quiet no-print" href="${incidentHref(incident.id)}/export.md">Export as Markdown</a></p>
${standing(incident, asked)}
${lead !== undefined && wherePanel(lead, chain)}
<div class="grid">
<section class="panel" aria-labelledby="next"><h2 id="next">Next step</h2>${nextStepPanel(incident)}
${lead !== undefined && html`<p class="muted">${lead.settled ? 'Its cause is settled: no late event is waited for.' : 'Its cause is provisional: a late event may clear it.'}</p>`}</section>
<section class="panel" aria-labelledby="who"><h2 id="who">Who, what, until when</h2>${caseFacts(incident, context.nowMs)}</section>
</div>
${lead !== undefined && state !== undefined && responsePanel(context, lead, state)}
${context.may('triage') && alerts.length > 0 && html`<section class="panel" aria-labelledby="act"><h2 id="act">What you do about it</h2><p class="muted">What you do here is done to all of its alerts to which it applies.</p>${actForms(actingOn(context, incident, alerts))}</section>`}
${membersPanel(incident, lead === undefined ? [] : [lead, ...others], context.nowMs)}
${lead !== undefined && html`<section class="panel" aria-labelledby="evidence"><h2 id="evidence">Evidence of its cause</h2>${evidencePanel(lead.evidence)}<p><a href="${alertHref(lead.id)}">The alert by itself</a>, with similar ones.</p></section>`}
<section class="panel" aria-labelledby="story"><h2 id="story">What happened, in order</h2>${story(moments, context.nowMs)}</section>`,
  };
}

function assignedTo({ handling }: ShownIncident): Html | undefined {
  if (handling === undefined || handling.assignees.length === 0) return undefined;
  return html`assigned to ${handling.assignees.join(', ')}`;
}

/** Said first when it is not what it was. */
export function standing(incident: ShownIncident, asked: string): Html | undefined {
  if (asked !== incident.id)
    return html`<p class="notice">You asked for <code>${asked}</code>. It turned out to have the same cause as this one, which carries on.</p>`;
  if (incident.state === 'withdrawn')
    return html`<p class="notice">Withdrawn: nothing of it pages any more. What came in later showed that its alerts are not so, or policy excepts them. If something was revoked for it, give it back.</p>`;
  return incident.state === 'merged'
    ? html`<p class="notice">It merged into another incident, which is no longer stored.</p>`
    : undefined;
}

function actingOn({ who }: PageContext, { id, handling }: ShownIncident, alerts: readonly ShownAlert[]) {
  const states = new Set(alerts.map(({ state }) => state));
  return {
    action: incidentHref(id),
    isOpen: states.has('open'),
    isStanding: states.has('open') || states.has('acknowledged'),
    isClosed: states.has('closed'),
    ...{ me: who.name, assignee: handling?.assignees.length === 1 ? handling.assignees[0] : undefined },
  };
}

/** Causes first, then what followed from them. */
function membersPanel(incident: ShownIncident, alerts: readonly ShownAlert[], nowMs: number): Html {
  const causes = new Set(incident.alerts.filter(({ role }) => role === 'cause').map(({ id }) => id));
  const rest = alerts.filter(({ id }) => !causes.has(id));
  const told = incident.alerts.filter(({ id }) => !alerts.some((alert) => alert.id === id));
  return html`<section class="panel" aria-labelledby="members"><h2 id="members">Its alerts</h2>
${alertRows(
  'Causes: where authority broke',
  alerts.filter(({ id }) => causes.has(id)),
  nowMs,
  'None of its causes stands any more.',
)}
${rest.length > 0 && alertRows('Consequences, and signals beside it', rest, nowMs, '')}
${told.length > 0 && html`<p class="muted">Once told with it: ${told.map(({ id, title }) => html`<a href="${alertHref(id)}">${title}</a> `)}</p>`}
${incident.alertCount > alerts.length && html`<p><a href="${pathOf('/alerts', { incident: incident.id })}">All ${incident.alertCount.toLocaleString('en')} alerts</a></p>`}
</section>`;
}
