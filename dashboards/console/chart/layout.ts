import { createHash } from 'node:crypto';
import { Graph as DagreGraph, layout } from '@dagrejs/dagre';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { clip } from './words.ts';

export const NODE_WIDTH = 196;
export const NAME_HEIGHT = 28;
export const LINE_HEIGHT = 17;
const PADDING = 7;
/** Lines stay this far from a box's corners. */
const CORNER = 18;
/** Half-widths of a letter that fit into a node at the size of its text. */
export const NAME_CHARS = 21;
export const LINE_CHARS = 28;
export const BOLD_CHARS = 24;
const LABEL_CHAR_WIDTH = 6.2;
/** Drawings whose places are remembered: some hundred kilobytes, and an analyst comes back to the same few. */
const LAYOUTS_MAX = 64;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Where everything stands. Boxes are by their left upper corner. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  /** In the order of the graph's edges. */
  readonly lines: readonly { readonly points: readonly Point[]; readonly label: Point | undefined }[];
}

export type PlaceGraph = (graph: Graph) => Layout;

export function nodeHeight({ lines }: Pick<GraphNode, 'lines'>): number {
  return NAME_HEIGHT + lines.length * LINE_HEIGHT + PADDING;
}

/**
 * Places graphs, and remembers where: what is asked for again, at another instant or by somebody else, costs nothing.
 * It is remembered by what is placed, so that a chain that has grown is never drawn from memory.
 */
export function createPlacer(layoutsMax = LAYOUTS_MAX): PlaceGraph {
  const known = new Map<string, Layout>();
  return (graph) => {
    const key = keyOf(graph);
    const found = known.get(key) ?? place(graph);
    known.delete(key);
    known.set(key, found);
    for (const oldest of known.keys()) {
      if (known.size <= layoutsMax) break;
      known.delete(oldest);
    }
    return found;
  };
}

function keyOf({ nodes, edges }: Graph): string {
  const hash = createHash('sha256');
  for (const node of nodes) hash.update(`${node.id} ${nodeHeight(node)}\n`);
  for (const edge of edges) hash.update(`${edge.from} ${edge.to} ${labelWidth(roomOf(edge))}\n`);
  return hash.digest('base64');
}

function roomOf({ label, room = label }: GraphEdge): string {
  return room;
}

/** Of room for a label: in steps, so that one read more does not move the whole drawing. */
export function labelWidth(label: string): number {
  return label === '' ? 0 : Math.ceil((clip(label, 24).length * LABEL_CHAR_WIDTH + 8) / 24) * 24;
}

/** From the top down. */
export function place({ nodes, edges }: Graph): Layout {
  const graph = new DagreGraph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 16, ranksep: 42, edgesep: 8, ranker: 'tight-tree' });
  for (const node of nodes) graph.setNode(node.id, { width: NODE_WIDTH, height: nodeHeight(node) });
  edges.forEach((edge, index) => {
    const width = labelWidth(roomOf(edge));
    const size = width === 0 ? {} : { width, height: 16, labelpos: 'c' as const };
    graph.setEdge(edge.from, edge.to, { ...size }, String(index));
  });
  layout(graph);
  const boxes = new Map<string, Box>();
  for (const node of nodes) {
    const { x = 0, y = 0 } = graph.node(node.id) as Partial<Point>;
    const height = nodeHeight(node);
    boxes.set(node.id, { x: x - NODE_WIDTH / 2, y: y - height / 2, width: NODE_WIDTH, height });
  }
  const lines = edges.map(({ from, to, label }, index) => {
    const {
      points = [],
      x,
      y,
    } = graph.edge(from, to, String(index)) as Partial<Point> & { points?: Point[] };
    const ends = { from: boxes.get(from), to: boxes.get(to) };
    return {
      points: downward(points, ends),
      label: label === '' || x === undefined || y === undefined ? undefined : { x, y },
    };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width: Math.max(NODE_WIDTH, width), height, boxes, lines };
}

/** From the lower edge of a box to the upper one of another: a flat line that comes in from the side hides others. */
function downward(
  points: readonly Point[],
  { from, to }: { readonly from: Box | undefined; readonly to: Box | undefined },
): readonly Point[] {
  const [second, beforeLast] = [points[1], points.at(-2)];
  if (from === undefined || to === undefined || second === undefined || beforeLast === undefined)
    return points;
  if (to.y < from.y + from.height) return points;
  return [
    { x: within(second.x, from), y: from.y + from.height },
    ...points.slice(1, -1),
    { x: within(beforeLast.x, to), y: to.y },
  ];
}

function within(x: number, box: Box): number {
  return Math.min(Math.max(x, box.x + CORNER), box.x + box.width - CORNER);
}
