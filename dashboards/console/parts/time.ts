import { type Html, html } from '../html.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The two largest units: what one can say aloud. */
export function durationOf(ms: number): string {
  const size = Math.abs(ms);
  if (size < MINUTE_MS) return `${Math.floor(size / SECOND_MS)} s`;
  if (size < HOUR_MS) return `${Math.floor(size / MINUTE_MS)} min`;
  if (size < DAY_MS) return two(size, HOUR_MS, 'h', MINUTE_MS, 'min');
  return two(size, DAY_MS, 'd', HOUR_MS, 'h');
}

function two(ms: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = Math.floor((ms % unit) / smaller);
  return `${Math.floor(ms / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallerName}`}`;
}

/** Absolute, to the second, in UTC: what can be compared with a log of another system. */
export function utcOf(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function relativeTo(iso: string, nowMs: number): string {
  const distance = Date.parse(iso) - nowMs;
  return distance > 0 ? `in ${durationOf(distance)}` : `${durationOf(distance)} ago`;
}

/** An instant: absolute, and how long ago or ahead it is. Nothing for what is absent. */
export function timeOf(iso: string | undefined, nowMs: number): Html | undefined {
  if (iso === undefined) return undefined;
  return html`${stampOf(iso)} <span class="muted nowrap">${relativeTo(iso, nowMs)}</span>`;
}

/** An instant alone, where a column of them stands. */
export function stampOf(iso: string): Html {
  return html`<time datetime="${iso}" class="nowrap">${utcOf(iso)}</time>`;
}

/** Until when authority works by itself, as the API says it: null is never, absent is unknown. */
export function untilOf(iso: string | null | undefined, nowMs: number): Html {
  if (iso === undefined) return html`<span class="muted">unknown</span>`;
  if (iso === null) return html`<span class="bad">never ends by itself</span>`;
  if (Date.parse(iso) <= nowMs) return html`<span class="muted">ended ${stampOf(iso)}</span>`;
  return html`${timeOf(iso, nowMs)}`;
}
