import type { Action } from './detail.ts';
import type { GraphNode } from './graph.ts';
import type { NodeLine } from './hop-lines.ts';
import { msOf } from './instants.ts';
import { count, isWrite, targetOf } from './words.ts';

/** Systems that are drawn, the most written ones; the rest is one node. */
const SYSTEMS_MAX = 12;
/** Lines into one system; those that carry least are left out and counted in its node. */
const LINES_PER_SYSTEM_MAX = 8;

interface Tally {
  writes: number;
  reads: number;
  refused: number;
  /** Of any kind and at any time: what is drawn where must not depend on the instant. */
  all: number;
}

interface System extends Tally {
  readonly key: string;
  readonly name: string;
  readonly from: Map<string, Tally>;
}

export interface DrawnSystems {
  readonly nodes: readonly { readonly key: string; readonly node: Omit<GraphNode, 'id'> }[];
  readonly edges: readonly { readonly from: string; readonly system: string; readonly label: string }[];
}

/** What was touched: systems with the number of accepted writes and reads, and of what they refused. */
export function drawnSystems(
  actions: readonly Action[],
  atMs: number,
  placeOf: (hopKey: string) => string | undefined,
): DrawnSystems {
  const names = mostTouched(actions);
  const systems = new Map<string, System>();
  for (const action of actions) {
    const from = placeOf(action.hopKey);
    if (from === undefined) continue;
    const named = targetOf(action);
    const name = names.has(named) ? named : undefined;
    const key = name === undefined ? 'systems' : `system:${name}`;
    const system = systems.get(key) ?? newSystem(key, name ?? 'Further systems');
    systems.set(key, system);
    const line = system.from.get(from) ?? { writes: 0, reads: 0, refused: 0, all: 0 };
    system.from.set(from, line);
    for (const tally of [system, line]) add(tally, action, atMs);
  }
  const all = [...systems.values()];
  return {
    nodes: all.map((system) => ({ key: system.key, node: systemNode(system) })),
    edges: all.flatMap((system) =>
      busiest(system).map(([from, tally]) => ({ from, system: system.key, label: words(tally, ' ') })),
    ),
  };
}

function newSystem(key: string, name: string): System {
  return { key, name, from: new Map(), writes: 0, reads: 0, refused: 0, all: 0 };
}

function mostTouched(actions: readonly Action[]): ReadonlySet<string> {
  const touched = new Map<string, number>();
  for (const action of actions) {
    const name = targetOf(action);
    // A write weighs more than any number of reads that are read here.
    touched.set(name, (touched.get(name) ?? 0) + (isWrite(action) ? 10_000 : 1));
  }
  const sorted = [...touched].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const kept = sorted.length <= SYSTEMS_MAX ? sorted : sorted.slice(0, SYSTEMS_MAX - 1);
  return new Set(kept.map(([name]) => name));
}

function add(tally: Tally, action: Action, atMs: number): void {
  tally.all += 1;
  if (msOf(action.at) > atMs) return;
  if (action.outcome === 'denied' || action.outcome === 'failed') tally.refused += 1;
  else if (isWrite(action)) tally.writes += 1;
  else tally.reads += 1;
}

function busiest({ from }: System): readonly (readonly [string, Tally])[] {
  const sorted = [...from].sort(([, a], [, b]) => b.writes - a.writes || b.all - a.all);
  return sorted.slice(0, LINES_PER_SYSTEM_MAX);
}

function systemNode(system: System): Omit<GraphNode, 'id'> {
  const left = system.from.size - LINES_PER_SYSTEM_MAX;
  const lines: NodeLine[] = [
    { text: words(system, ', '), mark: 'plain' },
    ...(left > 0 ? [{ text: `lines from ${left} more not drawn`, mark: 'plain' } as const] : []),
  ];
  const sentence = `System ${system.name}: ${lines.map(({ text }) => text).join(', ')}.`;
  return { kind: 'system', name: system.name, lines, sentence, broken: false };
}

function words({ writes, reads, refused }: Tally, between: string): string {
  const parts = [
    ...(writes > 0 ? [count(writes, 'write')] : []),
    ...(reads > 0 ? [count(reads, 'read')] : []),
    ...(refused > 0 ? [`${refused.toLocaleString('en')} refused`] : []),
  ];
  return parts.length === 0 ? 'nothing yet' : parts.join(between);
}
