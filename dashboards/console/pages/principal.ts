import type * as z from 'zod';
import type { PrincipalDetail as PrincipalDetailShape } from '../../../src/serve/routes/principals.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { alertRows } from '../parts/alert-rows.ts';
import { badge } from '../parts/badge.ts';
import { barChart } from '../parts/bars.ts';
import { emptyState } from '../parts/empty.ts';
import { chainHref, hrefWith, principalHref, tokenHref } from '../parts/links.ts';
import { ownerText } from '../parts/person.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf, untilOf } from '../parts/time.ts';
import { numberOf, touchedTable } from '../parts/touched.ts';
import { countOf } from '../parts/words.ts';
import { endLink } from './end.ts';

export type PrincipalDetail = z.infer<typeof PrincipalDetailShape>;

const HOUR_MS = 3_600_000;
const spans = [1, 7, 30] as const;

/** Somebody: who they are, what they hold, what they did when, and the way to end it. */
export function principalPages(app: ConsoleApp): void {
  app.page('/principals/:id', (context, { id = '' }) => principalPage(context, id));
}

async function principalPage(context: PageContext, id: string): Promise<Page> {
  const { api, url, nowMs } = context;
  const asked = Number(url.searchParams.get('days'));
  const days = spans.find((span) => span === asked) ?? 7;
  const detail = await api.get<PrincipalDetail>(pathOf(`/v1${principalHref(id)}`, { days }));
  const title = detail.identities.find(({ name }) => name !== undefined)?.name ?? id;
  return {
    title,
    place: 'hunt',
    styles: ['hunt.css'],
    live: ['alerts'],
    body: html`<h1>${title}</h1>
${whoPanel(detail, context)}
${activityPanel(detail, context)}
<div class="grid">
<section class="panel" aria-labelledby="alerts"><h2 id="alerts">Alerts</h2>
${alertRows(detail.alerts, {
  caption: 'About it, newest first',
  nowMs,
  empty: emptyState({ what: 'No alert is about it.', why: 'Detectors that could see it found nothing.' }),
})}</section>
${tokensPanel(detail, nowMs)}
</div>
${chainsPanel(detail, nowMs)}`,
  };
}

function whoPanel(detail: PrincipalDetail, context: PageContext): Html {
  const { id, identities, chainCount, firstSeenAt, lastSeenAt } = detail;
  const { nowMs } = context;
  return html`<section class="panel" aria-labelledby="who">
<div class="row apart"><h2 id="who">Who it is</h2> ${identities.length < 2 && endLink(context, principalHref(id))}</div>
<dl class="facts">
<dt>Id</dt><dd><code>${id}</code></dd>
<dt>Kind</dt><dd>${[...new Set(identities.map(({ kind }) => kind))].join(', ') || 'not said'}</dd>
<dt>Owner</dt><dd>${ownerText(...identities)}</dd>
<dt>First seen</dt><dd>${timeOf(firstSeenAt, nowMs) ?? 'never in a chain'}</dd>
<dt>Last seen</dt><dd>${timeOf(lastSeenAt, nowMs) ?? 'never in a chain'}</dd>
<dt>Chains</dt><dd><a href="${pathOf('/hunt', { of: 'chains', range: 'any', principal: id })}">${countOf(chainCount, 'chain')}</a></dd>
</dl>
${identities.length > 1 && identitiesTable(identities, context, id)}
</section>`;
}

/** Sources that name one id differently may mean different people: each is ended by itself. */
function identitiesTable(identities: PrincipalDetail['identities'], context: PageContext, id: string): Html {
  return table({
    caption: 'Sources name this id differently: these may be different principals',
    columns: ['Name', 'Kind', 'Issuer', 'Owner', 'End'],
    rows: identities.map(({ name, kind, iss, owner }, index) => [
      name ?? '',
      kind,
      iss ?? html`<span class="muted">none said</span>`,
      owner ?? '',
      context.may('triage') &&
        html`<a href="${principalHref(id)}/end?as=${index}">${context.may('respond') ? 'End all of it…' : 'What it would do'}</a>`,
    ]),
  });
}

function activityPanel(detail: PrincipalDetail, { url, nowMs }: PageContext): Html {
  const { activity, days, id } = detail;
  const endMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  const total = activity.reduce((sum, { actions }) => sum + actions, 0);
  const denied = activity.reduce((sum, hour) => sum + hour.denied, 0);
  return html`<section class="panel" aria-labelledby="did"><div class="row apart"><h2 id="did">What it did</h2>
<nav class="row" aria-label="Time span">${spans.map(
    (span) =>
      html`<a class="button quiet" href="${hrefWith(url, { days: span })}"${span === days && html` aria-current="true"`}>${countOf(span, 'day')}</a>`,
  )}</nav></div>
${
  activity.length === 0
    ? emptyState({
        what: `It did nothing itself in ${countOf(days, 'day')}.`,
        why: 'What others do for it stands in its chains.',
      })
    : html`${barChart({
        title: `Actions by the hour, ${countOf(days, 'day')}: ${numberOf(total)} in all, ${numberOf(denied)} denied`,
        ...{ counted: 'actions', marked: 'writes', stepMs: HOUR_MS },
        ...{ fromMs: endMs - days * 24 * HOUR_MS, toMs: endMs },
        bars: activity.map(({ at, actions, writes }) => ({ at, count: actions, marked: writes })),
      })}
<p>${countOf(total, 'action')}, of which ${denied === 0 ? 'none was denied' : html`<strong>${numberOf(denied)} denied</strong>`}.
<a href="${pathOf('/hunt', { of: 'actions', range: `${days * 24}h`, principal: id })}">All of them</a></p>
${hoursTable(activity)}`
}
<h3>Systems touched</h3>
${touchedTable(detail.systems, {
  caption: `By itself in ${countOf(days, 'day')}, most writes first`,
  empty: emptyState({ what: 'Nothing is known to have been touched.' }),
  hrefOf: ({ system, resource }) =>
    pathOf('/hunt', { of: 'actions', range: `${days * 24}h`, principal: id, system, resource }),
})}</section>`;
}

function hoursTable(activity: PrincipalDetail['activity']): Html {
  return html`<details><summary>The numbers behind the bars</summary>
${table({
  caption: 'By the hour',
  columns: [
    'Hour',
    { name: 'Actions', numeric: true },
    { name: 'Writes', numeric: true },
    { name: 'Denied', numeric: true },
  ],
  rows: activity.map(({ at, actions, writes, denied }) => [
    stampOf(at),
    ...[actions, writes, denied].map(numberOf),
  ]),
})}</details>`;
}

function tokensPanel({ tokens }: PrincipalDetail, nowMs: number): Html {
  return html`<section class="panel" aria-labelledby="tokens"><h2 id="tokens">Live tokens</h2>
${table({
  caption: 'It holds them, and they are neither revoked nor at their end',
  columns: ['Token', 'Scope', 'Until'],
  rows: tokens.map(({ token, label, scope, addedScope, expiresAt }) => [
    token === undefined ? label : html`<a href="${tokenHref(token.ref)}">${label}</a>`,
    html`${scope === undefined ? html`<span class="muted">not said</span>` : scope.join(' ')}${
      addedScope.length > 0 && html` ${badge(`+${addedScope.join(' +')}`, 'bad')}`
    }`,
    untilOf(expiresAt, nowMs),
  ]),
  empty: emptyState({
    what: 'It holds no live token.',
    why: 'Tokens whose end nobody said are not counted.',
  }),
})}</section>`;
}

function chainsPanel({ chains, chainCount, id }: PrincipalDetail, nowMs: number): Html {
  return html`<section class="panel" aria-labelledby="chains"><h2 id="chains">Chains</h2>
${table({
  caption: `The ${chains.length === chainCount ? '' : 'newest '}${countOf(chains.length, 'chain')} it appears in`,
  columns: ['Chain', 'As', 'Verdict', 'Last event', { name: 'Actions', numeric: true }],
  rows: chains.map(({ chain, roles }) => [
    html`<a href="${chainHref(chain.id)}">${chain.id}</a>`,
    roles.length === 0 ? html`<span class="muted">whoever called</span>` : roles.join(', '),
    chain.verdict,
    timeOf(chain.lastEventAt, nowMs),
    numberOf(chain.actionCount),
  ]),
  empty: emptyState({ what: 'It appears in no chain.' }),
})}
${
  chains.length < chainCount &&
  html`<p><a href="${pathOf('/hunt', { of: 'chains', range: 'any', principal: id })}">All ${countOf(chainCount, 'chain')}</a></p>`
}</section>`;
}
