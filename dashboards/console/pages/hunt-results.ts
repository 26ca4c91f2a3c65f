import type * as z from 'zod';
import type { ActionShape, ChainShape } from '../../../src/serve/present/chain.ts';
import { pathOf } from '../api.ts';
import { nameOf } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { badge, outcomeBadge } from '../parts/badge.ts';
import { noMatch } from '../parts/empty.ts';
import { chainHref, hrefWith, tokenHref } from '../parts/links.ts';
import { personLink } from '../parts/person.ts';
import { table } from '../parts/table.ts';
import { stampOf } from '../parts/time.ts';
import { numberOf } from '../parts/touched.ts';
import { countOf } from '../parts/words.ts';

export type Chain = z.infer<typeof ChainShape>;
export type Action = z.infer<typeof ActionShape>;

const NAMES_SHOWN = 3;

export function chainResults(chains: readonly Chain[], url: URL): Html {
  return table({
    caption: `${countOf(chains.length, 'chain')} on this page, newest activity first`,
    columns: [
      'Last event',
      'Chain',
      'Started by',
      'Verdict',
      'Missing',
      'Systems',
      { name: 'Hops', numeric: true },
      { name: 'Actions', numeric: true },
    ],
    rows: chains.map((chain) => [
      stampOf(chain.lastEventAt),
      html`<a href="${chainHref(chain.id)}">${chain.txns[0] ?? chain.id}</a>`,
      personLink(chain.initiator),
      chain.verdict === 'root' ? 'root' : badge(chain.verdict, 'warn'),
      missingOf(chain.completeness),
      systemsOf(chain.targets, url),
      numberOf(chain.hopCount),
      numberOf(chain.actionCount),
    ]),
    empty: noMatch('chains', '/hunt?of=chains&range=any'),
  });
}

function missingOf(completeness: Chain['completeness']): Html {
  const missing = Object.entries(completeness).flatMap(([link, has]) => (has ? [] : [link]));
  return missing.length === 0
    ? html`<span class="muted">nothing</span>`
    : html`<span class="warn">${missing.join(', ')}</span>`;
}

function systemsOf(targets: readonly string[], url: URL): Html {
  const systems = [...new Set(targets.map((target) => target.split('/')[0] ?? target))];
  const shown = systems.slice(0, NAMES_SHOWN).map((system, index) => {
    const href = hrefWith(url, { system, cursor: undefined });
    return html`${index > 0 && ', '}<a href="${href}">${system}</a>`;
  });
  const left = systems.length - NAMES_SHOWN;
  return html`${shown}${left > 0 && html` <span class="muted">+ ${numberOf(left)}</span>`}`;
}

export function actionResults(actions: readonly Action[], url: URL): Html {
  const narrow = (name: string, value: string | undefined) =>
    value !== undefined &&
    html`<a href="${hrefWith(url, { [name]: value, cursor: undefined })}">${value}</a>`;
  return table({
    caption: `${countOf(actions.length, 'action')} on this page, newest first`,
    columns: ['When', 'Who', 'Did', 'On', 'Effect', 'Outcome', 'With', 'Transaction'],
    rows: actions.map((action) => [
      stampOf(action.at),
      personLink(action.actor),
      html`${action.tool === undefined ? action.action : narrow('tool', action.tool)} <span class="muted">${action.kind}</span>`,
      html`${narrow('system', action.system)}${action.resource !== undefined && html`/${action.resource}`}`,
      action.effect,
      outcomeBadge(action.outcome),
      action.token === undefined
        ? html`<span class="muted">no token</span>`
        : html`<a href="${tokenHref(action.token.ref)}">${action.token.jti ?? 'token by hash'}</a>`,
      action.txn !== undefined &&
        html`<a href="${pathOf('/hunt', { of: 'chains', range: 'any', txn: action.txn })}">${action.txn}</a>`,
    ]),
    empty: noMatch('actions', '/hunt?of=actions&range=any'),
  });
}

/** Columns of an export, and a row of it. */
export const chainColumns = [
  ...[
    'id',
    'lastEventAt',
    'startedAt',
    'state',
    'verdict',
    'initiator',
    'missing',
    'txns',
    'targets',
    'tools',
  ],
  ...['hops', 'actions'],
] as const;

export function chainRow(chain: Chain): readonly string[] {
  const missing = Object.entries(chain.completeness).flatMap(([link, has]) => (has ? [] : [link]));
  return [
    ...[chain.id, chain.lastEventAt, chain.startedAt, chain.state, chain.verdict, chain.initiator?.id ?? ''],
    ...[missing, chain.txns, chain.targets, chain.tools].map((list) => list.join(' ')),
    ...[chain.hopCount, chain.actionCount].map(String),
  ];
}

export const actionColumns = [
  ...['at', 'actor', 'actorName', 'kind', 'action', 'tool', 'system', 'resource', 'effect', 'outcome'],
  ...['token', 'txn', 'id'],
] as const;

export function actionRow(action: Action): readonly string[] {
  const { at, actor, kind, tool, system, resource, effect, outcome, token, txn, id } = action;
  return [
    ...[at, actor?.id, actor === undefined ? undefined : nameOf(actor), kind, action.action, tool],
    ...[system, resource, effect, outcome, token?.jti ?? token?.hash, txn, id],
  ].map((cell) => cell ?? '');
}
