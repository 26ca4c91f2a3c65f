import { type Html, html } from '../html.ts';
import { stampOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import type { Read } from './overview-read.ts';

/** The table is the data; where scripts run, `curve.js` draws it above and keeps the table behind a summary. */
export function curve({ overview: { steps, stepSeconds } }: Pick<Read, 'overview'>): Html {
  const events = steps.reduce((sum, step) => sum + step.events, 0);
  const alerts = steps.reduce((sum, step) => sum + step.alerts, 0);
  const minutes = stepSeconds / 60;
  return html`<figure class="curve" data-curve>
<figcaption>Events and alerts, each point ${minutes === 1 ? 'a minute' : `${minutes} minutes`}:
${countOf(events, 'event')}, ${countOf(alerts, 'alert')}</figcaption>
<details><summary>As a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Events and alerts over time">
<table><caption>Events by their own time, alerts by when they began</caption>
<thead><tr><th scope="col">From</th><th scope="col" class="num">Events</th>
<th scope="col" class="num">Alerts</th></tr></thead>
<tbody>
${steps.map(
  (
    step,
  ) => html`<tr><td>${stampOf(step.at)}</td><td class="num">${step.events}</td><td class="num">${step.alerts}</td></tr>
`,
)}</tbody></table></div></details>
</figure>`;
}
