import type * as z from 'zod';
import type { AlertShape } from '../../../src/serve/present/alert.ts';
import { pathOf } from '../api.ts';
import { notFound } from '../errors.ts';
import { type Html, html } from '../html.ts';
import { type ConsoleApp, fieldOf, type Page, type PageContext } from '../page.ts';
import { type Attempt, attempt, shownOr } from '../parts/attempt.ts';
import { severityBadge, stateBadge } from '../parts/badge.ts';
import { type Exception, exceptionTable } from '../parts/exceptions.ts';
import { alertHref, detectorHref } from '../parts/links.ts';
import { countsIn, falseShareOf, type Noise } from '../parts/noise.ts';
import { panel } from '../parts/panel.ts';
import { type Coverage, lacksOf, type Sight, sightBadge } from '../parts/sight.ts';
import { structure } from '../parts/structure.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import { modePanel, switchPanel } from './detector-forms.ts';
import { type Detector, hoursForm, hoursOf } from './detectors.ts';

type Alert = z.infer<typeof AlertShape>;

interface Items<T> {
  readonly items: readonly T[];
}

const ALERTS_SHOWN = 20;
const NOISE_DAYS = 30;

interface Read {
  readonly detector: Detector;
  readonly hours: number;
  readonly coverage: Attempt<Coverage>;
  readonly noise: Attempt<Items<Noise>>;
  readonly exceptions: Attempt<Items<Exception>>;
  readonly alerts: Attempt<Items<Alert>>;
}

/** One detector: what it finds, what it needs and gets, what it said, and how far it may go. */
export function detectorPages(app: ConsoleApp): void {
  app.page('/detectors/:id', async (context, { id = '' }) => {
    const { api } = context;
    const hours = hoursOf(context.url);
    const [detector, coverage, noise, exceptions, alerts] = await Promise.all([
      readDetector(context, id),
      attempt(api.get<Coverage>(pathOf('/v1/coverage', { hours }))),
      attempt(api.get<Items<Noise>>(pathOf('/v1/detectors/noise', { days: NOISE_DAYS }))),
      attempt(api.get<Items<Exception>>('/v1/exceptions')),
      attempt(api.get<Items<Alert>>(pathOf('/v1/alerts', { detector: id, limit: ALERTS_SHOWN }))),
    ]);
    return detectorPage(context, { detector, hours, coverage, noise, exceptions, alerts });
  });
  app.action('/detectors/:id/switch', 'administer', async (context, { id = '' }, form) => {
    const on = fieldOf(form, 'on') === 'true';
    await context.api.post(`/v1${detectorHref(id)}/switch`, { on, reason: fieldOf(form, 'reason') ?? '' });
    context.say(on ? `${id} looks again.` : `${id} is off: it looks at nothing until somebody turns it on.`);
    return detectorHref(id);
  });
  app.action('/detectors/:id/mode', 'administer', async (context, { id = '' }, form) => {
    const mode = fieldOf(form, 'mode') ?? '';
    const backtest = mode === 'auto' ? fieldOf(form, 'backtest') : undefined;
    const reason = fieldOf(form, 'reason') ?? '';
    await context.api.post(`/v1${detectorHref(id)}/mode`, { mode, reason, ...(backtest && { backtest }) });
    context.say(mode === 'auto' ? `${id} acts alone from now on.` : `${id}: ${mode} from now on.`);
    return detectorHref(id);
  });
}

export async function readDetector({ api }: Pick<PageContext, 'api'>, id: string): Promise<Detector> {
  const { items } = await api.get<Items<Detector>>('/v1/detectors');
  const detector = items.find((one) => one.id === id);
  if (detector === undefined) throw notFound();
  return detector;
}

function detectorPage(context: PageContext, read: Read): Page {
  const { detector, coverage, noise, exceptions, alerts } = read;
  const { nowMs } = context;
  const own = (items: readonly Exception[]) => items.filter((one) => one.detector === detector.id);
  return {
    title: detector.id,
    place: 'detectors',
    live: ['alerts', 'policy'],
    styles: ['operations.css'],
    body: html`<h1>${detector.id}</h1>
<p>${detector.title} ${severityBadge(detector.severity)} <span class="muted">at most</span></p>
<div class="grid">
${panel(
  'sees',
  'What it can see',
  shownOr(coverage, 'What it can see', (value) => overall(value, detector.id)),
)}
${panel('is', 'What it is', facts(detector))}
${modePanel(detector, context)}
${switchPanel(detector, context)}
</div>
${panel('sources', 'By source', html`${hoursForm(read.hours)}${shownOr(coverage, 'Sources', (value) => perSource(value, detector.id, nowMs))}`)}
${panel(
  'noise',
  'How much it says',
  shownOr(noise, 'Its noise', ({ items }) => noisePanel(items, detector.id)),
)}
${panel(
  'alerts',
  'Latest alerts',
  shownOr(alerts, 'Its alerts', ({ items }) => alertTable(items, coverage, detector.id)),
)}
${panel(
  'exceptions',
  'Exceptions',
  shownOr(exceptions, 'Exceptions', ({ items }) =>
    exceptionTable(own(items), nowMs, 'Policy excepts nothing from it.'),
  ),
)}
${panel('needs', 'What it needs', needs(detector))}`,
  };
}

function sightOf({ detectors }: Coverage, id: string): Sight | undefined {
  return detectors.find(({ detector }) => detector === id);
}

const sightWords: Readonly<Record<Sight['state'], string>> = {
  armed: 'Everything that it needs arrives.',
  partial: 'Some of its facts cannot be seen. What is missing:',
  blind: 'It can find nothing: that it says nothing means nothing. What is missing:',
  off: 'It does not look.',
};

function overall(coverage: Coverage, id: string): Html {
  const sight = sightOf(coverage, id);
  if (sight === undefined) return html`<p class="muted">Unknown.</p>`;
  return html`<p>${sightBadge(sight.state)} ${sightWords[sight.state]}</p>${lacksOf(sight)}`;
}

function perSource({ sources }: Coverage, id: string, nowMs: number): Html {
  return table({
    caption: 'What each source that spoke gives it to see',
    columns: ['Source', 'Last event', 'Sight', 'What it lacks'],
    rows: sources.map((source) => {
      const sight = source.detectors.find(({ detector }) => detector === id);
      const isBlind = sight === undefined;
      return [
        source.source,
        timeOf(source.lastAt, nowMs),
        sightBadge(isBlind ? 'blind' : sight.state),
        isBlind ? 'It tells nothing that this detector reads.' : lacksOf(sight),
      ];
    }),
    empty: 'No source spoke in this time: nothing could be seen.',
  });
}

function noisePanel(items: readonly Noise[], id: string): Html {
  const noise = items.find(({ detector }) => detector === id);
  if (noise === undefined) return html`<p class="muted">Unknown.</p>`;
  const orNone = (words: string) => (words === '' ? 'none' : words);
  return html`<dl class="facts">
<dt>Alerts</dt><dd>${orNone(countsIn(noise.alerts))} <span class="muted">in ${NOISE_DAYS} days</span></dd>
<dt>Signals</dt><dd>${orNone(countsIn(noise.signals))}</dd>
<dt>Closed as nothing</dt><dd>${falseShareOf(noise)}</dd>
${noise.reasons.length > 0 && html`<dt>Closed because</dt><dd><ul class="plain">${noise.reasons.map(({ reason, count }) => html`<li>${reason} <span class="muted">${countOf(count, 'time')}</span></li>`)}</ul></dd>`}
</dl>`;
}

function alertTable(items: readonly Alert[], coverage: Attempt<Coverage>, id: string): Html {
  const sight = coverage.ok ? sightOf(coverage.value, id)?.state : undefined;
  return table({
    caption: 'Newest activity first',
    columns: ['Last', 'What happened', 'Severity', 'State', 'Closed because'],
    rows: items.map((alert) => [
      stampOf(alert.lastAt),
      html`<a href="${alertHref(alert.id)}">${alert.title}</a>${alert.kind === 'signal' && html` <span class="muted">signal</span>`}`,
      severityBadge(alert.severity),
      stateBadge(alert.state),
      alert.closedReason,
    ]),
    empty:
      sight === 'armed'
        ? 'It has found nothing, and it sees all that it needs.'
        : 'It has said nothing. It does not see all that it needs: that is not the same as "nothing happened".',
  });
}

function facts({ id, version, nature, basis, covers, frameworks, config }: Detector): Html {
  const settings = Object.keys(config);
  const labels = new Set(frameworks.map(({ framework, corrected }) => `${framework}: ${corrected}`));
  return html`<dl class="facts">
<dt>Version</dt><dd>${version}</dd>
<dt>Acts</dt><dd>${nature === 'monotone' ? 'at once: nothing that comes later clears it' : 'after its grace: late evidence may clear it'}</dd>
<dt>Rests on</dt><dd>${basis === 'deterministic' ? 'facts' : 'statistics: it never revokes'}</dd>
<dt>Covers</dt><dd>${covers.join(', ')}</dd>
<dt>Frameworks</dt><dd><ul class="plain">${[...labels].map((label) => html`<li>${label}</li>`)}</ul></dd>
${settings.length > 0 && html`<dt>Settings</dt><dd>${structure(config, 'Settings', 1)}</dd>`}
<dt>Runbook</dt><dd><code>detectors/${id}/README.md</code></dd>
</dl>`;
}

function needs({ requires }: Detector): Html {
  const { events, fields, optional, policy, policyOptional } = requires;
  const listed = (name: string, values: readonly string[]) =>
    values.length > 0 &&
    html`<dt>${name}</dt><dd>${values.map((value) => html`<code>${value}</code> `)}</dd>`;
  return html`<dl class="facts">
${listed('Events, any of', events)}${listed('Members of data', fields)}${listed('Partial without', optional)}
${listed('Policy, one of', policy)}${listed('Some facts rest on', policyOptional)}
</dl>`;
}
