import { type Content, type Html, html } from '../html.ts';

/** One part of a page under a heading of its own; the id is unique on the page, and links may lead to it. */
export function panel(id: string, title: string, body: Content): Html {
  return html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${body}</section>`;
}
