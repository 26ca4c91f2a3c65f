import type { ChainDetail } from '../chart/detail.ts';
import { drawGraph } from '../chart/draw-graph.ts';
import { fileStyle } from '../chart/file-style.ts';
import { graphOf } from '../chart/graph.ts';
import type { PlaceGraph } from '../chart/layout.ts';
import { mermaidOf } from '../chart/mermaid.ts';
import { readUnfolded } from '../chart/shown.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, PageContext } from '../page.ts';
import { chainHref } from '../parts/links.ts';
import { readAt, readChain } from './chain-read.ts';

const xml = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A chain as a file: for programs, for reports, for tickets, and for what collects findings. */
export function chainExports(app: ConsoleApp, place: PlaceGraph): void {
  const graph = (
    context: PageContext,
    detail: ChainDetail,
    actions: Awaited<ReturnType<typeof readChain>>['actions'],
  ) =>
    graphOf(detail, {
      atMs: readAt(context.url) ?? context.nowMs,
      unfolded: readUnfolded(context.url.searchParams.get('open')),
      actions,
    });

  app.download('/chains/:id/export.json', async (context, { id = '' }) => {
    const { detail, actions, isCut } = await readChain(context.api, id);
    const whole = { ...detail, actions: { items: actions, ...(isCut ? { cut: true } : {}) } };
    return {
      type: 'application/json',
      name: `${detail.chain.id}.json`,
      body: `${JSON.stringify(whole, undefined, 2)}\n`,
    };
  });

  app.download('/chains/:id/export.svg', async (context, { id = '' }) => {
    const { detail, actions } = await readChain(context.api, id);
    const drawn = graph(context, detail, actions);
    const drawing = { graph: drawn, layout: place(drawn), chainId: detail.chain.id, style: fileStyle };
    return { type: 'image/svg+xml', name: `${detail.chain.id}.svg`, body: `${xml}${drawGraph(drawing)}\n` };
  });

  app.download('/chains/:id/export.mmd', async (context, { id = '' }) => {
    const { detail, actions } = await readChain(context.api, id);
    const body = mermaidOf(graph(context, detail, actions), detail.chain.id);
    return { type: 'text/plain; charset=utf-8', name: `${detail.chain.id}.mmd`, body };
  });

  app.download('/chains/:id/export.ocsf.json', async (context, { id = '' }) => {
    const { items } = await context.api.get<{ items: unknown[] }>(
      `/v1/chains/${encodeURIComponent(id)}/ocsf`,
    );
    return {
      type: 'application/json',
      name: `${id}.ocsf.json`,
      body: `${JSON.stringify(items, undefined, 2)}\n`,
    };
  });

  app.download('/chains/:id/evidence.json', async (context, { id = '' }) => {
    const { type, body } = await context.api.text(`/v1/chains/${encodeURIComponent(id)}/evidence`);
    return { type, name: `${id}.evidence.json`, body };
  });
}

export function exportsPanel(id: string, url: URL): Html {
  const base = chainHref(id);
  const kept = new URLSearchParams(
    [...url.searchParams].filter(([name]) => name === 'at' || name === 'open'),
  );
  const query = kept.size === 0 ? '' : `?${kept}`;
  return html`<section class="panel no-print" aria-labelledby="export">
<h2 id="export">Take it with you</h2>
<p class="row">
<a class="button" href="${base}/evidence.json">Evidence pack, signed</a>
<a class="button" href="${base}/export.json">JSON</a>
<a class="button" href="${base}/export.svg${query}">SVG</a>
<a class="button" href="${base}/export.mmd${query}">Mermaid text</a>
<a class="button" href="${base}/export.ocsf.json">OCSF findings</a>
</p>
<p class="muted">The evidence pack is checked offline with <code>chainwarden verify</code>. The page prints to a report as it is.</p>
</section>`;
}
