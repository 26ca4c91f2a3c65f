import type * as z from 'zod';
import type { ExceptionShape } from '../../../src/serve/present/coverage.ts';
import { type Html, html } from '../html.ts';
import { badge } from './badge.ts';
import { detectorHref } from './links.ts';
import { table } from './table.ts';
import { stampOf, timeOf } from './time.ts';

export type Exception = z.infer<typeof ExceptionShape>;

/** What does not page, by whose word, why, until when, and how often that was so. */
export function exceptionTable(items: readonly Exception[], nowMs: number, empty: Html | string): Html {
  return table({
    caption: 'Exceptions: found, kept and counted, and nobody is paged',
    columns: [
      'Exception',
      'Detector',
      'Fits',
      'Owner and ticket',
      'Until',
      { name: 'Applied', numeric: true },
      'Last',
    ],
    rows: items.map((one) => [
      html`<strong>${one.id}</strong><br><span class="muted">${one.reason}</span>`,
      html`<a href="${detectorHref(one.detector)}">${one.detector}</a>`,
      html`<ul class="plain">${Object.entries(one.scope).map(([name, value]) => html`<li>${name}: <code>${value}</code></li>`)}</ul>`,
      html`${one.owner}<br><span class="muted">${one.ticket}</span>`,
      html`${one.state === 'expired' ? badge('expired', 'warn') : badge('in force', 'accent')} ${timeOf(one.expires, nowMs)}`,
      one.alerts.toLocaleString('en'),
      one.lastAt === undefined ? html`<span class="muted">never: is it needed?</span>` : stampOf(one.lastAt),
    ]),
    empty,
  });
}
