import { type Html, html } from '../html.ts';
import { badge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { levelText } from '../parts/level.ts';
import { chainHref, tokenHref } from '../parts/links.ts';
import { personLink } from '../parts/person.ts';
import { table } from '../parts/table.ts';
import { untilOf } from '../parts/time.ts';
import { touchedTable } from '../parts/touched.ts';
import { countOf } from '../parts/words.ts';
import type { BlastRadius } from './token.ts';

type Token = BlastRadius['tokens'][number];

/** Deeper branches are folded: the first two hand-overs are what one has to see. */
const OPEN_DEPTH = 2;
const CHAINS_SHOWN = 20;

/** What falls when it falls, what that did, and what of it still lives. */
export function belowPanel(below: BlastRadius, nowMs: number): Html {
  return html`<section class="panel" aria-labelledby="below"><h2 id="below">What it reaches</h2>
<p>${aliveSentence(below, nowMs)}</p>
${below.isCut && html`<p class="notice warn">A bound was hit: more hangs on it than is shown here.</p>`}
${
  below.tokens.length === 0
    ? emptyState({ what: 'Nothing was made from it.', why: 'No token is known that hangs on it.' })
    : treeOf(below, nowMs)
}
<h3>Systems touched</h3>
${touchedTable(below.systems, {
  caption: 'By it and by what hangs on it, most writes first',
  empty: emptyState({ what: 'Nothing is known to have been touched.' }),
})}
<h3>Who holds them</h3>
${table({
  caption: 'Holders of it and of what hangs on it',
  columns: ['Holder', { name: 'Tokens', numeric: true }, { name: 'Alive', numeric: true }],
  rows: below.holders.map(({ holder, tokens, alive }) => [personLink(holder), tokens, alive]),
  empty: emptyState({ what: 'Nobody is known to hold any of them.' }),
})}
<p class="muted">${countOf(below.chains.length, 'chain')}:
${below.chains.slice(0, CHAINS_SHOWN).map((id) => html`<a href="${chainHref(id)}">${id}</a> `)}
${below.chains.length > CHAINS_SHOWN && 'and more'}</p>
</section>`;
}

function aliveSentence({ alive, tokenCount }: BlastRadius, nowMs: number): Html {
  const all = countOf(tokenCount, 'token');
  const blind = alive.unknown > 0 && ` Of ${countOf(alive.unknown, 'token')} nobody said when they end.`;
  if (alive.tokens === 0) return html`${all} below it; none of all these is known to be alive.${blind}`;
  return html`${all} below it. <strong>${countOf(alive.tokens, 'token')} alive</strong>, ${alive.tokens > 1 && 'the last of them '}until ${untilOf(alive.until, nowMs)}.${blind}`;
}

function treeOf(below: BlastRadius, nowMs: number): Html {
  const children = new Map<string, Token[]>();
  for (const token of below.tokens) {
    const siblings = children.get(token.parent);
    if (siblings === undefined) children.set(token.parent, [token]);
    else siblings.push(token);
  }
  const left = below.tokenCount - below.tokens.length;
  return html`${branchOf(children, below.token.ref, nowMs)}
${left > 0 && html`<p class="muted">And ${countOf(left, 'further token')}, furthest from it.</p>`}`;
}

function branchOf(children: ReadonlyMap<string, readonly Token[]>, ref: string, nowMs: number): Html {
  const items = (children.get(ref) ?? []).map((token) => {
    const inner = children.get(token.token.ref) ?? [];
    if (inner.length === 0) return html`<li>${lineOf(token, nowMs)}</li>`;
    const open = token.depth < OPEN_DEPTH && html` open`;
    return html`<li><details${open}><summary>${lineOf(token, nowMs)} <span class="muted">+ ${inner.length.toLocaleString('en')} below</span></summary>
${branchOf(children, token.token.ref, nowMs)}</details></li>`;
  });
  return html`<ul class="tree">${items}</ul>`;
}

function lineOf({ token, label, holder, life, expiresAt, level, by, chainId }: Token, nowMs: number): Html {
  const tone = life === 'alive' ? 'bad' : life === 'revoked' ? 'good' : life === 'unknown' ? 'warn' : 'plain';
  return html`<a href="${tokenHref(token.ref)}">${label}</a> held by ${personLink(holder)} ${badge(life, tone)}
${life === 'alive' && html`until ${untilOf(expiresAt, nowMs)}`} ${by === 'family' ? html`<span class="muted">refresh family</span>` : levelText(level)}
<a class="muted" href="${chainHref(chainId)}">chain</a>`;
}
