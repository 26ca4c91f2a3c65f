import type * as z from 'zod';
import type { ChannelShape, DeliveryShape } from '../../../src/serve/present/delivery.ts';
import type { ProducerShape, RefusalsShape } from '../../../src/serve/present/operations.ts';
import type { HealthShape } from '../../../src/serve/present/vitals.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { type Attempt, attempt, shownOr } from '../parts/attempt.ts';
import { badge } from '../parts/badge.ts';
import { panel } from '../parts/panel.ts';
import { table } from '../parts/table.ts';
import { durationOf, timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import type { Detector } from './detectors.ts';
import { concernsOf } from './health-concerns.ts';
import { channels, detectorHealth, messageTable, producers, refusals } from './health-parts.ts';

export type Health = z.infer<typeof HealthShape>;
export type Channel = z.infer<typeof ChannelShape>;
export type Delivery = z.infer<typeof DeliveryShape>;
export interface Intake {
  readonly from: string;
  readonly producers: readonly z.infer<typeof ProducerShape>[];
  readonly refusals: readonly z.infer<typeof RefusalsShape>[];
}
interface Items<T> {
  readonly items: readonly T[];
}

/** Each of them alone may fail: a store that is away must not hide what the process knows by itself. */
export interface HealthRead {
  readonly health: Attempt<Health>;
  readonly intake: Attempt<Intake>;
  readonly channels: Attempt<Items<Channel>>;
  readonly dead: Attempt<Items<Delivery>>;
  readonly detectors: Attempt<Items<Detector>>;
}

const hoursShown = [1, 24, 168] as const;
const DEAD_SHOWN = 20;

/** Whether what the console shows can be believed: who feeds it, what waits, what failed. */
export function healthPages(app: ConsoleApp): void {
  app.page('/health', async (context) => {
    const { api, url } = context;
    const hours = hoursShown.find((one) => one === Number(url.searchParams.get('hours'))) ?? 24;
    const [health, intake, lanes, dead, detectors] = await Promise.all([
      attempt(api.get<Health>('/v1/health')),
      attempt(api.get<Intake>(pathOf('/v1/intake', { hours }))),
      attempt(api.get<Items<Channel>>('/v1/channels')),
      attempt(api.get<Items<Delivery>>(pathOf('/v1/deliveries', { state: 'dead', limit: DEAD_SHOWN }))),
      attempt(api.get<Items<Detector>>('/v1/detectors')),
    ]);
    return healthPage(context, hours, { health, intake, channels: lanes, dead, detectors });
  });
}

function healthPage(context: PageContext, hours: number, read: HealthRead): Page {
  const { nowMs } = context;
  const { health, intake } = read;
  return {
    title: 'Health',
    place: 'health',
    live: ['health'],
    styles: ['operations.css'],
    body: html`<h1>Health</h1>
${verdict(read)}
${shownOr(
  health,
  'The process',
  (value) => html`
${panel('checks', 'Checks', checks(value, nowMs))}
<div class="grid">
${panel('time', 'Time', time(value, nowMs))}
${panel('queues', 'Queues', queues(value))}
</div>
${value.kafka !== undefined && html`${panel('kafka', 'Kafka', kafka(value.kafka))}`}`,
)}
${panel(
  'producers',
  'Who is heard',
  html`<form class="filters" method="get"><label>In the last <select name="hours">${hoursShown.map(
    (one) => html`<option value="${one}"${one === hours && html` selected`}>${countOf(one, 'hour')}</option>`,
  )}</select></label><button>Show</button></form>
${shownOr(intake, 'Who is heard', (value) => producers(value, nowMs))}`,
)}
${panel(
  'refused',
  'What was refused',
  shownOr(intake, 'What was refused', (value) => refusals(value, nowMs)),
)}
${panel(
  'channels',
  'Ways out',
  html`${shownOr(read.channels, 'The ways out', ({ items }) => channels(items, nowMs))}
<h3>Messages that were given up</h3><p><a href="/deliveries">All messages out</a></p>${shownOr(read.dead, 'Dead messages', ({ items }) => messageTable(items, context, 'None: everything left, or is still tried.'))}`,
)}
${panel(
  'detectors',
  'Detectors',
  shownOr(read.detectors, 'Detectors', ({ items }) =>
    detectorHealth(items, health.ok ? health.value.detectors : [], nowMs),
  ),
)}
${health.ok && html`<p class="muted">Chainwarden ${health.value.version}</p>`}`,
  };
}

function verdict(read: HealthRead): Html {
  const concerns = concernsOf(read);
  if (concerns.length === 0)
    return html`<p class="notice"><strong>All is well.</strong> Everything that is watched here is as it should be.</p>`;
  return html`<div class="notice ${concerns.some(({ isBad }) => isBad) ? 'bad' : 'warn'}"><p><strong>${countOf(concerns.length, 'thing')} to look at</strong></p>
<ul>${concerns.map(({ text, place }) => html`<li><a href="#${place}">${text}</a></li>`)}</ul></div>`;
}

const checkTones = { ok: 'good', degraded: 'warn', failing: 'bad' } as const;

function checks({ checks: all }: Health, nowMs: number): Html {
  return table({
    caption: 'The checks of /readyz: one that fails takes the process out of rotation',
    columns: ['Check', 'State', 'Since', 'Why'],
    rows: all.map(({ name, state, since, reason }) => [
      name,
      badge(state, checkTones[state]),
      timeOf(since, nowMs),
      reason,
    ]),
  });
}

const holderWords: Readonly<Record<string, string>> = {
  outage: 'what publishers kept while this service was away',
  live: 'the slowest source that speaks',
  behind: 'a source that holds more than it has delivered',
  'catching-up': 'a source that catches up after an outage',
};

function time({ time: { watermark, lagSeconds, holder, sources } }: Health, nowMs: number): Html {
  const counted = Object.entries(sources).filter(([, count]) => count > 0);
  return html`<dl class="facts">
<dt>Watermark</dt><dd>${timeOf(watermark, nowMs) ?? html`<span class="muted">none yet: no event has come</span>`}</dd>
<dt>Behind</dt><dd>${lagSeconds === undefined ? undefined : durationOf(lagSeconds * 1000)} <span class="muted">with the allowed lateness in it</span></dd>
<dt>Waits for</dt><dd>${holder === undefined ? 'nothing' : html`${holderWords[holder.why] ?? holder.why}: ${holder.source ?? html`<span class="muted">not a source of this tenant</span>`}`}</dd>
<dt>Sources</dt><dd>${counted.length === 0 ? html`<span class="muted">none</span>` : counted.map(([state, count]) => `${count} ${state}`).join(', ')}</dd>
</dl>
<p class="muted">What late evidence could still explain is provisional until the watermark has passed it.</p>`;
}

function queues({ log, detection }: Health): Html {
  const lasting = (seconds: number) =>
    seconds === 0
      ? html`<span class="good">no</span>`
      : html`<strong class="bad">for ${durationOf(seconds * 1000)}</strong>`;
  const number = (value: number) => value.toLocaleString('en');
  return html`<dl class="facts">
<dt>Wait for the log</dt><dd>${countOf(log.queuedEvents, 'event')}</dd>
<dt>Wait for detection</dt><dd>${countOf(detection.backlogRecords, 'record')}</dd>
<dt>Store stuck for events</dt><dd>${lasting(log.storeStuckSeconds)}</dd>
<dt>Store stuck for findings</dt><dd>${lasting(detection.storeStuckSeconds)}</dd>
<dt>Intake waits for detection</dt><dd>${lasting(log.pausedSeconds)}</dd>
<dt>In memory</dt><dd>${countOf(detection.liveChains, 'chain')}, ${countOf(detection.liveTokens, 'token')}; ${number(detection.parkedChains)} parked, ${number(detection.evictedChains)} put out before they had settled</dd>
<dt>Hang on nothing</dt><dd>${countOf(detection.uncorrelated, 'event')}</dd>
</dl>`;
}

function kafka({ state, partitions, restarts, rebalances }: NonNullable<Health['kafka']>): Html {
  return html`<p>${badge(state, state === 'running' ? 'good' : 'bad')} ${countOf(restarts, 'restart')}, ${countOf(rebalances, 'rebalance')}</p>
${table({
  caption: 'Partitions that this process works on, furthest behind first',
  columns: ['Topic', { name: 'Partition', numeric: true }, { name: 'Messages behind', numeric: true }],
  rows: partitions
    .toSorted((a, b) => b.lag - a.lag)
    .map(({ topic, partition, lag }) => [topic, partition, lag.toLocaleString('en')]),
  empty: 'It works on no partition: another process may.',
})}`;
}
