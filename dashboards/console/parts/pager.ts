import { type Html, html } from '../html.ts';
import { hrefWith } from './links.ts';

/** Links to the first and the next page of a list by cursor; the browser goes back. Nothing where one page is all. */
export function pager(url: URL, next: string | undefined): Html | undefined {
  const isFirst = !url.searchParams.has('cursor');
  if (isFirst && next === undefined) return undefined;
  return html`<nav class="row pager" aria-label="Further pages">
${isFirst ? undefined : html`<a class="button" href="${hrefWith(url, { cursor: undefined })}">First page</a>`}
${next === undefined ? undefined : html`<a class="button" rel="next" href="${hrefWith(url, { cursor: next })}">Next page</a>`}
</nav>`;
}
