import { type Content, type Html, html } from '../html.ts';
import { timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import type { Overview, Read } from './overview-read.ts';

/** Later than this, what is on the page is of the past. */
const LAG_SECONDS_MAX = 120;

type Counted = Overview['incidents'][number];

const grave = ['critical', 'high', 'medium', 'low', 'info'] as const;

function countIn(incidents: readonly Counted[], fits: (one: Counted) => boolean): number {
  return incidents.filter(fits).reduce((sum, { count }) => sum + count, 0);
}

/** What has to be known first, in one sentence: the gravest that nobody has in hand. */
export function headline({ overview: { incidents } }: Pick<Read, 'overview'>): string {
  const unhandled = incidents.filter(({ handling }) => handling === 'open');
  const critical = countIn(unhandled, ({ severity }) => severity === 'critical');
  if (critical > 0) return `${countOf(critical, 'critical incident')} that nobody has in hand`;
  const open = countIn(unhandled, () => true);
  const gravest = grave.find((severity) => unhandled.some((one) => one.severity === severity));
  if (open > 0) return `${countOf(open, 'incident')} that nobody has in hand, the gravest ${gravest}`;
  const inHand = countIn(incidents, ({ handling }) => handling === 'acknowledged');
  if (inHand === 0) return 'Nothing is open';
  return `${countOf(inHand, 'open incident')}, ${inHand === 1 ? 'and it is' : 'all of them'} in hand`;
}

/** Whether what the page says can be relied on. */
export function healthLine({ health, coverage }: Pick<Read, 'health' | 'coverage'>, nowMs: number): Html {
  const ill =
    health.checks.find(({ state }) => state === 'failing') ??
    health.checks.find(({ state }) => state !== 'ok');
  if (ill !== undefined) {
    const tone = ill.state === 'failing' ? 'bad' : 'warn';
    return html`<p class="notice ${tone}"><strong>${ill.name} is ${ill.state}:</strong>
${ill.reason}, since ${timeOf(ill.since, nowMs)}. <a href="/health">Health</a></p>`;
  }
  const { lagSeconds, holder } = health.time;
  if (lagSeconds !== undefined && lagSeconds > LAG_SECONDS_MAX) {
    return html`<p class="notice warn"><strong>Detection stands ${secondsOf(lagSeconds)} behind the clock:</strong>
absence is judged late until then${holder?.source !== undefined && html`; it waits for <code>${holder.source}</code>`}.
<a href="/health">Health</a></p>`;
  }
  const blind = coverage.detectors.filter(({ state }) => state === 'blind').length;
  return html`<p class="muted">All parts work${
    blind > 0 &&
    html`; <a href="/detectors">${countOf(blind, 'detector is', 'detectors are')} blind</a> for want of events or policy`
  }.</p>`;
}

interface Tile {
  readonly href: string;
  readonly name: string;
  readonly figure: Content;
  readonly below: Content;
  readonly tone?: 'bad' | 'warn' | 'good' | undefined;
}

/** The numbers that lead somewhere, what wants a person first. */
export function tiles(read: Read, nowMs: number): Html {
  const all: readonly Tile[] = [...ofPeople(read), ...ofMachines(read, nowMs)];
  return html`<ul class="tiles">${all.map(
    ({ href, name, figure, below, tone }) =>
      html`<li class="tile"><a href="${href}">${name}<span class="figure ${tone ?? ''}">${figure}</span>
<span class="muted">${below}</span></a></li>
`,
  )}</ul>`;
}

function ofPeople({ overview, waiting, failed }: Read): readonly Tile[] {
  const { incidents } = overview;
  const unhandled = incidents.filter(({ handling }) => handling === 'open');
  const open = countIn(unhandled, () => true);
  const bySeverity = grave
    .map((severity) => ({ severity, count: countIn(unhandled, (one) => one.severity === severity) }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count.toLocaleString('en')} ${severity}`);
  const acknowledged = countIn(incidents, ({ handling }) => handling === 'acknowledged');
  const proposed = waiting.items.length;
  const broken = failed.items.length;
  return [
    {
      href: '/incidents?handling=open&order=severity',
      name: 'Nobody on it',
      figure: open.toLocaleString('en'),
      below: bySeverity.join(' · ') || 'no open incident',
      tone: open > 0 ? 'bad' : 'good',
    },
    {
      href: '/incidents?handling=acknowledged',
      name: 'In hand',
      figure: acknowledged.toLocaleString('en'),
      below: 'acknowledged, not closed',
    },
    {
      href: '/responses',
      name: 'Waits for a person',
      figure: orMore(proposed, waiting.next),
      below: proposed > 0 ? 'to approve or deny' : 'no proposed response',
      tone: proposed > 0 ? 'warn' : undefined,
    },
    {
      href: '/responses?state=failed',
      name: 'Failed or unproven',
      figure: orMore(broken, failed.next),
      below: broken > 0 ? 'authority may still work' : 'no response in doubt',
      tone: broken > 0 ? 'bad' : undefined,
    },
  ];
}

function ofMachines({ overview, health, coverage }: Read, nowMs: number): readonly Tile[] {
  const { openChains, eventsPerSecond, lastEventAt } = overview;
  const { lagSeconds } = health.time;
  const count = (wanted: string) => coverage.detectors.filter(({ state }) => state === wanted).length;
  return [
    {
      href: '/hunt',
      name: 'Live chains',
      figure: openChains.toLocaleString('en'),
      below: 'more may come of them',
    },
    {
      href: '/health',
      name: 'Events a second',
      figure: eventsPerSecond.toLocaleString('en', { maximumFractionDigits: eventsPerSecond < 10 ? 1 : 0 }),
      below: lastEventAt === undefined ? 'none for a day' : html`last ${ago(lastEventAt, nowMs)}`,
      tone: lastEventAt === undefined ? 'warn' : undefined,
    },
    {
      href: '/health',
      name: 'Behind the clock',
      figure: lagSeconds === undefined ? '–' : secondsOf(lagSeconds),
      below: 'until all has surely arrived',
      tone: lagSeconds !== undefined && lagSeconds > LAG_SECONDS_MAX ? 'warn' : undefined,
    },
    {
      href: '/detectors',
      name: 'Blind detectors',
      figure: count('blind').toLocaleString('en'),
      below: `${count('partial')} see a part · ${count('armed')} see all`,
      tone: count('blind') > 0 ? 'warn' : undefined,
    },
  ];
}

function orMore(count: number, next: string | undefined): string {
  return `${count}${next === undefined ? '' : '+'}`;
}

function secondsOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function ago(iso: string, nowMs: number): string {
  return `${secondsOf(Math.max(0, nowMs - Date.parse(iso)) / 1_000)} ago`;
}
