import { type Html, html } from '../html.ts';
import type { Hop, Principal } from './detail.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import type { NodeLine } from './hop-lines.ts';
import {
  BOLD_CHARS,
  type Box,
  type Layout,
  LINE_CHARS,
  LINE_HEIGHT,
  labelWidth,
  NAME_CHARS,
  NAME_HEIGHT,
  type Point,
} from './layout.ts';
import type { Group } from './shown.ts';
import { clip, count, listOf, WEAK_LEVEL } from './words.ts';

/** Where things lead. A drawing that is saved as a file leads nowhere and has none. */
export interface GraphLinks {
  principal(principal: Principal): string;
  /** The page of its token, else its row on this page. */
  hop(hop: Hop): string;
  token(ref: string): string;
  /** Undefined: there is no room for more. */
  unfold(group: Group): string | undefined;
}

export interface GraphDrawing {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly chainId: string;
  readonly links?: GraphLinks | undefined;
  /** Text of a stylesheet that the file carries: only for a file, a page has its own. */
  readonly style?: string | undefined;
}

const MARGIN = 12;

/** The graph as one SVG: nodes are links in the order from the top down, and every one says all of itself in text. */
export function drawGraph({ graph, layout, chainId, links, style }: GraphDrawing): Html {
  const [width, height] = [Math.ceil(layout.width + 2 * MARGIN), Math.ceil(layout.height + 2 * MARGIN)];
  const view = `${-MARGIN} ${-MARGIN} ${width} ${height}`;
  const placed = graph.nodes.flatMap((node) => {
    const box = layout.boxes.get(node.id);
    return box === undefined ? [] : [{ node, box }];
  });
  placed.sort((a, b) => a.box.y - b.box.y || a.box.x - b.box.x);
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="graph${width > 1_200 ? ' wide' : ''}" role="graphics-document" aria-labelledby="graph-title graph-desc" viewBox="${view}" width="${width}" height="${height}">
<title id="graph-title">Delegation graph of ${chainId}</title>
<desc id="graph-desc">${describe(graph)}</desc>
${style === undefined ? undefined : html`<style>${style}</style>`}
<defs>${['arrow', 'arrow-broken'].map(arrow)}</defs>
<g class="edges" aria-hidden="true">${graph.edges.map((edge, index) => drawEdge(edge, layout.lines[index]))}</g>
<g class="labels" aria-hidden="true">${graph.edges.map(({ label }, index) =>
    drawLabel(label, layout.lines[index]?.label),
  )}</g>
${placed.map(({ node, box }) => drawNode(node, box, links))}
</svg>`;
}

/** What a drawing shows, in a sentence or two: also its text beside it. */
export function describe({ nodes, shown, lineage }: Graph): string {
  const systems = nodes.filter(({ kind }) => kind === 'system').length;
  const broken = nodes.filter((node) => node.broken && node.hop !== undefined).map(({ name }) => name);
  const hidden = lineage.order.length - shown.hops.length;
  const folded = hidden === 0 ? '' : `, ${hidden.toLocaleString('en')} of them folded into groups`;
  const where =
    broken.length === 0 ? 'No alert stands at a hop.' : `Alerts stand at ${listOf(some(broken))}.`;
  return `${count(lineage.order.length, 'hop')}${folded}, ${count(systems, 'target system')}. ${where}`;
}

function some(names: readonly string[]): readonly string[] {
  const distinct = [...new Set(names)];
  return distinct.length <= 4 ? distinct : [...distinct.slice(0, 3), `${distinct.length - 3} more`];
}

function arrow(id: string): Html {
  return html`<marker id="${id}" class="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker>`;
}

function drawEdge(edge: GraphEdge, line: Layout['lines'][number] | undefined): Html | undefined {
  if (line === undefined || line.points.length < 2) return undefined;
  const weak = edge.level !== undefined && edge.level >= WEAK_LEVEL ? ' is-weak' : '';
  const broken = edge.broken ? ' is-broken' : '';
  const head = edge.broken ? 'arrow-broken' : 'arrow';
  return html`<path class="${edge.kind}${weak}${broken}" d="${pathOf(line.points)}" marker-end="url(#${head})"/>
`;
}

/** Over all lines: whichever passes behind it, its words can be read. */
function drawLabel(text: string, at: Point | undefined): Html | undefined {
  if (text === '' || at === undefined) return undefined;
  const { x, y } = at;
  const width = labelWidth(text);
  return html`<rect x="${round(x - width / 2)}" y="${round(y - 8)}" width="${width}" height="16" rx="3"/><text x="${round(x)}" y="${round(y + 4)}" text-anchor="middle">${clip(text, 24)}</text>`;
}

/** Through the middles between the points, so that a line bends where dagre would break it. */
function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points.map(({ x, y }) => ({ x: round(x), y: round(y) }));
  const last = others.pop();
  if (first === undefined || last === undefined) return '';
  const bends = others.map(({ x, y }, index) => {
    const next = others[index + 1] ?? last;
    return `Q${x} ${y} ${round((x + next.x) / 2)} ${round((y + next.y) / 2)}`;
  });
  return `M${first.x} ${first.y} ${bends.join(' ')} L${last.x} ${last.y}`;
}

/** The box leads to the credential and its heading to who holds it: two links, one after the other. */
function drawNode(node: GraphNode, box: Box, links: GraphLinks | undefined): Html {
  const { x, y, width, height } = { ...box, x: round(box.x), y: round(box.y) };
  const classes = `node ${node.kind}${node.broken ? ' is-broken' : ''}${node.state === undefined ? '' : ` is-${node.state}`}`;
  const person =
    links === undefined || node.principal === undefined ? undefined : links.principal(node.principal);
  const whole = wholeLink(node, links);
  const body = html`<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="${corners[node.kind]}"/><text>${
    person === undefined ? nameLine(node, x, y) : undefined
  }${node.lines.map((line, index) => drawLine(line, x + 9, round(y + NAME_HEIGHT + 10 + index * LINE_HEIGHT)))}</text>`;
  return html`<g class="${classes}"><title>${node.sentence}</title>${whole === undefined ? body : html`<a href="${whole}">${body}</a>`}${
    person === undefined
      ? undefined
      : html`<a class="name" href="${person}"><rect class="hit" x="${x + 2}" y="${y + 2}" width="${width - 4}" height="${NAME_HEIGHT - 4}"/><text>${nameLine(node, x, y)}</text></a>`
  }</g>
`;
}

const corners = { person: 16, hop: 6, ancestor: 6, missing: 6, group: 6, system: 0 } as const;

function nameLine({ name }: GraphNode, x: number, y: number): Html {
  return html`<tspan class="name" x="${x + 9}" y="${round(y + 19)}">${clip(name, NAME_CHARS)} </tspan>`;
}

/** The blank at its end is not seen: it keeps the words of two lines apart when they are read out. */
function drawLine({ text, mark }: NodeLine, x: number, y: number): Html {
  const chars = mark === 'added' || mark === 'broken' ? BOLD_CHARS : LINE_CHARS;
  return html`<tspan class="${mark}" x="${x}" y="${y}">${clip(text, chars)} </tspan>`;
}

function wholeLink(node: GraphNode, links: GraphLinks | undefined): string | undefined {
  if (links === undefined) return undefined;
  if (node.hop !== undefined) return links.hop(node.hop);
  if (node.group !== undefined) return links.unfold(node.group);
  return node.token === undefined ? undefined : links.token(node.token.ref);
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
