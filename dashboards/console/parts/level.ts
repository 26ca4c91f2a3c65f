import { levelWord, WEAK_LEVEL } from '../chart/words.ts';
import { type Html, html } from '../html.ts';

/** How far a link is trusted, in words; from asserted on no revocation may rest on it alone. */
export function levelText(level: number | undefined): Html {
  if (level === undefined) return html`<span class="muted">link level unknown</span>`;
  const text = `link level ${level}, ${levelWord(level)}`;
  return level < WEAK_LEVEL
    ? html`<span class="muted">${text}</span>`
    : html`<span class="warn">${text}: no proof</span>`;
}
