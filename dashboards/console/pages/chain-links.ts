import type { Hop, Principal } from '../chart/detail.ts';
import type { GraphLinks } from '../chart/draw-graph.ts';
import { DRAWN_HOPS_MAX, type Group, type Shown, type Unfolded, writeUnfolded } from '../chart/shown.ts';
import { holderOf, nameOf } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { hrefWith, principalHref, tokenHref } from '../parts/links.ts';

/** Rows of one page of the table of hops. */
export const HOPS_PER_PAGE = 100;

/** Ways from one part of the page to another: a key may be long and hold anything, so that rows go by number. */
export interface HopRows {
  row(hop: Hop): number | undefined;
  href(hop: Hop): string;
}

export function hopRows(order: readonly Hop[], url: URL): HopRows {
  const numbers = new Map(order.map((hop, index) => [hop.key, index]));
  return {
    row: (hop) => numbers.get(hop.key),
    href(hop) {
      const number = numbers.get(hop.key) ?? 0;
      const page = Math.floor(number / HOPS_PER_PAGE) + 1;
      return `${hrefWith(url, { hops: page === 1 ? undefined : page })}#hop-${number}`;
    },
  };
}

export function graphLinks(
  url: URL,
  rows: HopRows,
  { shown, unfolded }: { readonly shown: Shown; readonly unfolded: Unfolded },
): GraphLinks {
  return {
    principal: principalLink,
    token: tokenHref,
    hop: (hop) => (hop.token === undefined ? rows.href(hop) : tokenHref(hop.token.ref)),
    unfold: (group) => unfoldHref(url, shown, unfolded, group) ?? rows.href(group.sample),
  };
}

/** Undefined where the drawing is as large as it may be. */
function unfoldHref(url: URL, shown: Shown, unfolded: Unfolded, group: Group): string | undefined {
  if (shown.hops.length >= DRAWN_HOPS_MAX) return undefined;
  return `${hrefWith(url, { open: writeUnfolded(unfolded, group.id) })}#graph`;
}

export function principalLink(principal: Principal): string {
  return principalHref(principal.id);
}

export function principalName(principal: Principal | undefined): Html {
  return principal === undefined
    ? html`<span class="muted">not reported</span>`
    : html`<a href="${principalLink(principal)}">${nameOf(principal)}</a>`;
}

export function hopName(hop: Hop | undefined, rows: HopRows): Html {
  return hop === undefined
    ? html`<span class="muted">none in this chain</span>`
    : html`<a href="${rows.href(hop)}">${holderOf(hop)}</a>`;
}
