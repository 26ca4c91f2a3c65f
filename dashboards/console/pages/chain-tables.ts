import type { Action, ChainDetail, Hop } from '../chart/detail.ts';
import { type Lineage, standingAlerts } from '../chart/lineage.ts';
import { count, holderOf, hopWord, levelWord, targetOf } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { dryRunBadge, outcomeBadge, severityBadge, stateBadge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { alertHref, chainHref, hrefWith, responseHref, tokenHref } from '../parts/links.ts';
import { table } from '../parts/table.ts';
import { stampOf, untilOf } from '../parts/time.ts';
import { HOPS_PER_PAGE, type HopRows, hopName, principalName } from './chain-links.ts';

export function hopsPanel(lineage: Lineage, rows: HopRows, url: URL, nowMs: number): Html {
  const pages = Math.max(1, Math.ceil(lineage.order.length / HOPS_PER_PAGE));
  const asked = Number(url.searchParams.get('hops') ?? 1);
  const page = Number.isInteger(asked) && asked >= 1 && asked <= pages ? asked : 1;
  const first = (page - 1) * HOPS_PER_PAGE;
  const shown = lineage.order.slice(first, first + HOPS_PER_PAGE);
  const pageHref = (to: number) => `${hrefWith(url, { hops: to === 1 ? undefined : to })}#hops`;
  return html`<section class="panel" aria-labelledby="hops">
<h2 id="hops">Hops</h2>
${table({
  caption:
    pages === 1
      ? `${count(lineage.order.length, 'hop')}, parents first`
      : `Hops ${first + 1} to ${first + shown.length} of ${lineage.order.length.toLocaleString('en')}, parents first`,
  columns: [
    'Holder',
    'Parent',
    'Scope',
    'Audience',
    'Issued',
    'Ends',
    'Revoked',
    { name: 'Uses', numeric: true },
  ],
  rows: shown.map((hop) => ({
    cells: hopCells(hop, lineage, rows, nowMs),
    attributes: html` id="hop-${rows.row(hop)}"`,
  })),
  empty: emptyState({
    what: 'No hop is known.',
    why: 'The chain has events, and none of them hands on authority.',
  }),
})}
${
  pages === 1
    ? undefined
    : html`<nav class="row" aria-label="Pages of hops">${page > 1 ? html`<a class="button" rel="prev" href="${pageHref(page - 1)}">Hops before</a>` : undefined}
${page < pages ? html`<a class="button" rel="next" href="${pageHref(page + 1)}">Further hops</a>` : undefined}</nav>`
}
</section>`;
}

function hopCells(
  hop: Hop,
  lineage: Lineage,
  rows: HopRows,
  nowMs: number,
): readonly (Html | string | number)[] {
  const { token, level, scope, addedScope, audience, alternatives } = hop;
  const what = hopWord(hop);
  return [
    html`${hop.to === undefined ? holderOf(hop) : principalName(hop.to)}<br><span class="muted">${
      token === undefined ? what : html`<a href="${tokenHref(token.ref)}">${what}</a>`
    }${hop.grant === undefined ? undefined : `, ${hop.grant.split(':').at(-1)}`}${
      hop.late ? ', reported late' : undefined
    }</span>`,
    html`${hopName(lineage.parentOf(hop), rows)}${
      level === undefined
        ? undefined
        : html`<br><span class="muted">level ${level}, ${levelWord(level)}</span>`
    }${alternatives.length === 0 ? undefined : html`<br><span class="warn">${count(alternatives.length, 'other parent')} named</span>`}`,
    token === undefined ? '' : scopeCell(scope, addedScope),
    audience.join(', '),
    hop.issuedAt === undefined ? '' : stampOf(hop.issuedAt),
    token === undefined ? html`<span class="muted">no credential</span>` : untilOf(hop.expiresAt, nowMs),
    hop.revokedAt === undefined ? '' : stampOf(hop.revokedAt),
    html`${hop.useCount.toLocaleString('en')}${
      hop.lastUsedAt === undefined
        ? undefined
        : html`<br><span class="muted">last ${stampOf(hop.lastUsedAt)}</span>`
    }`,
  ];
}

function scopeCell(scope: readonly string[] | undefined, added: readonly string[]): Html {
  if (scope === undefined) return html`<span class="muted">nobody has said, which is not “unlimited”</span>`;
  const kept = scope.filter((value) => !added.includes(value));
  return html`${kept.join(' ')}${added.map(
    (value) => html` <strong class="bad">+ ${value} <span class="muted">(added)</span></strong>`,
  )}${scope.length + added.length === 0 ? html`<span class="muted">empty</span>` : undefined}`;
}

export function actionsTable(
  actions: readonly Action[],
  lineage: Lineage | undefined,
  rows: HopRows,
  caption: string,
): Html {
  return table({
    caption,
    columns: ['When', 'Who', 'Did', 'On', 'Effect', 'Outcome', 'By the authority of'],
    rows: actions.map((action) => {
      const hop = lineage?.get(action.hopKey);
      return [
        stampOf(action.at),
        principalName(action.actor),
        html`${action.action} <span class="muted">${action.kind}${action.late === true ? ', reported late' : ''}</span>`,
        html`${targetOf(action)}${action.resource === undefined ? undefined : `/${action.resource}`}`,
        action.effect,
        outcomeBadge(action.outcome),
        html`${hop === undefined ? undefined : hopName(hop, rows)} ${
          action.token === undefined
            ? html`<span class="muted">no token</span>`
            : html`<a href="${tokenHref(action.token.ref)}">${action.token.jti ?? 'token by hash'}</a>`
        }`,
      ];
    }),
    empty: emptyState({
      what: 'No action was reported.',
      why: 'Authority was handed on, and nobody said that it was used.',
    }),
  });
}

export function actionsPanel(detail: ChainDetail, lineage: Lineage, rows: HopRows): Html {
  const { chain, actions } = detail;
  const { items, next } = actions;
  const caption =
    next === undefined
      ? `${count(items.length, 'action')}, newest first`
      : `The newest ${items.length} of ${chain.actionCount.toLocaleString('en')} actions`;
  return html`<section class="panel" aria-labelledby="actions">
<h2 id="actions">What was touched</h2>
${actionsTable(items, lineage, rows, caption)}
${next === undefined ? undefined : html`<p><a class="button" href="${chainHref(chain.id)}/actions">All actions of this chain</a></p>`}
</section>`;
}

export function alertsPanel({ alerts }: ChainDetail): Html {
  const standing = standingAlerts(alerts);
  const ordered = [...standing, ...alerts.filter((alert) => !standing.includes(alert))];
  return html`<section class="panel" aria-labelledby="alerts">
<h2 id="alerts">Alerts</h2>
${table({
  caption: `${count(alerts.length, 'alert')}, the worst first`,
  columns: ['Severity', 'What', 'Detector', 'State', 'First', 'Last'],
  rows: ordered.map((alert) => [
    html`${severityBadge(alert.severity)}${alert.kind === 'signal' ? html` <span class="muted">signal</span>` : undefined}`,
    html`<a href="${alertHref(alert.id)}">${alert.title}</a>`,
    alert.detector,
    html`${stateBadge(alert.state)}${alert.settled ? undefined : html` <span class="muted">provisional: late evidence may clear it</span>`}`,
    stampOf(alert.firstAt),
    stampOf(alert.lastAt),
  ]),
  empty: emptyState({
    what: 'No alert about this chain.',
    why: 'Nothing that the detectors look for was found in it.',
    next: html`<a href="/detectors">Which detectors see enough to tell</a>`,
  }),
})}
</section>`;
}

export function responsesPanel({ responses }: ChainDetail): Html {
  return html`<section class="panel" aria-labelledby="responses">
<h2 id="responses">What was done about it</h2>
${table({
  caption: count(responses.length, 'response'),
  columns: ['When', 'What', 'Of', 'State', 'Asked for by', 'Works until'],
  rows: responses.map((response) => [
    stampOf(response.at),
    html`<a href="${responseHref(response.id)}">${response.action}</a>`,
    response.target.label,
    html`${stateBadge(response.state)} ${dryRunBadge(response.mode === 'dry_run')}`,
    response.requestedBy,
    response.residualUntil === null
      ? 'never ends by itself'
      : response.residualUntil === undefined
        ? ''
        : stampOf(response.residualUntil),
  ]),
  empty: emptyState({
    what: 'Nothing was done about this chain yet.',
    why: 'No revocation was proposed, asked for or made.',
    next: 'Open an alert above: it shows what a revocation would end.',
  }),
})}
</section>`;
}

export function referencesPanel({ crossReferences }: ChainDetail): Html | undefined {
  if (crossReferences.length === 0) return undefined;
  return html`<section class="panel" aria-labelledby="references">
<h2 id="references">Correlated chains</h2>
<p class="muted">They bear the same trace or correlation id (level 5). That informs; nothing was joined by it.</p>
<ul>${crossReferences.map(({ chainId, by }) => html`<li><a href="${chainHref(chainId)}">${chainId}</a> <span class="muted">by ${by}</span></li>`)}</ul>
</section>`;
}
