import type { ChainDetail } from '../chart/detail.ts';
import { describe, drawGraph, type GraphLinks } from '../chart/draw-graph.ts';
import { drawTimeline, markShape } from '../chart/draw-timeline.ts';
import type { Graph } from '../chart/graph.ts';
import { fullTime } from '../chart/instants.ts';
import type { Layout } from '../chart/layout.ts';
import { happenings, type MarkKind, type Timeline } from '../chart/timeline.ts';
import { count, levelWord, WEAK_LEVEL } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { hrefWith } from '../parts/links.ts';
import { table } from '../parts/table.ts';
import { stampOf } from '../parts/time.ts';
import type { HopRows } from './chain-links.ts';

/** Rows of the list that says the same as the timeline. */
const HAPPENINGS_MAX = 300;
/** Stops of the slider: as many as one can tell apart. */
const STOPS = 400;

export interface Drawn {
  readonly detail: ChainDetail;
  readonly graph: Graph;
  readonly layout: Layout;
  readonly timeline: Timeline;
  readonly rows: HopRows;
  readonly url: URL;
  /** As the address has it; undefined: now. */
  readonly askedMs: number | undefined;
  readonly nowMs: number;
}

export function graphPanel({ detail, graph, layout, url }: Drawn, links: GraphLinks): Html {
  const { shown } = graph;
  return html`<section class="panel" aria-labelledby="graph">
<h2 id="graph">Who handed what to whom</h2>
<p>${describe(graph)}</p>
${
  shown.groups.length === 0
    ? undefined
    : html`<p class="muted">Siblings that look alike are folded into groups with a + sign: follow one to see more of it. Paths to an alert stay in sight. ${
        url.searchParams.has('open')
          ? html`<a href="${hrefWith(url, { open: undefined })}#graph">Fold everything again</a>`
          : undefined
      }</p>`
}
<div class="chart scroll" tabindex="0" role="region" aria-label="Delegation graph">
${drawGraph({ graph, layout, chainId: detail.chain.id, links })}</div>
${levels()}
</section>`;
}

function levels(): Html {
  return html`<ul class="legend" aria-label="How far a link is trusted">${[1, 2, 3, 4, 5].map(
    (level) =>
      html`<li><svg width="34" height="10" aria-hidden="true"><line x1="0" y1="5" x2="34" y2="5"${level >= WEAK_LEVEL ? html` class="weak"` : undefined}/></svg>${level} ${levelWord(level)}${level >= WEAK_LEVEL ? ' (dashed: never enough to revoke by)' : ''}</li>`,
  )}<li>⚑ authority broke here</li><li>added + : scope that no token above it had</li></ul>`;
}

export function timelinePanel(drawn: Drawn): Html {
  const { detail, timeline, rows } = drawn;
  return html`<section class="panel" aria-labelledby="timeline">
<h2 id="timeline">When</h2>
${slider(drawn)}
<div class="chart scroll" tabindex="0" role="region" aria-label="Timeline">
${drawTimeline({ timeline, chainId: detail.chain.id, hopLink: rows.href })}</div>
${marks()}
${asTable(timeline)}
</section>`;
}

/** A form that works without a script: the range sends milliseconds, links send what people can read. */
function slider({ timeline, url, askedMs, nowMs }: Drawn): Html {
  const { fromMs, toMs } = timeline;
  const step = Math.max(1, Math.round((toMs - fromMs) / STOPS));
  const value = Math.min(Math.max(askedMs ?? toMs, fromMs), toMs);
  const moments = [...new Set(happenings(timeline).map(({ atMs }) => atMs))];
  const at = askedMs ?? nowMs;
  const before = moments.findLast((ms) => ms < at);
  const after = moments.find((ms) => ms > at);
  const asOf = askedMs === undefined ? `now, ${fullTime(nowMs)}` : fullTime(at);
  const to = (ms: number | undefined) =>
    `${hrefWith(url, { at: ms === undefined ? undefined : new Date(ms).toISOString() })}#timeline`;
  const kept = ['open', 'hops'].flatMap((name) => {
    const text = url.searchParams.get(name);
    return text === null ? [] : [html`<input type="hidden" name="${name}" value="${text}">`];
  });
  return html`<form class="slider no-print" method="get" action="${url.pathname}#timeline" data-slider>
<label for="at">Graph and bars as of <output for="at">${asOf}</output></label>
<input id="at" type="range" name="at" min="${fromMs}" max="${toMs}" step="${step}"
value="${value}" aria-valuetext="${fullTime(value)}">
<button>Show</button>${kept}
<div class="row">
${before === undefined ? undefined : html`<a class="button" href="${to(before)}">‹ Step before</a>`}
${after === undefined ? undefined : html`<a class="button" href="${to(after)}">Step after ›</a>`}
${askedMs === undefined ? undefined : html`<a class="button" href="${to(undefined)}">Now</a>`}
</div></form>`;
}

function marks(): Html {
  const kinds: readonly (readonly [MarkKind, string])[] = [
    ['read', 'read, or of unknown effect'],
    ['write', 'write'],
    ['refused', 'denied or failed'],
    ['alert', 'alert (hollow: signal)'],
    ['response', 'response'],
  ];
  return html`<ul class="legend" aria-label="Marks">${kinds.map(
    ([kind, words]) =>
      html`<li><svg width="17" height="30" viewBox="-1 2 18 31" aria-hidden="true">${markShape(kind, 7, 0)}</svg>${words}</li>`,
  )}</ul>`;
}

function asTable(timeline: Timeline): Html {
  const all = happenings(timeline);
  const rest = all.length - HAPPENINGS_MAX;
  return html`<details><summary>The timeline as a table</summary>
${table({
  caption:
    rest > 0 ? `The first ${HAPPENINGS_MAX} of ${count(all.length, 'moment')}` : 'Everything on the timeline',
  columns: ['When', 'Who', 'What'],
  rows: all
    .slice(0, HAPPENINGS_MAX)
    .map(({ atMs, lane, text }) => [stampOf(new Date(atMs).toISOString()), lane, text]),
})}
</details>`;
}
