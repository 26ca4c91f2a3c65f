import { alertStates } from '../../../src/domain/alert.ts';
import { severities } from '../../../src/domain/finding.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { outcomeBadge, severityBadge, stateBadge } from '../parts/badge.ts';
import { bulkBar, bulkDialogs, chooser } from '../parts/bulk.ts';
import { type Listed, readAlert, type ShownAlert } from '../parts/case.ts';
import { emptyState, noMatch } from '../parts/empty.ts';
import { alertHref, detectorHref, incidentHref } from '../parts/links.ts';
import { pager } from '../parts/pager.ts';
import { optionsOf, queueTabs } from '../parts/queue.ts';
import { table } from '../parts/table.ts';
import { timeOf, untilOf } from '../parts/time.ts';
import { actOnChosen } from '../parts/triage.ts';

/** Everything that was found, signals and what does not page included. */
export function alertsPage(app: ConsoleApp): void {
  app.page('/alerts', queue);
  app.action('/alerts', 'triage', (context, _, form) =>
    actOnChosen(context, form, '/alerts', async (id) => {
      const { alert } = await readAlert(context.api, id);
      return { title: alert.title, alerts: [alert] };
    }),
  );
}

const filterNames = ['state', 'kind', 'minSeverity', 'detector', 'actor', 'subject', 'chain', 'incident'];

async function queue(context: PageContext): Promise<Page> {
  const { url } = context;
  const { items, next } = await read(context);
  return {
    title: 'Alerts and signals',
    place: 'incidents',
    live: ['alerts'],
    styles: ['queue.css'],
    modules: ['queue.js'],
    body: html`<h1>Alerts and signals</h1>
${queueTabs('alerts')}
${filters(url)}
${alertTable(context, items)}
${context.may('triage') && items.length > 0 && html`${bulkBar('/alerts', url.pathname + url.search)}${bulkDialogs()}`}
${pager(url, next)}`,
  };
}

async function read({ api, url }: PageContext): Promise<Listed<ShownAlert>> {
  const names = [...filterNames, 'limit', 'cursor'];
  const asked = names.map((name) => [name, url.searchParams.get(name)?.trim()] as const);
  return api.get<Listed<ShownAlert>>(pathOf('/v1/alerts', Object.fromEntries(asked)));
}

function filters(url: URL): Html {
  const asked = (name: string) => url.searchParams.get(name) ?? '';
  const choice = (name: string, label: string, any: string, known: readonly string[]) =>
    html`<label>${label} <select name="${name}">${optionsOf([['', any], ...known.map((one) => [one, one] as const)], asked(name))}</select></label>`;
  const text = (name: string, label: string) =>
    html`<label>${label} <input name="${name}" value="${asked(name)}" maxlength="512" autocomplete="off" spellcheck="false"></label>`;
  return html`<form class="filters" method="get" action="/alerts">
${choice('state', 'State', 'any', alertStates)}
${choice('kind', 'Kind', 'alerts and signals', ['alert', 'signal'])}
${choice('minSeverity', 'At least', 'any severity', severities)}
${text('detector', 'Detector')}
${text('actor', 'Actor')}
${text('chain', 'Chain')}
${['incident', 'subject'].map((name) => asked(name) !== '' && text(name, name === 'incident' ? 'Incident' : 'Subject'))}
${choice('limit', 'Rows', '50', ['100', '500', '1000'])}
<button>Show</button> <a class="button quiet" href="/alerts">Reset</a>
</form>`;
}

function alertTable(context: PageContext, items: readonly ShownAlert[]): Html {
  const { nowMs, url } = context;
  const mayChoose = context.may('triage');
  const choose = { name: html`<span class="hidden">Choose</span>` };
  return table({
    caption: 'Alerts and signals, newest activity first',
    columns: [
      ...(mayChoose ? [choose] : []),
      ...['Severity', 'State', 'What happened', 'Who', 'Target'],
      { name: 'Writes since', numeric: true },
      ...['Live until', 'Last'],
    ],
    rows: items.map((alert) => ({
      attributes: html` data-row`,
      cells: [
        ...(mayChoose ? [chooser(alert.id, alert.title)] : []),
        severityBadge(alert.severity),
        html`${stateBadge(alert.state)}${alert.kind === 'signal' && html` <span class="muted">signal</span>`}${
          alert.assignee !== undefined && html`<br><span class="muted">${alert.assignee}</span>`
        }`,
        whatHappened(alert),
        html`${alert.initiator ?? 'unknown'} → ${alert.actor ?? 'unknown'}`,
        html`${alert.target}${alert.outcome !== undefined && html` ${outcomeBadge(alert.outcome)}`}`,
        alert.writesSince.toLocaleString('en'),
        untilOf(alert.liveUntil, nowMs),
        timeOf(alert.lastAt, nowMs),
      ],
    })),
    empty: url.search === '' ? nothingFound() : noMatch('alerts', '/alerts'),
  });
}

function whatHappened({ id, title, detector, incidentId, settled }: ShownAlert): Html {
  return html`<a href="${alertHref(id)}" class="opens">${title}</a><br><span class="muted"><a href="${detectorHref(detector)}">${detector}</a>${
    incidentId !== undefined && html` · <a href="${incidentHref(incidentId)}">incident</a>`
  }${!settled && html` · provisional`}</span>`;
}

function nothingFound(): Html {
  return emptyState({
    what: 'Nothing was found yet.',
    why: 'No event that came in broke a rule that is armed.',
    next: html`See <a href="/detectors">what detectors can see</a> and <a href="/health">whether events arrive</a>.`,
  });
}
