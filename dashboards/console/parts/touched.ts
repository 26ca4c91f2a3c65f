import type * as z from 'zod';
import type { TouchedShape } from '../../../src/serve/present/reach.ts';
import { type Html, html } from '../html.ts';
import { table } from './table.ts';
import { stampOf } from './time.ts';

export type Touched = z.infer<typeof TouchedShape>;

export interface TouchedOptions {
  readonly caption: string;
  readonly empty: Html | string;
  /** Where the actions behind a row are; absent where no filter names them. */
  readonly hrefOf?: (touched: Touched) => string;
}

/** Systems and resources with what was done to them: counts, so that a page stays short whatever happened. */
export function touchedTable(systems: readonly Touched[], { caption, empty, hrefOf }: TouchedOptions): Html {
  return table({
    caption,
    columns: [
      'System',
      'Resource',
      { name: 'Writes', numeric: true },
      { name: 'Reads', numeric: true },
      { name: 'Other', numeric: true },
      { name: 'Denied', numeric: true },
      { name: 'Failed', numeric: true },
      'Last',
    ],
    rows: systems.map((one) => [
      hrefOf === undefined ? one.system : html`<a href="${hrefOf(one)}">${one.system}</a>`,
      one.resource ?? html`<span class="muted">not named</span>`,
      one.writes > 0 ? html`<strong>${numberOf(one.writes)}</strong>` : '0',
      ...[one.reads, one.others, one.denied, one.failed].map(numberOf),
      stampOf(one.lastAt),
    ]),
    empty,
  });
}

export function numberOf(count: number): string {
  return count.toLocaleString('en');
}
