import { presentTokenKey, type TokenSummary } from '../../../src/serve/present/common.ts';
import type { Action, Alert, ChainDetail, Hop, Principal } from './detail.ts';
import { hopLines, lineSentence, type NodeLine } from './hop-lines.ts';
import { hopOf, type Lineage, lineageOf, standingAlerts } from './lineage.ts';
import { type Group, type Shown, shownOf, type Unfolded } from './shown.ts';
import { type HopState, stateAt } from './state.ts';
import { drawnSystems } from './systems.ts';
import { count, holderOf, levelWord, nameOf } from './words.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: 'person' | 'hop' | 'ancestor' | 'missing' | 'group' | 'system';
  readonly name: string;
  readonly lines: readonly NodeLine[];
  /** All of it, uncut, in sentences: what a screen reader says. */
  readonly sentence: string;
  readonly principal?: Principal | undefined;
  readonly token?: TokenSummary | undefined;
  readonly hop?: Hop | undefined;
  readonly group?: Group | undefined;
  readonly state?: HopState | undefined;
  /** An alert stands here: authority broke at this hop. */
  readonly broken: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `start`: who set it in motion; `alternative`: a parent that others name. */
  readonly kind: 'start' | 'link' | 'alternative' | 'action';
  readonly level?: number | undefined;
  readonly label: string;
  /** The longest that the label becomes at any instant, where that is more. */
  readonly room?: string | undefined;
  readonly broken: boolean;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly shown: Shown;
  readonly lineage: Lineage;
}

export interface GraphOptions {
  /** The state of everything is that of this instant. */
  readonly atMs: number;
  readonly unfolded: Unfolded;
  /** Actions that were read, where it is more than the first ones of the detail. */
  readonly actions?: readonly Action[] | undefined;
}

/** Parents that other links name and that are drawn: past it they are in the table of hops. */
const ALTERNATIVES_MAX = 40;

/** What is drawn of a chain: who began it, who held what, where it broke, and what was touched. */
export function graphOf(detail: ChainDetail, options: GraphOptions): Graph {
  const { atMs, unfolded, actions = detail.actions.items } = options;
  const lineage = lineageOf(detail.hops);
  const alerts = standingAlerts(detail.alerts);
  const atHop = alertsByHop(alerts, lineage);
  const shown = shownOf(lineage, [...atHop.keys()], unfolded);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const idOf = new Map<string, string>();
  const add = (key: string, node: Omit<GraphNode, 'id'>): string => {
    const id = idOf.get(key) ?? `n${nodes.length}`;
    if (!idOf.has(key)) nodes.push({ id, ...node });
    idOf.set(key, id);
    return id;
  };
  for (const hop of shown.hops) {
    const node = hopNode(hop, lineage.parentOf(hop), atHop.get(hop.key) ?? [], atMs);
    add(hop.key, node);
  }
  for (const group of shown.groups) add(group.id, groupNode(group, atHop));
  const placeOf = (key: string): string | undefined =>
    idOf.get(key) ?? idOf.get(shown.groupOf(key)?.id ?? '');
  const start = { detail, add, edges };
  for (const hop of shown.hops) {
    const to = idOf.get(hop.key) ?? '';
    const parent = lineage.parentOf(hop);
    const broken = atHop.has(hop.key);
    if (parent === undefined) startOf(start, hop, to);
    else edges.push(linkEdge(placeOf(parent.key) ?? '', to, hop.level, broken));
  }
  for (const group of shown.groups) {
    const to = idOf.get(group.id) ?? '';
    const from = group.parentKey === undefined ? undefined : placeOf(group.parentKey);
    if (from === undefined) startOf(start, group.sample, to);
    else edges.push(linkEdge(from, to, group.alike ? group.sample.level : undefined, false));
  }
  edges.push(...alternatives(shown, idOf));
  const systems = drawnSystems(actions, atMs, placeOf);
  for (const { key, node } of systems.nodes) add(key, node);
  for (const { from, system, label, room } of systems.edges)
    edges.push({ from, to: idOf.get(system) ?? '', kind: 'action', label, room, broken: false });
  return { nodes, edges, shown, lineage };
}

/** The worst alert comes first, of all hops and of each. */
function alertsByHop(alerts: readonly Alert[], lineage: Lineage): ReadonlyMap<string, readonly Alert[]> {
  const atHop = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const hop = hopOf(alert, lineage);
    if (hop === undefined) continue;
    const known = atHop.get(hop.key);
    if (known === undefined) atHop.set(hop.key, [alert]);
    else known.push(alert);
  }
  return atHop;
}

function hopNode(
  hop: Hop,
  parent: Hop | undefined,
  alerts: readonly Alert[],
  atMs: number,
): Omit<GraphNode, 'id'> {
  const lines = hopLines(hop, alerts, atMs);
  const from =
    parent === undefined || hop.level === undefined
      ? ''
      : ` Linked to ${holderOf(parent)} at level ${hop.level}, ${levelWord(hop.level)}.`;
  return {
    kind: hop.kind === 'request' && hop.to?.kind === 'human' ? 'person' : 'hop',
    name: holderOf(hop),
    lines,
    sentence: `${holderOf(hop)}: ${lines.map(lineSentence).join(', ')}.${from}`,
    principal: hop.to,
    token: hop.token,
    hop,
    state: stateAt(hop, atMs),
    broken: alerts.length > 0,
  };
}

function groupNode(group: Group, atHop: ReadonlyMap<string, readonly Alert[]>): Omit<GraphNode, 'id'> {
  const { siblings, hops, alike, sample, keys } = group;
  const offending = [...atHop.keys()].filter((key) => keys.has(key)).length;
  const lines: NodeLine[] = [
    { text: alike ? `like ${holderOf(sample)}` : 'of several kinds', mark: 'plain' },
    ...(hops > siblings ? [{ text: `${count(hops, 'hop')} with all below`, mark: 'plain' } as const] : []),
    ...(offending > 0 ? [{ text: `⚑ ${count(offending, 'hop')} with alerts`, mark: 'broken' } as const] : []),
  ];
  const name = `+ ${siblings.toLocaleString('en')} more`;
  return {
    kind: 'group',
    name,
    lines,
    sentence: `${name}: ${lines.map(lineSentence).join(', ')}. Show them.`,
    group,
    broken: offending > 0,
  };
}

interface Start {
  readonly detail: ChainDetail;
  readonly edges: GraphEdge[];
  add(key: string, node: Omit<GraphNode, 'id'>): string;
}

/** What stands above a top: a standing credential, a parent that never came, and who set it all in motion. */
function startOf({ detail, edges, add }: Start, top: Hop, to: string): void {
  let at = to;
  const { parentKey, ancestorKey, level } = top;
  if (parentKey !== undefined && parentKey === ancestorKey) {
    const token = parentKey.startsWith('tok:') ? presentTokenKey(parentKey) : undefined;
    const label = token?.jti ?? token?.hash ?? parentKey;
    const line = { text: label, mark: 'plain' } as const;
    const sentence = `Standing credential ${label}: it is above the chain, not a part of it.`;
    const from = add(`above:${parentKey}`, {
      ...{ kind: 'ancestor', name: 'Standing credential', lines: [line], sentence, token, broken: false },
    });
    edges.push(linkEdge(from, at, level, false));
    at = from;
  } else if (parentKey !== undefined) {
    const text = 'named as the parent, never reported';
    const from = add(`missing:${parentKey}`, {
      ...{ kind: 'missing', name: 'Parent unknown', lines: [{ text, mark: 'plain' }], broken: false },
      ...{ sentence: `Parent unknown: ${text}.` },
    });
    edges.push(linkEdge(from, at, level, false));
    at = from;
  }
  const { initiator } = detail.chain;
  if (initiator === undefined || isSame(initiator, top.to)) return;
  const name = nameOf(initiator);
  const text = `${initiator.kind}, set it in motion`;
  const from = add('person', {
    ...{ kind: 'person', name, lines: [{ text, mark: 'plain' }], principal: initiator, broken: false },
    sentence: `${name}: ${text}.`,
  });
  const edge = { from, to: at, kind: 'start', label: '', broken: false } as const;
  if (!edges.some((known) => known.from === from && known.to === at)) edges.push(edge);
}

function isSame(a: Principal, b: Principal | undefined): boolean {
  return b !== undefined && a.id === b.id && a.iss === b.iss;
}

function linkEdge(from: string, to: string, level: number | undefined, broken: boolean): GraphEdge {
  return { from, to, kind: 'link', level, label: levelLabel(level), broken };
}

/** Every link says its level; one that is only somebody's word says so in words. */
export function levelLabel(level: number | undefined): string {
  return level === undefined ? '' : `${level} ${levelWord(level)}`;
}

function alternatives(shown: Shown, idOf: ReadonlyMap<string, string>): GraphEdge[] {
  const edges = shown.hops.flatMap((hop) =>
    hop.alternatives.flatMap(({ key, level }): GraphEdge[] => {
      const [from, to] = [idOf.get(key), idOf.get(hop.key)];
      if (from === undefined || to === undefined || from === to || key === hop.parentKey) return [];
      return [{ from, to, kind: 'alternative', level, label: `or ${levelLabel(level)}`, broken: false }];
    }),
  );
  return edges.slice(0, ALTERNATIVES_MAX);
}
