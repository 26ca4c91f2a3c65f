import { type Html, html } from '../html.ts';

/** Why somebody does it: nothing that changes anything goes without. The id is unique on the page. */
export function reasonField(id: string, words: string): Html {
  const label = html`<label for="${id}">${words}</label>`;
  return html`${label} <input id="${id}" name="reason" required maxlength="1024" autocomplete="off">`;
}
