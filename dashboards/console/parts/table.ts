import { type Content, type Html, html } from '../html.ts';

export interface Column {
  readonly name: Content;
  /** Numbers stand to the right. */
  readonly numeric?: true;
}

export interface Row {
  readonly cells: readonly Content[];
  /** Of the `tr`, markup that begins with a space. */
  readonly attributes?: Html | undefined;
}

export interface Table {
  /** What the rows are: also the name of the region that scrolls. */
  readonly caption: string;
  readonly columns: readonly (string | Column)[];
  readonly rows: readonly (Row | readonly Content[])[];
  /** Stands for the table when it has no rows. */
  readonly empty?: Content;
}

/** A table that scrolls within itself where the window is narrow, by keyboard too. */
export function table({ caption, columns, rows, empty }: Table): Html {
  if (rows.length === 0 && empty !== undefined) return html`<div class="empty">${empty}</div>`;
  const kinds = columns.map((column) => (typeof column === 'string' ? { name: column } : column));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table><caption>${caption}</caption>
<thead><tr>${kinds.map(({ name, numeric }) => html`<th scope="col"${numberClass(numeric)}>${name}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => bodyRow('cells' in row ? row : { cells: row }, kinds))}</tbody>
</table></div>`;
}

function bodyRow({ cells, attributes }: Row, columns: readonly Column[]): Html {
  return html`<tr${attributes}>${cells.map(
    (cell, index) => html`<td${numberClass(columns[index]?.numeric)}>${cell}</td>`,
  )}</tr>
`;
}

function numberClass(isNumeric: true | undefined): Html | undefined {
  return isNumeric && html` class="num"`;
}
