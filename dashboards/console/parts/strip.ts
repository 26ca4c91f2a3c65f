import type { Hop } from '../chart/detail.ts';
import { holderOf, hopWord } from '../chart/words.ts';
import { type Content, type Html, html } from '../html.ts';
import { badge, outcomeBadge } from './badge.ts';
import { principalHref, tokenHref } from './links.ts';

/** Hops that stand in the strip before the middle is left out, and how many of them before and after the gap. */
const SHOWN_MAX = 8;
const HEAD = 3;
const TAIL = 4;

export interface Strip {
  /** From the top of the chain down to the hop where authority broke. */
  readonly path: readonly Hop[];
  /** Where it broke; undefined: the chain as a whole is in doubt. */
  readonly broken: Hop | undefined;
  readonly target: string | undefined;
  readonly outcome: string | undefined;
}

/** The way that authority went, in order, up to where it broke and what was reached with it. */
export function strip({ path, broken, target, outcome }: Strip): Html {
  const left = path.length > SHOWN_MAX ? path.slice(HEAD, path.length - TAIL) : [];
  const steps: Content[] = path.filter((hop) => !left.includes(hop)).map((hop) => step(hop, hop === broken));
  if (left.length > 0)
    steps.splice(HEAD, 0, html`<li class="muted">${left.length.toLocaleString('en')} more hops</li>`);
  if (target !== undefined)
    steps.push(
      html`<li class="target"><span class="muted">reached</span> <strong>${target}</strong>${
        outcome !== undefined && html` ${outcomeBadge(outcome)}`
      }</li>`,
    );
  return html`<ol class="strip" aria-label="The way of authority">${steps}</ol>`;
}

function step(hop: Hop, isBroken: boolean): Html {
  const name = holderOf(hop);
  const who = hop.to === undefined ? html`${name}` : html`<a href="${principalHref(hop.to.id)}">${name}</a>`;
  const what =
    hop.token === undefined
      ? html`${hopWord(hop)}`
      : html`<a href="${tokenHref(hop.token.ref)}">${hopWord(hop)}</a>`;
  const kind = hop.to === undefined ? undefined : html` <span class="muted">${hop.to.kind}</span>`;
  return html`<li${isBroken && html` class="broken"`}><strong>${who}</strong>${kind}<br><span class="muted">${what}</span>${
    isBroken && html`<br>${badge('broke here', 'bad')}`
  }</li>`;
}
