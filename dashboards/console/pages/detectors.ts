import type * as z from 'zod';
import type { DetectorShape } from '../../../src/serve/present/other.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { type Attempt, attempt, shownOr } from '../parts/attempt.ts';
import { badge } from '../parts/badge.ts';
import { type Exception, exceptionTable } from '../parts/exceptions.ts';
import { detectorHref } from '../parts/links.ts';
import { countsIn, falseShareOf, type Noise, totalOf } from '../parts/noise.ts';
import { panel } from '../parts/panel.ts';
import { type Coverage, lacksOf, type Sight, sightBadge } from '../parts/sight.ts';
import { table } from '../parts/table.ts';
import { timeOf } from '../parts/time.ts';
import { byFramework, byRequirement, bySource, type Requirement } from './detectors-coverage.ts';

export type Detector = z.infer<typeof DetectorShape>;

interface Items<T> {
  readonly items: readonly T[];
}

export const hoursShown = [1, 24, 168, 720] as const;
const NOISE_DAYS = 7;

/** What is looked for, what can be seen of it, and how much it says. */
export function detectorsPage(app: ConsoleApp): void {
  app.page('/detectors', async (context) => {
    const hours = hoursOf(context.url);
    const { api } = context;
    const [detectors, coverage, noise, exceptions, requirements] = await Promise.all([
      api.get<Items<Detector>>('/v1/detectors'),
      attempt(api.get<Coverage>(pathOf('/v1/coverage', { hours }))),
      attempt(api.get<Items<Noise>>(pathOf('/v1/detectors/noise', { days: NOISE_DAYS }))),
      attempt(api.get<Items<Exception>>('/v1/exceptions')),
      attempt(api.get<Items<Requirement>>('/v1/requirements')),
    ]);
    return detectorsBody(context, {
      hours,
      detectors: detectors.items,
      coverage,
      noise,
      exceptions,
      requirements,
    });
  });
}

/** How far back sight is judged; a day where nothing sensible is asked. */
export function hoursOf(url: URL): number {
  const asked = Number(url.searchParams.get('hours'));
  return hoursShown.find((one) => one === asked) ?? 24;
}

interface Read {
  readonly hours: number;
  readonly detectors: readonly Detector[];
  readonly coverage: Attempt<Coverage>;
  readonly noise: Attempt<Items<Noise>>;
  readonly exceptions: Attempt<Items<Exception>>;
  readonly requirements: Attempt<Items<Requirement>>;
}

function detectorsBody(context: PageContext, read: Read): Page {
  const { detectors, coverage, requirements, exceptions } = read;
  const sights = new Map(coverage.ok ? coverage.value.detectors.map((one) => [one.detector, one]) : []);
  return {
    title: 'Detectors',
    place: 'detectors',
    live: ['policy'],
    styles: ['operations.css'],
    body: html`<h1>Detectors</h1>
${tiles(read, sights)}
${hoursForm(read.hours)}
${coverage.ok ? undefined : shownOr(coverage, 'What they can see', () => html``)}
${panel('all', 'All detectors', detectorTable(context, read, sights))}
${panel(
  'sources',
  'By source',
  shownOr(coverage, 'Sources', (value) => bySource(value, context.nowMs)),
)}
${panel(
  'exceptions',
  'Exceptions',
  shownOr(exceptions, 'Exceptions', ({ items }) =>
    exceptionTable(items, context.nowMs, 'Policy has no exceptions: whatever is found pages.'),
  ),
)}
${panel(
  'requirements',
  'By requirement',
  shownOr(requirements, 'Requirements', ({ items }) => byRequirement(items, sights)),
)}
${panel('frameworks', 'By framework', byFramework(detectors, sights))}`,
  };
}

function tiles({ detectors, noise, exceptions }: Read, sights: ReadonlyMap<string, Sight>): Html {
  const count = (state: Sight['state']) => [...sights.values()].filter((one) => one.state === state).length;
  const seen = (state: Sight['state']) => (sights.size === 0 ? '?' : count(state));
  const alerts = noise.ok ? noise.value.items.reduce((sum, one) => sum + totalOf(one.alerts), 0) : undefined;
  const auto = detectors.filter(({ responseMode }) => responseMode.inForce === 'auto').length;
  const expired = exceptions.ok
    ? exceptions.value.items.filter(({ state }) => state === 'expired').length
    : 0;
  return html`<ul class="tiles">
<li class="tile"><span class="figure good">${seen('armed')}</span>armed: see all they need</li>
<li class="tile"><span class="figure warn">${seen('partial')}</span>partial: see some of their facts</li>
<li class="tile"><span class="figure bad">${seen('blind')}</span>BLIND: can find nothing</li>
<li class="tile"><span class="figure">${seen('off')}</span>off or drafts</li>
<li class="tile"><span class="figure">${alerts?.toLocaleString('en') ?? '?'}</span>alerts in ${NOISE_DAYS} days</li>
<li class="tile"><span class="figure">${auto}</span>act alone</li>
${expired > 0 && html`<li class="tile"><span class="figure warn">${expired}</span>exceptions that have expired</li>`}
</ul>`;
}

export function hoursForm(hours: number): Html {
  const words: Readonly<Record<number, string>> = { 1: 'hour', 24: 'day', 168: 'week', 720: '30 days' };
  return html`<form class="filters" method="get"><label>Sight of the last <select name="hours">${hoursShown.map(
    (one) => html`<option value="${one}"${one === hours && html` selected`}>${words[one]}</option>`,
  )}</select></label><button>Show</button></form>`;
}

function detectorTable(context: PageContext, read: Read, sights: ReadonlyMap<string, Sight>): Html {
  const { noise, exceptions } = read;
  const noisy = new Map(noise.ok ? noise.value.items.map((one) => [one.detector, one]) : []);
  const excepted = (id: string) =>
    exceptions.ok ? exceptions.value.items.filter(({ detector }) => detector === id).length : '?';
  return table({
    caption: `Alerts and signals of the last ${NOISE_DAYS} days; worst sight first`,
    columns: [
      'Detector',
      'Sight',
      'Runs',
      'May',
      'Alerts',
      'Signals',
      'Closed as nothing',
      { name: 'Exceptions', numeric: true },
    ],
    rows: read.detectors
      .toSorted((a, b) => rank(sights.get(a.id)) - rank(sights.get(b.id)))
      .map((detector) => [
        html`<a href="${detectorHref(detector.id)}">${detector.id}</a><br><span class="muted">${detector.title}</span>`,
        sightCell(sights.get(detector.id)),
        runsOf(detector, context.nowMs),
        mayOf(detector),
        noiseCell(noisy.get(detector.id), 'alerts'),
        noiseCell(noisy.get(detector.id), 'signals'),
        noisyShare(noisy.get(detector.id)),
        excepted(detector.id),
      ]),
  });
}

function rank(sight: Sight | undefined): number {
  return sight === undefined ? 0 : ['blind', 'off', 'partial', 'armed'].indexOf(sight.state);
}

function sightCell(sight: Sight | undefined): Html {
  if (sight === undefined) return html`<span class="muted">unknown</span>`;
  const lacks = lacksOf(sight);
  return html`${sightBadge(sight.state)}${lacks !== undefined && html`<details><summary>What it lacks</summary>${lacks}</details>`}`;
}

/** Whether it looks, and who said that it does not. */
export function runsOf({ on, mode, switched }: Detector, nowMs: number): Html {
  if (on) return html`${mode}${mode === 'shadow' && html`<br><span class="muted">pages nobody</span>`}`;
  const by = switched?.by === 'watchdog' ? 'the watchdog, after a fault' : switched?.by;
  return html`<span class="badge off">off</span> ${timeOf(switched?.at, nowMs)}<br><span class="muted">by ${by}: ${switched?.reason}</span>`;
}

const modeTones = { observe: 'plain', alert: 'plain', propose: 'accent', auto: 'bad' } as const;

/** What may be done about its findings; acting alone shows what it rests on. */
export function mayOf({ id, responseMode }: Detector): Html {
  const { mode, inForce, backtest } = responseMode;
  return html`${badge(inForce, modeTones[inForce])}${mode !== inForce && html`<br><span class="muted">set to ${mode}; the configuration allows no more</span>`}${
    backtest !== undefined &&
    html`<br><a href="${detectorHref(id)}/backtests/${encodeURIComponent(backtest)}">its backtest</a>`
  }`;
}

function noiseCell(noise: Noise | undefined, kind: 'alerts' | 'signals'): Html {
  if (noise === undefined) return html`<span class="muted">unknown</span>`;
  const words = countsIn(noise[kind]);
  return words === '' ? html`<span class="muted">none</span>` : html`${words}`;
}

function noisyShare(noise: Noise | undefined): Html {
  return noise === undefined ? html`<span class="muted">unknown</span>` : falseShareOf(noise);
}
