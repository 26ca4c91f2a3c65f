import { severities } from '../../../src/domain/finding.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { severityBadge, stateBadge } from '../parts/badge.ts';
import { bulkBar, bulkDialogs, chooser } from '../parts/bulk.ts';
import { type Listed, readIncident, type ShownIncident, stateOf } from '../parts/case.ts';
import { emptyState, noMatch } from '../parts/empty.ts';
import { chainHref, detectorHref, incidentHref } from '../parts/links.ts';
import { pager } from '../parts/pager.ts';
import { optionsOf, queueTabs } from '../parts/queue.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf, untilOf } from '../parts/time.ts';
import { actOnChosen } from '../parts/triage.ts';
import { countOf } from '../parts/words.ts';

/** What the queue can be asked for, and how the API is. */
const states: Readonly<Record<string, { readonly name: string; readonly query: object }>> = {
  todo: { name: 'to do', query: { state: 'open', handling: 'unclosed' } },
  open: { name: 'open', query: { state: 'open', handling: 'open' } },
  acknowledged: { name: 'acknowledged', query: { state: 'open', handling: 'acknowledged' } },
  closed: { name: 'closed', query: { handling: 'closed' } },
  withdrawn: { name: 'withdrawn', query: { state: 'withdrawn' } },
  merged: { name: 'merged', query: { state: 'merged' } },
  all: { name: 'all', query: {} },
};

/** What people are paged for, with all that one has to know to choose what comes first. */
export function incidentsPage(app: ConsoleApp): void {
  app.page('/incidents', queue);
  app.action('/incidents', 'triage', (context, _, form) =>
    actOnChosen(context, form, '/incidents', async (id) => {
      const { incident, alerts } = await readIncident(context.api, id);
      return { title: incident.title, alerts };
    }),
  );
}

async function queue(context: PageContext): Promise<Page> {
  const { api, url } = context;
  const asked = (name: string) => url.searchParams.get(name) ?? undefined;
  const state = asked('state') ?? 'todo';
  const query = {
    ...(states[state] ?? { query: { state } }).query,
    ...{ minSeverity: asked('minSeverity'), detector: asked('detector')?.trim() },
    ...{ chain: asked('chain')?.trim(), order: asked('order'), cursor: asked('cursor') },
  };
  const { items, next } = await api.get<Listed<ShownIncident>>(pathOf('/v1/incidents', query));
  return {
    title: 'Incidents',
    place: 'incidents',
    live: ['incidents', 'alerts'],
    styles: ['queue.css'],
    modules: ['queue.js'],
    body: html`<h1>Incidents</h1>
${queueTabs('incidents')}
${filters(url, state)}
${incidentTable(context, items)}
${context.may('triage') && items.length > 0 && html`${bulkBar('/incidents', url.pathname + url.search)}${bulkDialogs()}`}
${pager(url, next)}`,
  };
}

function filters(url: URL, state: string): Html {
  const asked = (name: string) => url.searchParams.get(name) ?? '';
  const known = Object.entries(states).map(([value, { name }]) => [value, name] as const);
  return html`<form class="filters" method="get" action="/incidents">
<label>State <select name="state">${optionsOf(known, state)}</select></label>
<label>At least <select name="minSeverity">${optionsOf([['', 'any severity'], ...severities.map((one) => [one, one] as const)], asked('minSeverity'))}</select></label>
<label>Detector <input name="detector" value="${asked('detector')}" maxlength="512" autocomplete="off" spellcheck="false"></label>
<label>Chain <input name="chain" value="${asked('chain')}" maxlength="512" autocomplete="off" spellcheck="false"></label>
<label>Order <select name="order">${optionsOf(
    [
      ['activity', 'newest activity'],
      ['severity', 'highest severity'],
    ],
    asked('order'),
  )}</select></label>
<button>Show</button> <a class="button quiet" href="/incidents">Reset</a>
</form>`;
}

function incidentTable(context: PageContext, items: readonly ShownIncident[]): Html {
  const { nowMs, url } = context;
  const mayChoose = context.may('triage');
  const choose = { name: html`<span class="hidden">Choose</span>` };
  return table({
    caption: 'Incidents: alerts with one root cause',
    columns: [
      ...(mayChoose ? [choose] : []),
      ...['Severity', 'State', 'What happened', 'Who', 'Target'],
      { name: 'Writes since', numeric: true },
      ...['Live until', 'First, last'],
    ],
    rows: items.map((incident) => ({
      attributes: html` data-row`,
      cells: [
        ...(mayChoose ? [chooser(incident.id, incident.title)] : []),
        severityBadge(incident.severity),
        html`${stateBadge(stateOf(incident))}${assigneesOf(incident)}`,
        whatHappened(incident),
        whoOf(incident),
        html`${incident.target ?? html`<span class="muted">not named</span>`}${
          incident.environment !== undefined &&
          html`<br><span class="muted">in ${incident.environment}</span>`
        }`,
        incident.writesSince.toLocaleString('en'),
        untilOf(incident.liveUntil, nowMs),
        html`${stampOf(incident.firstAt)}<br>${timeOf(incident.lastAt, nowMs)}`,
      ],
    })),
    empty: url.search === '' ? nothingToDo() : noMatch('incidents', '/incidents?state=all'),
  });
}

function nothingToDo(): Html {
  return emptyState({
    what: 'No incident waits for anybody.',
    why: 'Nothing that pages is open or acknowledged.',
    next: html`<a href="/incidents?state=all">Show all incidents</a>, or see <a href="/detectors">what detectors can see</a>.`,
  });
}

function assigneesOf({ handling }: ShownIncident): Html | undefined {
  if (handling === undefined || handling.assignees.length === 0) return undefined;
  return html`<br><span class="muted">${handling.assignees.join(', ')}</span>`;
}

function whatHappened(incident: ShownIncident): Html {
  const { id, title, detectors, alertCount, chainId } = incident;
  return html`<a href="${incidentHref(id)}" class="opens">${title}</a><br><span class="muted">${detectors.map(
    (detector) => html`<a href="${detectorHref(detector)}">${detector}</a> · `,
  )}${countOf(alertCount, 'alert')}${chainId !== undefined && html` · <a href="${chainHref(chainId)}">chain</a>`}</span>`;
}

/** From whom to whom. Nobody is left out: an unknown end of the chain is part of the news. */
function whoOf({ initiator, actor }: ShownIncident): Html {
  const unknown = html`<span class="muted">unknown</span>`;
  return html`${initiator ?? unknown} <span aria-hidden="true">→</span><span class="hidden">to</span> ${actor ?? unknown}`;
}
