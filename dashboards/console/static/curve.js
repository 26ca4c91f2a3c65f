// Draws the table of a figure as a curve above it; the table stays what a screen reader reads.
import uPlot from './uplot/uPlot.esm.js';

const HEIGHT_PX = 220;
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6];
const drawn = new Map();

const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 16);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Colours are written as pairs; what the theme makes of them is known once something has them. */
function resolved(host, name) {
  host.style.color = `var(${name})`;
  const { color } = getComputedStyle(host);
  host.style.color = '';
  return color || colour(name);
}

/** @param {HTMLTableElement} table */
function read(table) {
  const rows = [...table.tBodies[0].rows];
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const number = (cell) => Number(cell.textContent.replaceAll(',', ''));
  const times = rows.map((row) => Date.parse(row.querySelector('time').dateTime) / 1000);
  return { names, data: [times, ...names.map((_, at) => rows.map((row) => number(row.cells[at + 1])))] };
}

/** @param {HTMLElement} figure */
function draw(figure) {
  const table = figure.querySelector('table');
  const { names, data } = read(table);
  const host = document.createElement('div');
  host.className = 'drawing';
  host.ariaHidden = 'true';
  figure.querySelector('figcaption').after(host);
  const [text, line, ...tones] = ['--text', '--line', '--accent', '--bad', '--warn', '--good'].map((name) =>
    resolved(host, name),
  );
  const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  // Each series on a scale of its own: a handful of alerts would be flat beside thousands of events.
  const series = names.map((label, at) => ({
    label,
    scale: label,
    stroke: tones[at % tones.length],
    width: 2,
    dash: at === 0 ? undefined : [6, 3],
    points: { show: false },
  }));
  const axes = names.slice(0, 2).map((label, at) => ({
    ...axis,
    scale: label,
    label,
    incrs: COUNTS,
    side: at === 0 ? 3 : 1,
    grid: { ...axis.grid, show: at === 0 },
  }));
  const scales = Object.fromEntries(
    names.map((label) => [label, { range: (_, min, max) => [Math.min(0, min), Math.max(1, max * 1.1)] }]),
  );
  const plot = new uPlot(
    {
      width: Math.max(280, figure.clientWidth),
      height: HEIGHT_PX,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: { x: { time: true }, ...scales },
      series: [{ label: 'UTC', value: (_, seconds) => (seconds === null ? '' : clock(seconds)) }, ...series],
      axes: [{ ...axis, values: (_, splits) => splits.map(clock) }, ...axes],
    },
    data,
    host,
  );
  drawn.set(figure, plot);
}

function drawAll() {
  for (const [figure, plot] of drawn) {
    if (figure.isConnected) continue;
    plot.destroy();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll('[data-curve]')) if (!drawn.has(figure)) draw(figure);
}

function again() {
  for (const [figure, plot] of drawn) {
    plot.destroy();
    figure.querySelector('.drawing').remove();
  }
  drawn.clear();
  drawAll();
}

document.addEventListener('console:swapped', drawAll);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
addEventListener('resize', () => {
  for (const [figure, plot] of drawn)
    plot.setSize({ width: Math.max(280, figure.clientWidth), height: HEIGHT_PX });
});
drawAll();
