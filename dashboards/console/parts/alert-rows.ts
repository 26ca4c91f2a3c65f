import type * as z from 'zod';
import type { AlertShape } from '../../../src/serve/present/alert.ts';
import { type Content, type Html, html } from '../html.ts';
import { severityBadge, stateBadge } from './badge.ts';
import { alertHref } from './links.ts';
import { table } from './table.ts';
import { timeOf } from './time.ts';

export interface AlertRows {
  readonly caption: string;
  readonly empty: Content;
  readonly nowMs: number;
}

/** Alerts as a part of another page. */
export function alertRows(
  alerts: readonly z.infer<typeof AlertShape>[],
  { caption, empty, nowMs }: AlertRows,
): Html {
  return table({
    caption,
    columns: ['Severity', 'What happened', 'State', 'Last'],
    rows: alerts.map(({ id, severity, title, state, kind, lastAt }) => [
      severityBadge(severity),
      html`<a href="${alertHref(id)}">${title}</a>${kind === 'signal' && html` <span class="muted">signal</span>`}`,
      stateBadge(state),
      timeOf(lastAt, nowMs),
    ]),
    empty,
  });
}
