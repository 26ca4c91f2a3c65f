import { pathOf } from '../api.ts';
import type { Action } from '../chart/detail.ts';
import { type GraphOptions, graphOf } from '../chart/graph.ts';
import { createPlacer, type PlaceGraph } from '../chart/layout.ts';
import { lineageOf } from '../chart/lineage.ts';
import { readUnfolded } from '../chart/shown.ts';
import { timelineOf } from '../chart/timeline.ts';
import { html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { chainHref } from '../parts/links.ts';
import { pager } from '../parts/pager.ts';
import { graphPanel, timelinePanel } from './chain-drawings.ts';
import { chainExports, exportsPanel } from './chain-exports.ts';
import { chainHead } from './chain-head.ts';
import { graphLinks, hopRows } from './chain-links.ts';
import { readAt, readChain, readUnwinding, unlessMissing } from './chain-read.ts';
import {
  actionsPanel,
  actionsTable,
  alertsPanel,
  hopsPanel,
  referencesPanel,
  responsesPanel,
} from './chain-tables.ts';
import { unwindPanel } from './chain-unwind.ts';

/** One chain: who handed what to whom, when, where it broke, what was touched, and all of it to take along. */
export function chainPages(app: ConsoleApp): void {
  const place = createPlacer();
  app.page('/chains/:id', (context, { id = '' }) => chainPage(context, id, place));
  app.page('/chains/:id/actions', (context, { id = '' }) => chainActionsPage(context, id));
  chainExports(app, place);
}

async function chainPage(context: PageContext, id: string, place: PlaceGraph): Promise<Page> {
  const { api, url, nowMs } = context;
  const read = await unlessMissing(readChain(api, id));
  if (read === undefined) return notFound(id);
  const { detail, actions, isCut } = read;
  const unwinding = await readUnwinding(api, detail);
  const askedMs = readAt(url);
  const options: GraphOptions = {
    atMs: askedMs ?? nowMs,
    unfolded: readUnfolded(url.searchParams.get('open')),
    actions,
  };
  const graph = graphOf(detail, options);
  const { lineage } = graph;
  const timeline = timelineOf(detail, graph, options);
  const rows = hopRows(lineage.order, url);
  const drawn = { detail, graph, layout: place(graph), timeline, rows, url, askedMs, nowMs };
  const links = graphLinks(url, rows, { shown: graph.shown, unfolded: options.unfolded });
  const cut = isCut
    ? html`<p class="notice">The drawings count the newest ${actions.length.toLocaleString('en')} of ${detail.chain.actionCount.toLocaleString('en')} actions.</p>`
    : undefined;
  return {
    title: `Chain ${detail.chain.id}`,
    place: 'hunt',
    styles: ['chart.css'],
    modules: ['slider.js'],
    live: ['alerts', 'responses'],
    body: html`${chainHead(detail, lineage, id, nowMs)}
${cut}
${graphPanel(drawn, links)}
${timelinePanel(drawn)}
${alertsPanel(detail)}
${unwindPanel(unwinding, lineage, rows)}
${responsesPanel(detail)}
${hopsPanel(lineage, rows, url, nowMs)}
${actionsPanel(detail, lineage, rows)}
${referencesPanel(detail)}
${exportsPanel(detail.chain.id, url)}`,
  };
}

async function chainActionsPage({ api, url }: PageContext, id: string): Promise<Page> {
  const query = { chain: id, limit: 100, cursor: url.searchParams.get('cursor') ?? undefined };
  const { items, next } = await api.get<{ items: Action[]; next?: string }>(pathOf('/v1/actions', query));
  const rows = hopRows([], url);
  return {
    title: `Actions of ${id}`,
    place: 'hunt',
    body: html`<h1>Actions of <a href="${chainHref(id)}">${id}</a></h1>
<section class="panel">${actionsTable(items, lineageOf([]), rows, 'Newest first')}${pager(url, next)}</section>`,
  };
}

function notFound(id: string): Page {
  return {
    title: 'No such chain',
    place: 'hunt',
    status: 404,
    body: html`<section class="state">
<h1>No such chain</h1>
<p>Nothing in this tenant is called <code>${id}</code>. A chain that joined another one goes on under its old id, so this one was never here, or is past its retention.</p>
<p><a class="button" href="/hunt">Look for chains</a> <a class="button quiet" href="/">Overview</a></p>
</section>`,
  };
}
