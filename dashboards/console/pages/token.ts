import type * as z from 'zod';
import type { BlastRadius as BlastRadiusShape } from '../../../src/serve/routes/blast-radius.ts';
import type { TokenDetail as TokenDetailShape } from '../../../src/serve/routes/tokens.ts';
import { ApiProblem } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { alertRows } from '../parts/alert-rows.ts';
import { dryRunBadge, stateBadge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { chainHref, responseHref, tokenHref } from '../parts/links.ts';
import { ownerText, personLink } from '../parts/person.ts';
import { table } from '../parts/table.ts';
import { timeOf, untilOf } from '../parts/time.ts';
import { actionWords, countOf } from '../parts/words.ts';
import { endLink } from './end.ts';
import { belowPanel } from './token-below.ts';
import { approvalsPanel, provenancePanel } from './token-origin.ts';

export type TokenDetail = z.infer<typeof TokenDetailShape>;
export type BlastRadius = z.infer<typeof BlastRadiusShape>;

/** One credential: its life, who vouched for it, what hangs on it, and the way to end it. */
export function tokenPages(app: ConsoleApp): void {
  app.page('/tokens/:ref', (context, { ref = '' }) => tokenPage(context, ref));
}

async function tokenPage(context: PageContext, ref: string): Promise<Page> {
  const { api } = context;
  const path = `/v1${tokenHref(ref)}`;
  const [detail, below] = await Promise.all([
    unlessMissing(api.get<TokenDetail>(path)),
    unlessMissing(api.get<BlastRadius>(`${path}/blast-radius`)),
  ]);
  const known = detail ?? below;
  if (known === undefined) return missingPage();
  const label = detail?.hop?.label ?? known.token.jti ?? 'known by its hash';
  return {
    title: `Token ${label}`,
    place: 'hunt',
    styles: ['hunt.css'],
    live: ['alerts', 'responses'],
    body: html`<h1>Token ${label}</h1>
${lifePanel(detail, below, context)}
${detail && provenancePanel(detail, context.nowMs)}
${below && belowPanel(below, context.nowMs)}
${detail && findingsPanels(detail, context.nowMs)}`,
  };
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 404) return undefined;
    throw error;
  }
}

function missingPage(): Page {
  return {
    title: 'Token not found',
    place: 'hunt',
    status: 404,
    body: html`<section class="state"><h1>Token not found</h1>
<p>No chain of this tenant holds it, and nothing is known to hang on it. It may have been named
by its jti where only its hash is known, or be past its retention.</p>
<p><a class="button" href="/hunt">Hunt for it</a></p></section>`,
  };
}

function lifePanel(
  detail: TokenDetail | undefined,
  below: BlastRadius | undefined,
  context: PageContext,
): Html {
  const { nowMs } = context;
  const hop = detail?.hop;
  const source = below?.source;
  const { iss, jti, hash, ref } = (detail ?? below)?.token ?? { ref: '' };
  const life = source?.life ?? 'unknown';
  return html`<section class="panel" aria-labelledby="life">
<div class="row apart"><h2 id="life">Its life</h2>
${isOver(below) ? html`<span class="muted">Nothing of it is left alive</span>` : endLink(context, tokenHref(ref))}</div>
<dl class="facts">
<dt>Now</dt><dd>${lifeWords(life)}</dd>
${jti !== undefined && html`<dt>jti</dt><dd><code>${jti}</code></dd>`}
${iss !== undefined && html`<dt>Issuer</dt><dd>${iss}</dd>`}
${hash !== undefined && html`<dt>Hash</dt><dd><code>${hash}</code></dd>`}
${
  source !== undefined &&
  html`<dt>Kind</dt><dd>${source.tokenKind?.replaceAll('_', ' ') ?? 'not said'}${source.standing && ', standing: it outlives a day'}</dd>`
}
<dt>Held by</dt><dd>${personLink(hop?.to ?? source?.holder)}</dd>
${source?.subject !== undefined && html`<dt>On behalf of</dt><dd>${personLink(source.subject)}</dd>`}
<dt>Owner</dt><dd>${ownerText(hop?.to ?? source?.holder, source?.subject)}</dd>
${source?.environment !== undefined && html`<dt>Environment</dt><dd>${source.environment}</dd>`}
<dt>Issued</dt><dd>${timeOf(hop?.issuedAt ?? source?.issuedAt, nowMs) ?? unknown}</dd>
<dt>Expires</dt><dd>${untilOf(hop === undefined ? source?.expiresAt : hop.expiresAt, nowMs)}</dd>
<dt>Revoked</dt><dd>${timeOf(hop?.revokedAt ?? source?.revokedAt, nowMs) ?? 'not as far as anybody said'}</dd>
${hop !== undefined && usesOf(hop, nowMs)}
${detail !== undefined && html`<dt>Chain</dt><dd><a href="${chainHref(detail.chain.id)}">${detail.chain.id}</a></dd>`}
</dl>
</section>`;
}

/** Neither it nor anything below it can be used any more, as far as everybody said. */
function isOver(below: BlastRadius | undefined): boolean {
  return below !== undefined && !below.isCut && below.alive.tokens + below.alive.unknown === 0;
}

const unknown = html`<span class="muted">unknown</span>`;

function usesOf(hop: NonNullable<TokenDetail['hop']>, nowMs: number): Html {
  const { scope, addedScope, audience, useCount } = hop;
  return html`<dt>Used</dt><dd>${countOf(useCount, 'time')}${
    hop.firstUsedAt !== undefined &&
    html`, first ${timeOf(hop.firstUsedAt, nowMs)}, last ${timeOf(hop.lastUsedAt, nowMs)}`
  }</dd>
<dt>Scope</dt><dd>${scope === undefined ? 'nobody said, which is not “unlimited”' : scope.length === 0 ? 'none' : scope.map((one) => html`<code>${one}</code> `)}</dd>
${addedScope.length > 0 && html`<dt>Beyond its parent</dt><dd class="bad">${addedScope.map((one) => html`<code>+${one}</code> `)}</dd>`}
<dt>Audience</dt><dd>${audience.length === 0 ? 'nobody said' : audience.map((one) => html`<code>${one}</code> `)}</dd>`;
}

function lifeWords(life: string): Html {
  switch (life) {
    case 'alive':
      return html`<strong class="bad">alive</strong>`;
    case 'ended':
      return html`at its end`;
    case 'revoked':
      return html`<span class="good">revoked</span>`;
    default:
      return html`<span class="warn">unknown: nobody said when it ends</span>`;
  }
}

function findingsPanels(detail: TokenDetail, nowMs: number): Html {
  return html`${approvalsPanel(detail, nowMs)}
<section class="panel" aria-labelledby="alerts"><h2 id="alerts">Alerts</h2>
${alertRows(detail.alerts, {
  caption: 'About it, or answered by its revocation',
  nowMs,
  empty: emptyState({
    what: 'No alert is about it.',
    next: html`<a href="${chainHref(detail.chain.id)}">Its chain</a> shows those about other tokens.`,
  }),
})}</section>
<section class="panel" aria-labelledby="responses"><h2 id="responses">Responses</h2>
${table({
  caption: 'What was done about it',
  columns: ['What', 'State', 'When'],
  rows: detail.responses.map((response) => [
    html`<a href="${responseHref(response.id)}">${actionWords(response.action)}</a> ${dryRunBadge(response.mode === 'dry_run')}`,
    stateBadge(response.state),
    timeOf(response.at, nowMs),
  ]),
  empty: emptyState({ what: 'Nothing was done about it.' }),
})}</section>`;
}
