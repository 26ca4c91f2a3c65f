import { type Html, html } from '../html.ts';
import { dryRunBadge, severityBadge, stateBadge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { detectorHref, incidentHref, planHref, responseHref } from '../parts/links.ts';
import { table } from '../parts/table.ts';
import { timeOf } from '../parts/time.ts';
import { actionWords } from '../parts/words.ts';
import { HOURS, type Incident, type Read, type Response } from './overview-read.ts';

export function newestIncidents({ newest }: Pick<Read, 'newest'>, nowMs: number): Html {
  return html`<section class="panel">
<h2><a href="/incidents">Newest incidents</a></h2>
${
  newest.items.length === 0
    ? emptyState({
        what: 'No incident is open.',
        why: 'Nothing that was found pages anybody.',
        next: html`<a href="/hunt">Look at the chains</a>, or at <a href="/detectors">what detectors can see</a>.`,
      })
    : html`<ul class="brief">${newest.items.map((incident) => incidentLine(incident, nowMs))}</ul>`
}
</section>`;
}

function incidentLine({ id, severity, title, handling, lastAt, target }: Incident, nowMs: number): Html {
  return html`<li>${severityBadge(severity)} ${stateBadge(handling?.state ?? 'open')}
<a href="${incidentHref(id)}">${title}</a>
<span class="muted">${target !== undefined && html`${target} · `}${timeOf(lastAt, nowMs)}</span></li>
`;
}

/** What a person has to decide, then what is in doubt, then what was ended. */
export function responsesOfLate(
  { waiting, failed, ended }: Pick<Read, 'waiting' | 'failed' | 'ended'>,
  nowMs: number,
  mayDecide: boolean,
): Html {
  const parts = [
    part(mayDecide ? 'Waits for you or another responder' : 'Waits for a responder', waiting.items, nowMs),
    part('Failed, or nothing proves that it worked', failed.items, nowMs),
    part('Ended', ended, nowMs),
  ].filter((shown) => shown !== undefined);
  return html`<section class="panel">
<h2><a href="/responses">Responses</a></h2>
${
  parts.length > 0
    ? parts
    : emptyState({
        what: 'Nothing was ended, and nothing waits.',
        why: 'Responses come of alerts, or of a person who asks for one on the page of an alert or a token.',
      })
}
</section>`;
}

function part(name: string, items: readonly Response[], nowMs: number): Html | undefined {
  if (items.length === 0) return undefined;
  return html`<h3>${name}</h3><ul class="brief">${items.map((item) => responseLine(item, nowMs))}</ul>`;
}

function responseLine(response: Response, nowMs: number): Html {
  const { id, planId, state, mode, action, target, at, reason } = response;
  const href = state === 'proposed' && planId !== undefined ? planHref(planId) : responseHref(id);
  return html`<li>${stateBadge(state)} ${dryRunBadge(mode === 'dry_run')}
<a href="${href}">${actionWords(action)}: ${target.label}</a>
<span class="muted">${reason !== undefined && html`${reason} · `}${timeOf(at, nowMs)}</span></li>
`;
}

export function detectorTable({ overview }: Pick<Read, 'overview'>): Html {
  return table({
    caption: `What was found in the last ${HOURS} hours, since ${overview.from.slice(0, 16).replace('T', ' ')} UTC`,
    columns: [
      'Detector',
      'Gravest',
      { name: 'Alerts', numeric: true },
      { name: 'Nobody on it', numeric: true },
      { name: 'Signals', numeric: true },
    ],
    rows: overview.detectors.map(({ detector, severity, alerts, open, signals }) => [
      html`<a href="${detectorHref(detector)}">${detector}</a>`,
      severityBadge(severity),
      alerts.toLocaleString('en'),
      open.toLocaleString('en'),
      signals.toLocaleString('en'),
    ]),
    empty: emptyState({
      what: `No detector found anything in the last ${HOURS} hours.`,
      why: overview.lastEventAt === undefined ? 'No event arrived either.' : undefined,
      next: html`<a href="/detectors">What they can see</a>`,
    }),
  });
}
