import type { AdmittedEvent } from '../domain/event/index.ts';
import { ACTIONS_PER_HOP_MAX } from '../domain/limits.ts';
import type { Pausing } from '../domain/pausing.ts';
import type { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import { evidenceNamesOf } from './evidence.ts';
import type { TenantGraph } from './graph.ts';
import { approvalName, kindOfName, namesOf } from './names.ts';
import type { Place } from './place.ts';
import type { Residency } from './residency.ts';

/** Of a place that is hot this many calls stay when the others leave: a quarter leaves at a time. */
const CALLS_KEPT = Math.floor(ACTIONS_PER_HOP_MAX * 0.75);

/** Every sighting of a chain: what detection may hold of it. */
export function* sightingsOf(cell: ChainCell): Iterable<string> {
  yield `chain:${cell.rootKey}`;
  for (const place of cell.members) {
    if (place.token !== undefined) yield `token:${place.token.key}`;
    for (const call of place.calls) yield `call:${call.id}`;
  }
}

/** A credential that others still rest on stays, and with it its chain. */
export function isRestedOn(cell: ChainCell): boolean {
  for (const { token } of cell.members) {
    if (token === undefined) continue;
    for (const { owner } of token.authority.down) if (owner.place.chain !== cell) return true;
    for (const use of token.carriers) if (use.home?.chain !== cell) return true;
    for (const call of token.mentions) if (call.home?.chain !== cell) return true;
    for (const place of token.invocations) if (place.chain !== cell) return true;
  }
  return false;
}

export function* eventsOf(cell: ChainCell): Iterable<AdmittedEvent> {
  for (const place of cell.members) {
    for (const { event } of place.facts) yield event;
    for (const call of place.calls) for (const { event } of call.facts) yield event;
    for (const { event } of place.token?.facts ?? []) yield event;
  }
}

/** Evidence without a transaction that the chain alone, or with others, names: it leaves with them. */
export function looseOf(cell: ChainCell, graph: TenantGraph): ReadonlySet<AdmittedEvent> {
  const events = new Set<AdmittedEvent>();
  for (const name of evidenceNames(cell)) for (const event of graph.evidence.loose(name)) events.add(event);
  return events;
}

function* evidenceNames(cell: ChainCell): Iterable<string> {
  for (const place of cell.members) {
    yield* evidenceNamesOf(place.facts);
    if (place.token !== undefined) yield* evidenceNamesOf(place.token.facts);
    for (const { approvalId } of place.calls) if (approvalId !== undefined) yield approvalName(approvalId);
  }
}

/**
 * Of chains that could leave, those that may: the ones that share no closed name with anybody who stays. Who shares
 * a name comes back with it, so nobody may be left behind who bears it.
 */
export function* closedUnder(
  cells: readonly ChainCell[],
  graph: TenantGraph,
  residency: Residency,
): Pausing<readonly ChainCell[]> {
  const counted = new Set<AdmittedEvent>();
  let leaving: { readonly cell: ChainCell; readonly names: ReadonlyMap<string, number> }[] = [];
  for (const cell of cells) {
    leaving.push({ cell, names: closedNames(cell, graph, counted) });
    yield;
  }
  for (;;) {
    const borne = new Map<string, number>();
    for (const { names } of leaving) {
      for (const [name, count] of names) borne.set(name, (borne.get(name) ?? 0) + count);
    }
    const staying = leaving.filter(({ names }) =>
      [...names.keys()].every((name) => borne.get(name) === residency.count(name)),
    );
    if (staying.length === leaving.length) return staying.map(({ cell }) => cell);
    leaving = staying;
    yield;
  }
}

/** `counted`: evidence that another chain counts already. Both name it, so they leave together or not at all. */
function closedNames(
  cell: ChainCell,
  graph: TenantGraph,
  counted: Set<AdmittedEvent>,
): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  const count = (event: AdmittedEvent): void => {
    for (const { name } of namesOf(event)) {
      const kind = kindOfName(name);
      if (kind === 'open' || (kind === 'token' && graph.tokens.isAncestor(name))) continue;
      if (graph.calls.isParted(name) || graph.evidence.isParted(name)) continue;
      names.set(name, (names.get(name) ?? 0) + 1);
    }
  };
  for (const event of eventsOf(cell)) count(event);
  for (const event of looseOf(cell, graph)) {
    if (counted.has(event)) continue;
    counted.add(event);
    count(event);
  }
  return names;
}

/** The calls that a hot place lets go of: the oldest that are settled. */
export function departing(place: Place, watermarkMs: number, isPending: (id: string) => boolean): Call[] {
  const settled = [...place.calls].filter((call) => call.atMs < watermarkMs && !isPending(`call:${call.id}`));
  settled.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  return settled.slice(0, Math.max(0, place.calls.size - CALLS_KEPT));
}
