import { type Html, html } from '../html.ts';
import type { Hop } from './detail.ts';
import { fullTime, shortTime } from './instants.ts';
import { describeTimeline, type Lane, type Mark, type MarkKind, type Timeline } from './timeline.ts';
import { clip, count } from './words.ts';

const WIDTH = 1_120;
const LEFT = 232;
const RIGHT = 18;
const TOP = 30;
const LANE_HEIGHT = 40;
const BAR_HEIGHT = 10;
/** Marks of one kind that would stand upon one another are one mark with a number. */
const MARK_WIDTH = 11;

export interface TimelineDrawing {
  readonly timeline: Timeline;
  readonly chainId: string;
  /** Where a lane's name leads. */
  hopLink(hop: Hop): string;
}

/** Lives as bars, what was done as marks, alerts as flags, over one axis of UTC. */
export function drawTimeline({ timeline, chainId, hopLink }: TimelineDrawing): Html {
  const { fromMs, toMs, atMs, lanes, ticks } = timeline;
  const height = TOP + lanes.length * LANE_HEIGHT + 8;
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(1, toMs - fromMs);
  const x = (ms: number): number => LEFT + round(Math.min(Math.max(ms - fromMs, 0), toMs - fromMs) * scale);
  const isWithin = atMs >= fromMs && atMs <= toMs;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="graphics-document" aria-labelledby="time-title time-desc" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<title id="time-title">Timeline of ${chainId}</title>
<desc id="time-desc">${describeTimeline(timeline)}</desc>
<g aria-hidden="true">${ticks.map(
    (tick) =>
      html`<line class="grid-line" x1="${x(tick.atMs)}" x2="${x(tick.atMs)}" y1="${TOP - 8}" y2="${height}"/><text class="tick" x="${x(tick.atMs)}" y="14" text-anchor="middle">${tick.label}</text>`,
  )}<text class="tick" x="8" y="14">UTC</text></g>
${lanes.map((lane, index) => drawLane(lane, TOP + index * LANE_HEIGHT, x, { timeline, chainId, hopLink }))}
${isWithin ? html`<line class="now" x1="${x(atMs)}" x2="${x(atMs)}" y1="${TOP - 10}" y2="${height}"><title>${fullTime(atMs)}</title></line>` : undefined}
</svg>`;
}

type Scale = (ms: number) => number;

function drawLane(lane: Lane, top: number, x: Scale, { timeline, hopLink }: TimelineDrawing): Html {
  const { name, detail, hop } = lane;
  const heading = html`<text><tspan x="8" y="${top + 16}" font-weight="600">${clip(name, 30)} </tspan><tspan class="more" x="8" y="${top + 31}">${clip(detail, 38)}</tspan></text>`;
  const label = `${name}, ${detail}`;
  return html`<g><title>${label}</title><line class="lane" x1="0" x2="${WIDTH}" y1="${top + LANE_HEIGHT - 1}" y2="${top + LANE_HEIGHT - 1}"/>${
    hop === undefined
      ? heading
      : html`<a href="${hopLink(hop)}"><rect class="hit" x="2" y="${top + 1}" width="${LEFT - 10}" height="${LANE_HEIGHT - 4}"/>${heading}</a>`
  }${drawLife(lane, top, x, timeline)}${gather(lane.marks, x, timeline.atMs).map((mark) => drawMark(mark, top))}</g>
`;
}

function drawLife(
  { life, state, broken, usedMs }: Lane,
  top: number,
  x: Scale,
  timeline: Timeline,
): Html | undefined {
  if (life === undefined) return undefined;
  const y = top + 20;
  const [from, to] = [x(life.fromMs), x(life.toMs ?? timeline.toMs)];
  const goesOn = life.toMs === undefined || life.toMs > timeline.toMs;
  const words =
    life.toMs === undefined
      ? life.end === 'never'
        ? 'never expires'
        : 'end unknown'
      : `${life.end} ${shortTime(life.toMs, timeline.fromMs)}`;
  const tip = to;
  return html`<rect class="life is-${state}${broken ? ' is-broken' : ''}" x="${from}" y="${y}" width="${round(Math.max(2, to - from))}" height="${BAR_HEIGHT}" rx="2"><title>${fullTime(life.fromMs)}: begins; ${words}</title></rect>${
    goesOn
      ? html`<path class="end" d="M${tip - 6} ${y} l6 ${BAR_HEIGHT / 2} l-6 ${BAR_HEIGHT / 2}"/><text class="more" x="${tip - 10}" y="${y - 4}" text-anchor="end">${words}</text>`
      : life.end === 'revoked'
        ? html`<path class="end" d="M${tip - 4} ${y - 3} l8 ${BAR_HEIGHT + 6} m0 ${-BAR_HEIGHT - 6} l-8 ${BAR_HEIGHT + 6}"/>`
        : html`<path class="end" d="M${tip} ${y - 3} v${BAR_HEIGHT + 6}"/>`
  }${usedMs.map((ms) => html`<line class="use" x1="${x(ms)}" x2="${x(ms)}" y1="${y}" y2="${y + BAR_HEIGHT}"/>`)}`;
}

interface Gathered {
  readonly kind: MarkKind;
  readonly x: number;
  readonly isAhead: boolean;
  readonly first: Mark;
  number: number;
}

/** A lane is so wide, and has so many kinds of marks: whatever happened on it, no more are drawn. */
function gather(marks: readonly Mark[], x: Scale, atMs: number): readonly Gathered[] {
  const gathered = new Map<string, Gathered>();
  for (const mark of marks.toSorted((a, b) => a.atMs - b.atMs)) {
    const isAhead = mark.atMs > atMs;
    const at = x(mark.atMs);
    const key = `${mark.kind} ${isAhead} ${Math.floor(at / MARK_WIDTH)}`;
    const known = gathered.get(key);
    if (known === undefined) gathered.set(key, { kind: mark.kind, x: at, isAhead, first: mark, number: 1 });
    else known.number += 1;
  }
  return [...gathered.values()];
}

function drawMark({ kind, x, isAhead, first, number }: Gathered, top: number): Html {
  const others = number > 1 ? `; and ${count(number - 1, 'more', 'more')} beside it` : '';
  const label =
    number > 1 ? html`<text class="more" x="${x + 7}" y="${top + 13}">${number}</text>` : undefined;
  return html`<g${isAhead ? html` class="is-ahead"` : undefined}><title>${fullTime(first.atMs)}: ${first.text}${others}</title>${markShape(kind, x, top)}${label}</g>`;
}

/** Every kind has its own shape: round reads, square writes, crossed refusals, flags and diamonds. */
export function markShape(kind: MarkKind, x: number, top: number): Html {
  const y = top + 25;
  switch (kind) {
    case 'read':
      return html`<circle class="mark read" cx="${x}" cy="${y}" r="4"/>`;
    case 'write':
      return html`<rect class="mark write" x="${x - 4}" y="${y - 4}" width="8" height="8"/>`;
    case 'refused':
      return html`<path class="mark refused" d="M${x - 4} ${y - 4} l8 8 m0 -8 l-8 8"/>`;
    case 'response':
      return html`<path class="answer" d="M${x} ${y - 6} l6 6 l-6 6 l-6 -6 z"/>`;
    default:
      return html`<path class="flag ${kind}" d="M${x} ${top + 20} V${top + 3} h9 l-3 4 l3 4 h-9"/>`;
  }
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
