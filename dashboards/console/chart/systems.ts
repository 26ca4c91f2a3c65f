import type { Action } from './detail.ts';
import type { GraphNode } from './graph.ts';
import type { NodeLine } from './hop-lines.ts';
import { msOf } from './instants.ts';
import { count, isWrite, targetOf } from './words.ts';

/** Systems that are drawn, the most written ones; the rest is one node. */
const SYSTEMS_MAX = 12;
/** Lines into one system; those that carry least are left out and counted in its node. */
const LINES_PER_SYSTEM_MAX = 8;
/** Lines in all that say what they carry; past it only writes are said, or words would take all the room. */
const WORDY_LINES_MAX = 10;

interface Counts {
  writes: number;
  reads: number;
  refused: number;
}

/** As of the instant, and at any time: what is drawn where must not depend on the instant. */
interface Tally {
  readonly now: Counts;
  readonly ever: Counts;
}

interface System extends Tally {
  readonly key: string;
  readonly name: string;
  readonly from: Map<string, Tally>;
}

export interface ActionLine {
  readonly from: string;
  readonly system: string;
  readonly label: string;
  /** The longest that the label becomes. */
  readonly room: string;
}

export interface DrawnSystems {
  readonly nodes: readonly { readonly key: string; readonly node: Omit<GraphNode, 'id'> }[];
  readonly edges: readonly ActionLine[];
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
    const key = names.has(named) ? `system:${named}` : 'systems';
    const name = names.has(named) ? named : 'Further systems';
    const system = systems.get(key) ?? { key, name, from: new Map<string, Tally>(), ...newTally() };
    systems.set(key, system);
    const line = system.from.get(from) ?? newTally();
    system.from.set(from, line);
    for (const tally of [system, line]) add(tally, action, atMs);
  }
  const all = [...systems.values()];
  const lines = all.flatMap((system) =>
    busiest(system).map(([from, tally]) => ({ from, system: system.key, tally })),
  );
  const say = lines.length <= WORDY_LINES_MAX ? words : writesAlone;
  return {
    nodes: all.map((system) => ({ key: system.key, node: systemNode(system) })),
    edges: lines.map(({ tally: { now, ever }, ...ends }) => ({ ...ends, label: say(now), room: say(ever) })),
  };
}

function newTally(): Tally {
  return { now: { writes: 0, reads: 0, refused: 0 }, ever: { writes: 0, reads: 0, refused: 0 } };
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

function add({ now, ever }: Tally, action: Action, atMs: number): void {
  const isRefused = action.outcome === 'denied' || action.outcome === 'failed';
  const kind = isRefused ? 'refused' : isWrite(action) ? 'writes' : 'reads';
  ever[kind] += 1;
  if (msOf(action.at) <= atMs) now[kind] += 1;
}

function busiest({ from }: System): readonly (readonly [string, Tally])[] {
  const weight = ({ ever }: Tally) => ever.writes * 10_000 + ever.reads + ever.refused;
  return [...from].sort(([, a], [, b]) => weight(b) - weight(a)).slice(0, LINES_PER_SYSTEM_MAX);
}

function systemNode(system: System): Omit<GraphNode, 'id'> {
  const left = system.from.size - LINES_PER_SYSTEM_MAX;
  const said = words(system.now);
  const lines: NodeLine[] = [
    { text: said === '' ? 'nothing yet' : said, mark: 'plain' },
    ...(left > 0 ? [{ text: `lines from ${left} more not drawn`, mark: 'plain' } as const] : []),
  ];
  const sentence = `System ${system.name}: ${lines.map(({ text }) => text).join(', ')}.`;
  return { kind: 'system', name: system.name, lines, sentence, broken: false };
}

function words({ writes, reads, refused }: Counts): string {
  const parts = [
    ...(writes > 0 ? [count(writes, 'write')] : []),
    ...(reads > 0 ? [count(reads, 'read')] : []),
    ...(refused > 0 ? [`${refused.toLocaleString('en')} refused`] : []),
  ];
  return parts.join(', ');
}

function writesAlone({ writes }: Counts): string {
  return writes > 0 ? count(writes, 'write') : '';
}
