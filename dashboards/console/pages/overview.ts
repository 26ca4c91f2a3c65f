import { html } from '../html.ts';
import type { ConsoleApp } from '../page.ts';
import { countOf } from '../parts/words.ts';
import { curve } from './overview-curve.ts';
import { detectorTable, newestIncidents, responsesOfLate } from './overview-lists.ts';
import { headline, healthLine, tiles } from './overview-now.ts';
import { createReader, HOURS } from './overview-read.ts';
import { noAlertsYet, noChainsYet, nothingYet } from './overview-start.ts';

/** What stands now, at a glance: how bad it is, what waits for a person, and whether detection itself is well. */
export function overviewPage(app: ConsoleApp): void {
  const reader = createReader();
  app.page('/', async (context) => {
    const read = await reader(context);
    const { stored } = read.overview;
    const common = {
      title: 'Overview',
      place: 'overview',
      live: ['alerts', 'incidents', 'responses', 'chains', 'health', 'policy'],
      styles: ['overview.css'],
    } as const;
    if (stored.events === 0) return { ...common, body: nothingYet(read, context) };
    const { nowMs } = context;
    const body = html`<h1 class="headline">${headline(read)}</h1>
${healthLine(read, nowMs)}
${stored.chains === 0 ? noChainsYet(read) : stored.alerts === 0 && noAlertsYet(read)}
${tiles(read, nowMs)}
<div class="grid">
${newestIncidents(read, nowMs)}
${responsesOfLate(read, nowMs, context.may('respond'))}
</div>
<section class="panel">
<h2>The last ${HOURS} hours</h2>
${curve(read)}
</section>
<section class="panel">
<h2>Alerts by detector</h2>
${detectorTable(read)}
</section>
<p class="muted">Kept in all: ${countOf(stored.events, 'event')}, ${countOf(stored.chains, 'chain')},
${countOf(stored.alerts, 'alert or signal', 'alerts and signals')},
<a href="/health">${countOf(stored.deadLetters, 'refused message')}</a>.</p>`;
    return { ...common, body, styles: ['overview.css', 'uplot/uPlot.min.css'], modules: ['curve.js'] };
  });
}
