import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Elsewhere, Page, PageContext } from '../page.ts';
import {
  alertHref,
  chainHref,
  detectorHref,
  incidentHref,
  planHref,
  principalHref,
  responseHref,
  tokenHref,
} from '../parts/links.ts';
import { table } from '../parts/table.ts';
import { countOf } from '../parts/words.ts';

/** As much as the API takes. */
const ASKED_CHARS_MAX = 2_048;

interface Hit {
  readonly kind: keyof typeof hrefs;
  readonly id: string;
  readonly label: string;
  readonly chains?: readonly string[];
}

const hrefs = {
  chain: chainHref,
  alert: alertHref,
  incident: incidentHref,
  plan: planHref,
  response: responseHref,
  token: tokenHref,
  principal: principalHref,
  detector: detectorHref,
  transaction: (txn: string) => pathOf('/hunt', { of: 'chains', range: 'any', txn }),
};

/** An id that somebody was given or copied: what bears it, or the page itself where only one thing does. */
export function searchPage(app: ConsoleApp): void {
  app.page('/search', search);
}

async function search({ api, url }: PageContext): Promise<Page | Elsewhere> {
  const asked = (url.searchParams.get('q') ?? '').trim().slice(0, ASKED_CHARS_MAX).trim();
  if (asked === '') return pageOf('Search', html`<p>Type an id into the field above.</p>`);
  const { items } = await api.get<{ items: readonly Hit[] }>(pathOf('/v1/search', { q: asked }));
  const [first] = items;
  if (first === undefined) return pageOf('Nothing found', nothing(asked));
  if (items.length === 1) return { goTo: hrefOf(first) };
  return pageOf(`${countOf(items.length, 'hit')}`, hits(asked, items));
}

/** Always a page of the console: ids are one segment of a path, whatever is in them. */
function hrefOf({ kind, id, chains = [] }: Hit): string {
  const [only, ...others] = chains;
  if (kind === 'transaction' && only !== undefined && others.length === 0) return chainHref(only);
  return hrefs[kind](id);
}

function hits(asked: string, items: readonly Hit[]): Html {
  return html`<section class="panel">${table({
    caption: `Several things are called “${asked}”`,
    columns: ['What', 'Name'],
    rows: items.map((hit) => [
      hit.kind,
      html`<a href="${hrefOf(hit)}">${hit.label}</a>${
        hit.chains !== undefined && html` <span class="muted">${countOf(hit.chains.length, 'chain')}</span>`
      }`,
    ]),
  })}</section>`;
}

function nothing(asked: string): Html {
  return html`<p>Nothing in this tenant is called <code>${asked}</code>.</p>
<p>Looked for, by the whole name: ids of chains, alerts, incidents, plans and responses; tokens by reference, hash
(<code>sha256:…</code>) and jti; principals by id; transactions; detectors.</p>
<p><a class="button" href="${pathOf('/hunt', { of: 'actions', range: 'any', resource: `${asked}*` })}">Resources that begin so</a>
<a class="button quiet" href="/hunt">Hunt</a></p>`;
}

function pageOf(title: string, body: Html): Page {
  return { title, place: 'hunt', body: html`<section class="state"><h1>${title}</h1>${body}</section>` };
}
