import { type Html, html } from '../html.ts';

/** What stands where a list has nothing to show. */
export interface Empty {
  /** What is empty, and whether that is good news: one short sentence. */
  readonly what: string | Html;
  /** Why it is empty, as far as the page knows. */
  readonly why?: string | Html | undefined;
  /** What to do next; links are best. */
  readonly next?: string | Html | undefined;
}

/** An empty list says what it would hold, why it holds nothing, and what to do next; never a bare "no data". */
export function emptyState({ what, why, next }: Empty): Html {
  return html`<div class="empty">
<p><strong>${what}</strong>${why === undefined ? undefined : html` ${why}`}</p>
${next === undefined ? undefined : html`<p>${next}</p>`}
</div>`;
}

/** Nothing matches what was asked for; the way back to everything is one link. */
export function noMatch(what: string, allHref: string): Html {
  return emptyState({
    what: `No ${what} match.`,
    why: 'The filters above leave none.',
    next: html`<a href="${allHref}">Show all ${what}</a>`,
  });
}
