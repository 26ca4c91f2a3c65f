import { type Html, html } from '../html.ts';
import { utcOf } from './time.ts';

export interface Bar {
  readonly at: string;
  /** Of which `marked` are drawn in another shade, from the ground up. */
  readonly count: number;
  readonly marked: number;
}

export interface Bars {
  readonly title: string;
  /** What the two shades are, in words. */
  readonly counted: string;
  readonly marked: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly bars: readonly Bar[];
}

const WIDTH = 960;
const HEIGHT = 120;

/** Counts over time as bars; the numbers stand in a table below, for whoever does not see the drawing. */
export function barChart({ title, counted, marked, fromMs, toMs, stepMs, bars }: Bars): Html {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const steps = Math.max(1, Math.ceil((toMs - fromMs) / stepMs));
  const width = WIDTH / steps;
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT));
  return html`<figure class="bars">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" preserveAspectRatio="none">
<line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}" class="ground"></line>
${bars.map((bar) => {
  const x = round(((Date.parse(bar.at) - fromMs) / stepMs) * width);
  const draw = (count: number, name: string) =>
    html`<rect class="${name}" x="${x}" y="${round(HEIGHT - heightOf(count))}" width="${round(Math.max(1, width - 1))}" height="${round(heightOf(count))}"></rect>`;
  return html`<g><title>${utcOf(bar.at)}: ${bar.count.toLocaleString('en')} ${counted}, ${bar.marked.toLocaleString('en')} ${marked}</title>${draw(bar.count, 'all')}${draw(bar.marked, 'marked')}</g>`;
})}
</svg>
<figcaption><span class="key all"></span> ${counted} <span class="key marked"></span> of these ${marked}; the highest bar is ${most.toLocaleString('en')}.
From ${utcOf(new Date(fromMs).toISOString())} to ${utcOf(new Date(toMs).toISOString())}.</figcaption>
</figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
