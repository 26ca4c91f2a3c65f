import type { ChainDetail, Hop } from '../chart/detail.ts';
import { hopOf, type Lineage, standingAlerts } from '../chart/lineage.ts';
import { count, holderOf, levelWord, listOf, nameOf, WEAK_LEVEL } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { badge, severityBadge } from '../parts/badge.ts';
import { alertHref, chainHref } from '../parts/links.ts';
import { stampOf, timeOf, untilOf } from '../parts/time.ts';
import { principalName } from './chain-links.ts';

const verdicts = {
  root: 'Its beginning is known.',
  gap: 'Its topmost credential was never reported by the issuer: what stands above it is unknown.',
  late: 'Its topmost credential was reported late: until then it looked as if it came from nowhere.',
  unissued: 'Its issuer reports everything it issues, and never issued the topmost credential.',
} as const;

const links = {
  request: {
    name: 'Request',
    there: 'What set it in motion was reported.',
    missing: 'Nobody reported what set it in motion. Who wanted it, and what for, cannot be shown.',
  },
  authority: {
    name: 'Authority',
    there: 'Every token in it was reported by its issuer.',
    missing: 'A token was used that its issuer did not report. Its scope and its end may be unknown.',
  },
  context: {
    name: 'Context',
    there: 'Agents or tools show where it ran.',
    missing: 'No agent or tool reported. Which of them used the authority cannot be shown.',
  },
  impact: {
    name: 'Impact',
    there: 'A target system reported what was done.',
    missing: 'No target system reported. What was done is known from those who asked for it alone.',
  },
} as const;

/** Who delegated what to whom, where it broke and what that led to: what has to be read first. */
export function chainHead(detail: ChainDetail, lineage: Lineage, asked: string, nowMs: number): Html {
  const { chain } = detail;
  return html`<h1>Chain ${chain.id}</h1>
${
  asked === chain.id
    ? undefined
    : html`<p class="notice">Chain <code>${asked}</code> turned out to be a part of this one. It is shown here under the id that carries on, <a href="${chainHref(chain.id)}">${chain.id}</a>; the old one goes on leading here.</p>`
}${
  chain.incomplete === undefined
    ? undefined
    : html`<p class="notice warn">This chain is not whole: it grew beyond a bound, so that only counts, the first and last uses and the newest actions are kept. What is missing below was not necessarily absent.</p>`
}
<section class="panel" aria-labelledby="story">
<h2 id="story">What happened</h2>
<p class="lead">${delegation(detail, lineage)} ${broke(detail, lineage)}</p>
${consequences(detail, nowMs)}
<dl class="facts">
<dt>Set in motion by</dt><dd>${principalName(chain.initiator)}${chain.initiator?.owner === undefined ? undefined : html` <span class="muted">owner ${chain.initiator.owner}</span>`}</dd>
<dt>Began</dt><dd>${timeOf(chain.startedAt, nowMs)}</dd>
<dt>Last event</dt><dd>${timeOf(chain.lastEventAt, nowMs)} ${badge(chain.state === 'open' ? 'open' : chain.state, chain.state === 'open' ? 'accent' : 'plain')}</dd>
<dt>Size</dt><dd>${count(chain.hopCount, 'hop')}, ${count(chain.actionCount, 'action')}, ${count(chain.eventCount, 'event')}, depth ${chain.depth}</dd>
${chain.txns.length === 0 ? undefined : html`<dt>Transactions</dt><dd>${chain.txns.slice(0, 10).map((txn) => html`<code>${txn}</code> `)}${chain.txns.length > 10 ? `and ${chain.txns.length - 10} more` : undefined}</dd>`}
<dt>Beginning</dt><dd>${verdicts[chain.verdict]} ${chain.verdict === 'root' ? undefined : badge(chain.verdict, 'warn')}</dd>
</dl>
</section>
${completeness(detail)}`;
}

function completeness({ chain }: ChainDetail): Html {
  const missing = Object.values(chain.completeness).filter((there) => !there).length;
  return html`<section class="panel" aria-labelledby="completeness">
<h2 id="completeness">${missing === 0 ? 'Every link was reported' : `${count(missing, 'link')} not reported`}</h2>
<ul class="completeness">${(Object.keys(links) as (keyof typeof links)[]).map((link) => {
    const there = chain.completeness[link];
    const { name, there: said, missing: unsaid } = links[link];
    return html`<li${there ? undefined : html` class="missing"`}><strong>${name}: ${there ? 'reported' : 'missing'}</strong><br>${there ? said : unsaid}</li>`;
  })}</ul>
</section>`;
}

/** The hands that authority went through, to where it broke or, where nothing did, to the deepest one. */
function delegation({ chain, alerts }: ChainDetail, lineage: Lineage): Html {
  const offending = standingAlerts(alerts).flatMap((alert) => hopOf(alert, lineage) ?? [])[0];
  const end = offending ?? deepest(lineage);
  const path = end === undefined ? [] : lineage.pathUp(end.key).toReversed();
  const names = [
    ...(chain.initiator === undefined ? [] : [nameOf(chain.initiator)]),
    ...path.filter(({ to }) => to !== undefined).map(holderOf),
  ].filter((name, index, all) => name !== all[index - 1]);
  const [first, second, ...others] = names;
  if (first === undefined) return html`Nobody is named in it.`;
  if (second === undefined) return html`<strong>${first}</strong> acted alone.`;
  const last = others.at(-1);
  const between = [second, ...others.slice(0, -1)];
  const through = between.length > 4 ? [...between.slice(0, 2), `${between.length - 2} more`] : between;
  if (last === undefined) return html`<strong>${first}</strong> delegated to <strong>${second}</strong>.`;
  return html`<strong>${first}</strong> delegated to <strong>${last}</strong> through ${listOf(through)}.`;
}

function deepest({ order }: Lineage): Hop | undefined {
  return order.reduce<Hop | undefined>(
    (far, hop) => (far === undefined || hop.depth > far.depth ? hop : far),
    undefined,
  );
}

function broke({ alerts }: ChainDetail, lineage: Lineage): Html {
  const standing = standingAlerts(alerts);
  const [worst, ...others] = standing;
  if (worst === undefined) {
    const gone = alerts.length - standing.length;
    if (gone === 0) return html`No alert stands about it.`;
    return html`No alert stands about it; ${count(gone, 'alert')} ${gone === 1 ? 'was' : 'were'} withdrawn or merged.`;
  }
  const hop = hopOf(worst, lineage);
  const level = worst.weakestLink;
  const weak =
    level === undefined || level < WEAK_LEVEL
      ? undefined
      : ` This rests on a link of level ${level} (${levelWord(level)}), which is somebody's word: look before you end anything.`;
  return html`It broke ${hop === undefined ? 'somewhere in the chain' : html`at <strong>${holderOf(hop)}</strong>`}: <a href="${alertHref(worst.id)}">${worst.title}</a> ${severityBadge(worst.severity)}${
    others.length === 0 ? undefined : ` and ${count(others.length, 'more alert')}`
  }.${weak}`;
}

function consequences({ alerts }: ChainDetail, nowMs: number): Html | undefined {
  const [worst] = standingAlerts(alerts);
  if (worst === undefined) return undefined;
  const live = worst.liveUntil;
  return html`<p>Since then: <strong>${count(worst.writesSince, 'write')}</strong> seen on that credential. Its authority ${
    typeof live === 'string' && Date.parse(live) <= nowMs
      ? html`ended by itself at ${stampOf(live)}`
      : html`is live until: ${untilOf(live, nowMs)}`
  }. Next: ${worst.nextStep.replace(/\.+$/, '')}.</p>`;
}
