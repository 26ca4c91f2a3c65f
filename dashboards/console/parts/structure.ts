import { type Html, html } from '../html.ts';

/** Rows of one list that are shown; the rest is counted. */
const ROWS_SHOWN = 200;
/** Deeper than this, structure is shown as text. */
const DEPTH_SHOWN = 4;

/** Anything that JSON can hold, for people: lists as lists, equal rows as a table, members as a list of terms. */
export function structure(value: unknown, name: string, depth = 0): Html {
  if (value === null || value === undefined) return html`<span class="muted">none</span>`;
  if (typeof value !== 'object') return html`${scalar(value)}`;
  if (depth >= DEPTH_SHOWN) return html`<code>${JSON.stringify(value)}</code>`;
  return Array.isArray(value) ? list(value, name, depth) : members(value, name, depth);
}

export function scalar(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function list(items: readonly unknown[], name: string, depth: number): Html {
  if (items.length === 0) return html`<span class="muted">none</span>`;
  const shown = items.slice(0, ROWS_SHOWN);
  const rest = items.length - shown.length;
  const more = rest > 0 && html`<p class="muted">and ${rest.toLocaleString('en')} more</p>`;
  const rows = shown.filter(isMembers);
  if (rows.length === shown.length && depth === 0) return html`${rowsOf(rows, name)}${more}`;
  return html`<ul class="plain">${shown.map((item) => html`<li>${structure(item, name, depth + 1)}</li>`)}</ul>${more}`;
}

function rowsOf(rows: readonly Readonly<Record<string, unknown>>[], name: string): Html {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${name}">
<table><caption>${name}</caption><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${columns.map((column) => html`<td>${cell(row[column], column)}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

/** What a row does not say is left empty: other rows say it. */
function cell(value: unknown, column: string): Html | undefined {
  return value === undefined ? undefined : structure(value, column, 1);
}

function members(value: object, name: string, depth: number): Html {
  const entries = Object.entries(value);
  if (entries.length === 0) return html`<span class="muted">none</span>`;
  return html`<dl class="facts">${entries.map(
    ([member, inner]) => html`<dt>${member}</dt><dd>${structure(inner, `${name} ${member}`, depth + 1)}</dd>`,
  )}</dl>`;
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
