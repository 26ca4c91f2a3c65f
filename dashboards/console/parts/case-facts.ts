import { listOf, WEAK_LEVEL } from '../chart/words.ts';
import { type Content, type Html, html } from '../html.ts';
import { outcomeBadge } from './badge.ts';
import type { ShownAlert, ShownIncident } from './case.ts';
import { chainHref, detectorHref, tokenHref } from './links.ts';
import { timeOf, untilOf } from './time.ts';

const linkWords = [
  '',
  '1: the issuer itself said so',
  '2: the platform said so',
  '3: shown by cryptography',
  '4: asserted by whoever called',
  '5: only correlated',
  '6: a guess',
];

/** How far the link is trusted that all of this rests on. */
export function linkWord(level: number): string {
  return linkWords[level] ?? String(level);
}

/** The facts that decide what is done next: who, what with, until when, and how sure it is. */
export function caseFacts(one: ShownAlert | ShownIncident, nowMs: number): Html {
  const { initiator, approver, owner, actor, target, environment, outcome, writesSince, chainId } = one;
  const rows: readonly (readonly [string, Content])[] = [
    ['Initiator', initiator],
    ['Approver', approver],
    ['Actor', actor],
    ['Owner', owner],
    ['Target', target],
    ['Environment', environment],
    ['Outcome', outcome === undefined ? undefined : outcomeBadge(outcome)],
    ['Writes since', writesOf(writesSince, chainId)],
    ['Live until', untilOf(one.liveUntil, nowMs)],
    [
      'Credential',
      one.revoke &&
        html`<a href="${tokenHref(one.revoke.ref)}">${one.revoke.jti ?? one.revoke.hash ?? 'the token'}</a>`,
    ],
    ['Weakest link', linkOf(one.weakestLink)],
    ['First seen', timeOf(one.firstAt, nowMs)],
    ['Last seen', timeOf(one.lastAt, nowMs)],
  ];
  const missing = rows.filter(([, value]) => value === undefined).map(([name]) => name.toLowerCase());
  return html`<dl class="facts">${rows.map(
    ([name, value]) => value !== undefined && html`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl>
${missing.length > 0 && html`<p class="muted">Nobody reported: ${listOf(missing)}.</p>`}`;
}

function writesOf(count: number, chainId: string | undefined): Html {
  const shown = count.toLocaleString('en');
  if (chainId === undefined || count === 0) return html`${shown}`;
  return html`<strong>${shown}</strong> · <a href="${chainHref(chainId)}#unwind">list what to unwind</a>`;
}

function linkOf(level: number | undefined): Html | undefined {
  if (level === undefined) return undefined;
  return html`${linkWord(level)}${
    level >= WEAK_LEVEL &&
    html` <span class="warn">Nothing is revoked on its strength without a person.</span>`
  }`;
}

/** Whether more can change it, and what is best done next. */
export function nextStepPanel(one: ShownAlert | ShownIncident): Html {
  const settled = 'settled' in one ? one.settled : undefined;
  return html`<p><strong>${one.nextStep}</strong></p>
${
  settled !== undefined &&
  html`<p class="muted">${
    settled
      ? 'It is settled: no late event is waited for any more.'
      : 'It is provisional: an event that is still on its way may clear it. Until then it pages nobody.'
  }</p>`
}
<p>Runbook: <a href="${detectorHref(one.detector)}">${one.runbook}</a></p>`;
}
