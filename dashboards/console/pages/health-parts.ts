import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { badge, type Tone } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { detectorHref, responseHref } from '../parts/links.ts';
import { table } from '../parts/table.ts';
import { durationOf, stampOf, timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import { type Detector, runsOf } from './detectors.ts';
import type { Channel, Delivery, Health, Intake } from './health.ts';

type Producer = Intake['producers'][number];

const producerTones: Readonly<Record<Producer['state'], Tone>> = {
  well: 'good',
  silent: 'bad',
  ahead: 'warn',
  late: 'warn',
  rare: 'plain',
  never: 'warn',
};
const producerOrder: readonly Producer['state'][] = ['silent', 'ahead', 'late', 'never', 'rare', 'well'];

/** Each publisher and source: silent, late or well, its longest gap, and how late it is. */
export function producers({ producers: all, from }: Intake, nowMs: number): Html {
  return table({
    caption: `Since ${from.slice(0, 16).replace('T', ' ')} UTC; who needs a look first`,
    columns: [
      'Publisher',
      'Source',
      'State',
      'Last heard',
      { name: 'Events', numeric: true },
      'Delay',
      'Longest gap',
    ],
    rows: all
      .toSorted((a, b) => producerOrder.indexOf(a.state) - producerOrder.indexOf(b.state))
      .map((one) => [
        one.publisher,
        one.source ?? html`<span class="muted">none</span>`,
        badge(one.state, producerTones[one.state]),
        one.lastHeardAt === undefined
          ? html`<span class="muted">not in this time</span>`
          : timeOf(one.lastHeardAt, nowMs),
        one.events.toLocaleString('en'),
        delayOf(one),
        gapOf(one),
      ]),
    empty: emptyState({
      what: 'Nobody was heard, and no publisher has a key.',
      why: 'Without events every detector is blind.',
      next: html`The <a href="/">overview</a> says how to send the first event.`,
    }),
  });
}

function delayOf({ medianDelaySeconds: seconds, state }: Producer): Html | undefined {
  if (seconds === undefined) return undefined;
  const size = Math.abs(seconds);
  const words = size < 10 ? `${size.toFixed(1)} s` : durationOf(size * 1000);
  if (seconds >= 0) return html`${words}`;
  return state === 'ahead'
    ? html`<strong class="warn">${words} from the future</strong>`
    : html`${words} ahead`;
}

function gapOf({ longestGapSeconds: seconds, gapFrom }: Producer): Html | undefined {
  if (seconds === undefined || gapFrom === undefined) return undefined;
  return html`${durationOf(seconds * 1000)} <span class="muted">from ${stampOf(gapFrom)}</span>`;
}

/** Dead letters by code, each with the last of them: what a publisher needs to mend it. */
export function refusals({ refusals: all }: Intake, nowMs: number): Html {
  return table({
    caption: 'By reason and publisher, most frequent first. They are kept for 30 days',
    columns: ['Code', 'Publisher', { name: 'Messages', numeric: true }, 'Last', 'For example'],
    rows: all.map(({ code, publisher, count, lastAt, example }) => [
      html`<code>${code}</code>`,
      publisher,
      count.toLocaleString('en'),
      timeOf(lastAt, nowMs),
      example &&
        html`${example.reason}${example.path !== '' && html` at <code>${example.path}</code>`}
<details><summary>Message ${example.position.source} ${example.position.partition}:${example.position.offset}</summary><pre class="tall" tabindex="0">${example.raw}</pre></details>`,
    ]),
    empty: 'Nothing was refused in this time.',
  });
}

const channelTones: Readonly<Record<Channel['state'], Tone>> = {
  well: 'good',
  failing: 'bad',
  paused: 'warn',
  gone: 'bad',
  disabled: 'plain',
};

const channelWords: Readonly<Record<Channel['state'], string>> = {
  well: '',
  failing: 'No attempt has succeeded since then; it is tried again and again.',
  paused: 'The receiver asked for silence.',
  gone: 'The receiver said that it is gone. Nothing is sent until the next start, or until a message is sent again below.',
  disabled: 'Turned off by the configuration.',
};

export function channels(items: readonly Channel[], nowMs: number): Html {
  return table({
    caption: 'Endpoints that are told, and connectors that revoke',
    columns: [
      'Name',
      'State',
      { name: 'Wait', numeric: true },
      { name: 'Under way', numeric: true },
      'Last delivered',
      'Last error',
    ],
    rows: items.map((one) => [
      one.name,
      html`${badge(one.state, channelTones[one.state])} ${timeOf(one.failingSince ?? one.pausedUntil, nowMs)}
${channelWords[one.state] !== '' && html`<br><span class="muted">${channelWords[one.state]}</span>`}`,
      html`${one.waiting.toLocaleString('en')}${one.hasMore && ' and more'}`,
      one.inFlight.toLocaleString('en'),
      one.lastDeliveryAt === undefined
        ? html`<span class="muted">not since the start</span>`
        : timeOf(one.lastDeliveryAt, nowMs),
      one.lastError,
    ]),
    empty: emptyState({
      what: 'There is no way out:',
      why: 'nobody is told, and nothing can be revoked.',
      next: html`Set <code>outbound.endpoints</code> or <code>outbound.connectors</code> in the configuration.`,
    }),
  });
}

const messageTones = { pending: 'accent', delivered: 'good', dead: 'bad' } as const;

/** Messages, with the way to send again those that were given up; a revocation only by whoever may revoke. */
export function messageTable(items: readonly Delivery[], context: PageContext, empty: Html | string): Html {
  return table({
    caption: 'Latest first; sent again, they keep their ids',
    columns: [
      'Made',
      'To',
      'What',
      { name: 'Attempts', numeric: true },
      'State',
      'Last answer',
      'Send again',
    ],
    rows: items.map((one) => [
      stampOf(one.createdAt),
      one.channel,
      one.responseId === undefined
        ? one.type
        : html`<a href="${responseHref(one.responseId)}">${one.type}</a>`,
      one.attempts,
      badge(one.state, messageTones[one.state]),
      html`${one.lastStatus !== undefined && `HTTP ${one.lastStatus} `}${one.lastError}`,
      replayForm(one, context),
    ]),
    empty,
  });
}

function replayForm(
  { id, state, responseId, isCancelled }: Delivery,
  { may, url }: PageContext,
): Html | undefined {
  if (state !== 'dead') return undefined;
  if (isCancelled) return html`<span class="muted">what it was for is over</span>`;
  if (responseId !== undefined && !may('respond'))
    return html`<span class="muted">a responder may: it revokes</span>`;
  return html`<form method="post" action="/deliveries/${encodeURIComponent(id)}/replay" class="row">
<input type="hidden" name="back" value="${url.pathname}${url.search}">
<label class="hidden" for="replay-${id}">Why</label>
<input id="replay-${id}" name="reason" placeholder="Why" required maxlength="1024" autocomplete="off">
<button>Send again</button></form>`;
}

const COSTLIEST_SHOWN = 8;

/** Off, throwing or costly: the watchdog turns off whoever throws at everything or never comes back. */
export function detectorHealth(items: readonly Detector[], taken: Health['detectors'], nowMs: number): Html {
  const off = items.filter(({ on }) => !on);
  const all = taken.reduce((sum, { seconds }) => sum + seconds, 0);
  const shown = taken
    .filter(({ evaluations }) => evaluations > 0)
    .toSorted((a, b) => b.faults - a.faults || b.seconds - a.seconds)
    .slice(0, COSTLIEST_SHOWN);
  return html`${
    off.length > 0 &&
    table({
      caption: `${countOf(off.length, 'detector')} off`,
      columns: ['Detector', 'Since, by whom and why'],
      rows: off.map((detector) => [link(detector.id), runsOf(detector, nowMs)]),
    })
  }
${table({
  caption: 'What they took since the start: those that threw first, then the costliest',
  columns: [
    'Detector',
    { name: 'Evaluations', numeric: true },
    { name: 'Each', numeric: true },
    { name: 'Share', numeric: true },
    { name: 'Threw', numeric: true },
  ],
  rows: shown.map(({ detector, evaluations, seconds, faults }) => [
    link(detector),
    evaluations.toLocaleString('en'),
    costOf(seconds / evaluations),
    `${all === 0 ? 0 : Math.round((seconds / all) * 100)} %`,
    faults === 0 ? '0' : html`<strong class="bad">${faults.toLocaleString('en')}</strong>`,
  ]),
  empty: 'None has looked at anything yet.',
})}`;
}

function costOf(seconds: number): string {
  return seconds < 0.001 ? `${(seconds * 1e6).toFixed(1)} µs` : `${(seconds * 1000).toFixed(1)} ms`;
}

function link(id: string): Html {
  return html`<a href="${detectorHref(id)}">${id}</a>`;
}
