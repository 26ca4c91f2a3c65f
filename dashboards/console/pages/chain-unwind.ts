import type * as z from 'zod';
import type { UnwindingShape } from '../../../src/serve/present/audit.ts';
import type { Lineage } from '../chart/lineage.ts';
import { count, holderOf, targetOf } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { outcomeBadge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { alertHref } from '../parts/links.ts';
import { table } from '../parts/table.ts';
import { stampOf } from '../parts/time.ts';
import { type HopRows, hopName, principalName } from './chain-links.ts';

export type Unwinding = z.infer<typeof UnwindingShape>;

/** Rows that are shown; the rest is in the answer of the API. */
const WRITES_MAX = 200;

const meaning =
  'Below are the writes at and below it since then. Ending a credential takes none of them back.';

/** Every write that was made after authority broke, the last one first: the order in which it is to be taken back. */
export function unwindPanel(
  { breaks, writes, incomplete }: Unwinding,
  lineage: Lineage,
  rows: HopRows,
): Html {
  const shown = writes.slice(0, WRITES_MAX);
  return html`<section class="panel" aria-labelledby="unwind">
<h2 id="unwind">What may have to be taken back</h2>
${
  breaks.length === 0
    ? undefined
    : html`<p>Authority broke ${breaks.slice(0, 5).map(({ hop, label, since, alertId }, index) => {
        const at = hop === undefined ? undefined : lineage.get(hop);
        return html`${index === 0 ? '' : '; '}at ${at === undefined ? (label ?? 'the whole chain') : holderOf(at)}${since === undefined ? undefined : html` from ${stampOf(since)}`}${
          alertId === undefined ? undefined : html` (<a href="${alertHref(alertId)}">alert</a>)`
        }`;
      })}${breaks.length > 5 ? ` and at ${breaks.length - 5} more` : undefined}. ${meaning}</p>`
}
${incomplete === undefined ? undefined : html`<p class="notice warn">The chain has more actions than are looked through: older writes may be missing from this list.</p>`}
${table({
  caption:
    shown.length < writes.length
      ? `The newest ${shown.length} of ${writes.length.toLocaleString('en')} writes`
      : `${count(writes.length, 'write')}, newest first`,
  columns: ['When', 'Who', 'Did', 'On', 'Effect', 'Outcome', 'Hop'],
  rows: shown.map((write) => [
    stampOf(write.at),
    principalName(write.actor),
    write.action,
    html`${targetOf(write)}${write.resource === undefined ? undefined : `/${write.resource}`}`,
    write.effect,
    outcomeBadge(write.outcome),
    hopName(lineage.get(write.hopKey), rows),
  ]),
  empty: emptyState(
    breaks.length === 0
      ? { what: 'Nothing is in doubt.', why: 'No settled alert stands about this chain.' }
      : {
          what: 'No write was seen since authority broke.',
          why: 'Reads may have been: see what was touched, above.',
        },
  ),
})}
</section>`;
}
