import type { Action, Chain, Hop } from '../domain/chain.ts';
import type { Pausing } from '../domain/pausing.ts';
import type { Policy } from '../domain/policy.ts';
import { createScopeAlgebras } from '../domain/scope/index.ts';
import type { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import type { Feeds } from './feeds.ts';
import type { TenantGraph } from './graph.ts';
import type { Place } from './place.ts';
import { chainRow, goneHop, hopRow, mergedRow, retiredRow } from './project.ts';
import type { RetiredCall, Touched } from './touched.ts';
import { verdictOf } from './verdict.ts';

export interface ChangedRows {
  readonly chains: Chain[];
  readonly hops: Hop[];
  readonly actions: Action[];
  /** Subjects whose surroundings changed. */
  readonly renamed: string[];
}

/** The moment a report speaks of. */
export interface ReportTime {
  readonly seq: number;
  readonly watermarkMs: number;
  readonly policy: Policy;
}

/** Turns what was touched into rows, and keeps every id that was ever reported resolvable. */
export class Reporter {
  readonly #graph: TenantGraph;
  readonly #calls = new Set<Call>();
  readonly #retired = new Map<string, RetiredCall>();
  readonly #cells = new Set<ChainCell>();
  readonly #places = new Set<Place>();
  readonly #gonePlaces = new Set<string>();
  /** The chain that goes by an id now. An id may pass from one chain to another and back. */
  readonly #named = new Map<string, ChainCell>();
  readonly #closed: Chain[] = [];

  readonly #feeds: Feeds;
  readonly #algebraOf = createScopeAlgebras();

  constructor(graph: TenantGraph, feeds: Feeds) {
    this.#graph = graph;
    this.#feeds = feeds;
  }

  take(touched: Touched): void {
    for (const call of touched.rows) this.#calls.add(call);
    for (const [id, retired] of touched.retired) this.#retired.set(id, retired);
    for (const place of touched.places) this.#places.add(place);
    for (const key of touched.gonePlaces) this.#gonePlaces.add(key);
    for (const cell of touched.cells) this.#cells.add(cell);
  }

  /** What was touched is as it was last reported: it goes by the names it had then. */
  prime(): void {
    for (const cell of this.#cells) {
      if (!this.#graph.places.cells.has(cell) || !cell.visible) continue;
      cell.reportedId = cell.id;
      cell.reportedContext = contextOf(cell);
      this.#named.set(cell.id, cell);
    }
    for (const place of this.#places) place.reported = place.chain?.visible === true;
    this.#clear();
  }

  #clear(): void {
    this.#calls.clear();
    this.#retired.clear();
    this.#cells.clear();
    this.#places.clear();
    this.#gonePlaces.clear();
  }

  /** Rows that changed since the last call; a pause after every one. */
  *report(time: ReportTime): Pausing<ChangedRows> {
    const rows: ChangedRows = { chains: this.#closed.splice(0), hops: [], actions: [], renamed: [] };
    const ended: (() => Chain | undefined)[] = [];
    for (const cell of this.#graph.places.takeDropped()) this.#retire(cell, time, ended);
    for (const cell of this.#cells) {
      if (!this.#graph.places.cells.has(cell)) continue;
      if (cell.visible) this.#reportChain(cell, time, rows, ended);
      else this.#retire(cell, time, ended);
      yield;
    }
    // Only now is it known which ids are in use: one that a chain goes by again has not ended.
    for (const end of ended) {
      const row = end();
      if (row !== undefined) rows.chains.push(row);
    }
    for (const place of this.#places) {
      rows.renamed.push(place.key);
      // What is said of a chain stands at one of its hops.
      if (place.chain !== undefined) rows.renamed.push(place.chain.rootKey);
      if (this.#graph.places.get(place.key) !== place) continue;
      if (place.chain?.visible === true)
        rows.hops.push(hopRow(place, this.#algebraOf(time.policy), time.seq));
      else if (place.reported) rows.hops.push(goneHop(this.#graph.tenant, place.key, time.seq));
      place.reported = place.chain?.visible === true;
      yield;
    }
    for (const key of this.#gonePlaces) {
      if (this.#graph.places.get(key) === undefined)
        rows.hops.push(goneHop(this.#graph.tenant, key, time.seq));
    }
    for (const call of this.#calls) {
      call.version = time.seq;
      if (call.home !== undefined) rows.actions.push(call.row(this.#graph.tenant, time.policy));
      yield;
    }
    // What was told as one call and is several now must not stay in sight as one more.
    for (const [id, { call, atMs }] of this.#retired) {
      if (this.#graph.calls.get(id) !== undefined) continue;
      call.version = time.seq;
      rows.actions.push({ ...call.row(this.#graph.tenant, time.policy), atMs });
    }
    this.#clear();
    return rows;
  }

  #reportChain(
    cell: ChainCell,
    time: ReportTime,
    rows: ChangedRows,
    ended: (() => Chain | undefined)[],
  ): void {
    const row = this.#row(cell, 'open', time);
    if (cell.reportedId !== row.id) {
      if (cell.reportedId !== undefined) cell.formerIds.add(cell.reportedId);
      for (const place of cell.members) this.#places.add(place);
      cell.reportedId = row.id;
      this.#named.set(row.id, cell);
    }
    const context = contextOf(cell);
    if (cell.reportedContext !== context) for (const key of subjectsIn(cell)) rows.renamed.push(key);
    cell.reportedContext = context;
    for (const id of cell.formerIds)
      ended.push(() => (this.#inUse(id) ? undefined : mergedRow(cell, row, id)));
    cell.formerIds.clear();
    rows.chains.push(row);
  }

  /** Ids under which something was reported that is no chain any more: they resolve to nothing. */
  #retire(cell: ChainCell, time: ReportTime, ended: (() => Chain | undefined)[]): void {
    const ids = [...cell.formerIds, ...(cell.reportedId === undefined ? [] : [cell.reportedId])];
    cell.forgetIds();
    for (const id of ids) ended.push(() => (this.#inUse(id) ? undefined : retiredRow(cell, id, time.seq)));
  }

  #inUse(id: string): boolean {
    const cell = this.#named.get(id);
    if (cell !== undefined && cell.reportedId === id && this.#graph.places.cells.has(cell)) return true;
    this.#named.delete(id);
    return false;
  }

  /** The chain leaves memory: its last row says so. */
  close(cell: ChainCell, time: ReportTime): void {
    if (!cell.visible) return;
    this.#closed.push(this.#row(cell, 'closed', time));
  }

  /** The chain is not in memory any more. What it goes by is known again when it comes back. */
  leave(cell: ChainCell): void {
    const id = cell.reportedId;
    if (id !== undefined && this.#named.get(id) === cell) this.#named.delete(id);
  }

  #row(cell: ChainCell, state: Chain['state'], { seq, watermarkMs, policy }: ReportTime): Chain {
    return chainRow(cell, verdictOf(cell, this.#feeds, policy, watermarkMs), state, seq);
  }
}

/** What an alert shows of its chain: when that changes, the chain's findings are reported again. */
function contextOf(cell: ChainCell): string {
  return JSON.stringify([cell.id, cell.initiator ?? null, cell.txns[0] ?? null]);
}

/** Keys of everything in a chain that a finding may be about, and of the calls by which one may be shown. */
function* subjectsIn(cell: ChainCell): Iterable<string> {
  for (const place of cell.members) {
    yield place.key;
    for (const call of place.calls) yield `call:${call.id}`;
  }
}
