import { hopWord } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { badge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { levelText } from '../parts/level.ts';
import { chainHref, tokenHref } from '../parts/links.ts';
import { personLink } from '../parts/person.ts';
import { table } from '../parts/table.ts';
import { timeOf, untilOf } from '../parts/time.ts';
import type { TokenDetail } from './token.ts';

type Origin = TokenDetail['provenance'][number];

/** Up to whoever set it in motion: each step with how far the link to it is trusted. */
export function provenancePanel(detail: TokenDetail, nowMs: number): Html {
  const { provenance, chain } = detail;
  const top = provenance.at(-1)?.hop;
  const human = provenance
    .flatMap(({ hop }) => [hop.to, hop.from])
    .findLast((person) => person?.kind === 'human');
  const starter = human ?? chain.initiator;
  return html`<section class="panel" aria-labelledby="origin"><h2 id="origin">Where it comes from</h2>
<p>${
    starter === undefined
      ? html`<strong class="warn">No person is known to stand behind it.</strong>`
      : html`Set in motion by ${personLink(starter)}.`
  }
${verdictWords(chain.verdict)}${top?.ancestorKey !== undefined && ' Above it stands a standing credential that is not known itself.'}</p>
${
  provenance.length === 0
    ? emptyState({
        what: 'Its issuance was not reported.',
        why: 'Only uses of it are known, so nobody can say from what it was made.',
        next: html`<a href="${chainHref(chain.id)}">Its chain</a>`,
      })
    : html`<ol class="path">${provenance.map((origin, index) => stepOf(origin, index, nowMs))}</ol>`
}</section>`;
}

function stepOf({ hop, level }: Origin, index: number, nowMs: number): Html {
  const what = hopWord(hop);
  return html`<li>${index > 0 && html`${hop.kind === 'token' ? 'made from' : 'given under'} ${levelText(level)}<br>`}
${personLink(hop.to ?? hop.from)} ${hop.token === undefined || index === 0 ? what : html`<a href="${tokenHref(hop.token.ref)}">${what}</a>`}
${hop.token !== undefined && html`<span class="muted">until</span> ${untilOf(hop.expiresAt, nowMs)}`}
${hop.alternatives.length > 0 && html` ${badge(`${hop.alternatives.length} other parents named`, 'warn')}`}</li>`;
}

function verdictWords(verdict: TokenDetail['chain']['verdict']): string {
  switch (verdict) {
    case 'gap':
      return 'The topmost credential has a parent that nobody reported: the story has a gap.';
    case 'late':
      return 'Its beginning was reported late.';
    case 'unissued':
      return 'Nobody is known to have issued the topmost credential.';
    default:
      return 'The topmost credential is a root of its own.';
  }
}

/** Who vouched for what the chain does, with what, and for how long. */
export function approvalsPanel({ approvals }: TokenDetail, nowMs: number): Html {
  return html`<section class="panel" aria-labelledby="approvals"><h2 id="approvals">Approvals</h2>
${table({
  caption: 'Under transactions of its chain',
  columns: ['When', 'What was said', 'By', 'Asked by', 'Good until', { name: 'Uses', numeric: true }],
  rows: approvals.map((approval) => [
    timeOf(approval.at, nowMs),
    html`${approval.verb} <span class="muted">${approval.id}</span>`,
    approval.approver === undefined ? '' : personLink(approval.approver),
    approval.requester === undefined ? '' : personLink(approval.requester),
    approval.until === undefined ? html`<span class="muted">not said</span>` : untilOf(approval.until, nowMs),
    approval.maxUses === undefined
      ? html`<span class="muted">not said</span>`
      : approval.maxUses.toLocaleString('en'),
  ]),
  empty: emptyState({
    what: 'No approval was reported.',
    why: 'Where policy wants one, an alert says that it is missing.',
  }),
})}</section>`;
}
